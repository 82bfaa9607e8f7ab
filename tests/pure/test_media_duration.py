"""How long files play, as their containers say it, and no crash over what they make up."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.media.duration import seconds

MEDIA = Path(__file__).parents[1] / "data" / "media"
KNOWN = {
    **dict.fromkeys(("clip.mkv", "clip.mov", "clip.mp4", "faststart.mp4", "flac.ogg", "sound.flac", "sound.wav"), 0.4),
    **dict.fromkeys(("sound.m4a", "sound.ogg", "speex.ogg", "clip.webm", "sound.opus"), 0.4),
    "sound.mp3": 0.46,
}


@pytest.mark.parametrize(("name", "wanted"), KNOWN.items())
def test_a_container_says_how_long_it_plays(name: str, wanted: float) -> None:
    assert seconds((MEDIA / name).read_bytes()) == pytest.approx(wanted, abs=0.03)


@pytest.mark.parametrize("name", ["live.webm", "sound.aac", "make.sh"])
def test_where_none_is_said_none_is_guessed(name: str) -> None:
    assert seconds((MEDIA / name).read_bytes()) is None


@given(name=st.sampled_from([*KNOWN, "fragments.mp4", "live.webm"]), cut=st.integers(0, 4000), data=st.data())
def test_damage_is_no_crash(name: str, cut: int, data: st.DataObject) -> None:
    found = bytearray((MEDIA / name).read_bytes()[: cut or None])
    for _turn in range(data.draw(st.integers(0, 4))):
        found[data.draw(st.integers(0, len(found) - 1))] = data.draw(st.integers(0, 255))

    told = seconds(bytes(found))

    assert told is None or isinstance(told, float)
