"""Options for videos, sounds and any file take that and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.comfy.simulator import Simulator
from bot.media.strip import strip_metadata
from bot.playground import DiscordServer
from tests.whole.conftest import Easel, finished, graphs
from tests.whole.making import MANIFEST, entry
from tests.whole.test_limits_uploads import told

MEDIA = Path(__file__).parents[1] / "data" / "media"


def takes(easel: Easel, kind: str) -> None:
    """A command /invert whose option `picture` takes a file of that kind into a text."""
    graph = {
        "1": entry("PrimitiveString", "File", value="none"),
        "2": entry("PreviewAny", "Show", source=["1", 0]),
    }
    option = f'[[option]]\nname = "picture"\ntype = "{kind}"\nrequired = true\ntargets = ["File.value"]\n'
    easel.add_workflow("invert", graph, MANIFEST + option)


@pytest.mark.parametrize(
    ("kind", "name", "kept"),
    [
        ("video", "clip.mp4", "picture.mp4"),
        ("video", "clip.webm", "picture.webm"),
        ("audio", "sound.flac", "picture.flac"),
        ("audio", "sound.opus", "picture.opus"),
        ("file", "clip.mp4", "picture.mp4"),
        ("file", "make.sh", "picture.sh"),
    ],
)
async def test_a_file_of_the_kind_is_sent_to_the_server(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, *, kind: str, name: str, kept: str
) -> None:
    takes(easel, kind)
    data = (MEDIA / name).read_bytes()

    async with easel.running():
        answer = await discord_server.person("alice").slash("invert", picture=(name, data))
        await answer.wait(finished)

    (path,) = (easel.folder / "files").rglob("*.*")
    (graph,) = graphs(comfyui)
    assert (path.name, path.read_bytes()) == (kept, data if kind == "file" else strip_metadata(data))
    assert graph["1"]["inputs"]["value"].endswith(Path(kept).suffix)


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        ("video", "sound.mp3", "`picture`: That file is not a video. Attach an MP4 or WebM file."),
        ("audio", "clip.mp4", "`picture`: That file is no sound. Attach an MP3, WAV, FLAC or Ogg file."),
        ("mask", "sound.mp3", "`picture`: That file is not a picture. Attach a PNG, JPEG or WebP file."),
    ],
)
@pytest.mark.parametrize("called", ["what it is", "what is wanted"])
async def test_a_file_of_another_kind_is_refused_whatever_it_is_called(
    discord_server: DiscordServer,
    comfyui: Simulator,
    easel: Easel,
    *,
    kind: str,
    name: str,
    sentence: str,
    called: str,
) -> None:
    takes(easel, kind)
    shown = name if called == "what it is" else {"video": "a.mp4", "audio": "a.mp3", "mask": "a.png"}[kind]

    async with easel.running():
        text = await told(discord_server, "alice", picture=(shown, (MEDIA / name).read_bytes()))

    assert text == sentence
    assert not graphs(comfyui)
    assert not await easel.jobs()


async def test_a_sound_that_plays_too_long_is_refused_by_what_its_header_says(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    takes(easel, "audio")
    hour = bytearray((MEDIA / "sound.flac").read_bytes())
    at = hour.index(b"fLaC") + 4 + 4 + 10  # where STREAMINFO has the rate, and 36 bits of samples at its end
    fields = int.from_bytes(hour[at : at + 8], "big")
    hour[at : at + 8] = ((fields >> 36 << 36) | (fields >> 44) * 3600).to_bytes(8, "big")

    async with easel.running():
        text = await told(discord_server, "alice", picture=("hour.flac", bytes(hour)))

    assert text == "`picture`: It is longer than 10 minutes. Attach a shorter one."
    assert graphs(comfyui) == []
