"""What a file is by its bytes, and what it may be called."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.media import sniff as kinds
from bot.media.sniff import Category, Kind, safe_name, sniff
from tests.pure.media_files import ALL, picture, saved

EXPECTED = {
    "clip.mkv": kinds.MKV,
    "clip.mov": kinds.MOV,
    "clip.mp4": kinds.MP4,
    "clip.ogv": kinds.OGV,
    "clip.webm": kinds.WEBM,
    "faststart.mp4": kinds.MP4,
    "flac.ogg": kinds.OGG,
    "fragments.mp4": kinds.MP4,
    "live.webm": kinds.WEBM,
    "sound.aac": kinds.AAC,
    "sound.flac": kinds.FLAC,
    "sound.m4a": kinds.M4A,
    "sound.mp3": kinds.MP3,
    "sound.ogg": kinds.OGG,
    "sound.opus": kinds.OPUS,
    "sound.wav": kinds.WAV,
    "speex.ogg": kinds.OGG,
    "png": kinds.PNG,
    "apng": kinds.PNG,
    "jpeg": kinds.JPEG,
    "webp": kinds.WEBP,
    "gif": kinds.GIF,
    "avif": kinds.AVIF,
    "avif animated": kinds.AVIF,
}

ALLOWED = frozenset(string.ascii_letters + string.digits + "_-.")


@pytest.mark.parametrize(("name", "kind"), EXPECTED.items())
def test_a_file_is_known_by_its_bytes(name: str, kind: Kind) -> None:
    assert sniff(ALL[name]) == kind


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (saved(picture(), "BMP"), kinds.BMP),
        (saved(picture(), "TIFF"), kinds.TIFF),
        (ALL["sound.mp3"][ALL["sound.mp3"].index(b"\xff\xfb") :], kinds.MP3),
        ("a fox in the snow, 雪の中の狐\n".encode(), kinds.TEXT),
        (b"\xef\xbb\xbfa fox", kinds.TEXT),
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', kinds.SVG),
        (b"glTF\2\0\0\0", kinds.GLB),
        (b"PK\3\4\x14\0", kinds.ZIP),
        (b"%PDF-1.7\n", kinds.PDF),
        (b"RIFF\0\0\0\0AVI LIST", kinds.AVI),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", kinds.HEIC),
        (b"", kinds.OTHER),
        (b"a\0fox", kinds.OTHER),
        (b"\xff\xfea\0", kinds.OTHER),
        (bytes(64), kinds.OTHER),
    ],
)
def test_other_files_are_known_too(data: bytes, kind: Kind) -> None:
    assert sniff(data) == kind


@given(st.binary(max_size=200))
def test_any_bytes_are_some_kind(data: bytes) -> None:
    assert sniff(data).category in Category


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("ComfyUI_00001_.png", "ComfyUI_00001.png"),
        ("Füchse im Schnee.png", "Fuchse_im_Schnee.png"),
        ("雪の中の狐.webp", "file.webp"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\fox\\out.mp4", "out.mp4"),
        (".env", "env"),
        ("a.tar.gz", "a.tar.gz"),
        ("fox\r\nX-Header: 1.png", "fox_X-Header_1.png"),
        ("", "file"),
        ("..", "file"),
        ("0\u20250", "0.0"),
        ("a._b.", "a.b"),
        ("a\uff0fb \u96ea.png", "a_b.png"),
        ("x" * 300 + ".flac", "x" * 95 + ".flac"),
    ],
)
def test_a_name_is_made_safe(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_an_extension_replaces_the_name_s_own() -> None:
    assert safe_name("fox.png", extension=".webp") == "fox.webp"
    assert safe_name("fox", extension=".webp") == "fox.webp"


@given(st.text(max_size=200) | st.text("ab0._-/\\ é雪\u2025\uff0f", max_size=12))
def test_any_name_becomes_safe_and_stays_so(name: str) -> None:
    safe = safe_name(name)

    assert safe
    assert set(safe) <= ALLOWED
    assert not safe.startswith(".")
    assert len(safe) <= 100
    assert safe_name(safe) == safe
