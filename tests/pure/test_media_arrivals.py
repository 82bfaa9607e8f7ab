"""Pictures from people: no bombs, upright, and nothing of their camera's left in them."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from bot.errors import AttachmentRefused
from bot.media.arrivals import PIXELS, cleaned
from bot.media.sniff import sniff
from tests.pure.media_files import exif, png_texts, saved

TWO = Image.new("RGB", (40, 24), "white")
TWO.paste("black", (0, 0, 20, 24))


def opened(data: bytes) -> Image.Image:
    with Image.open(BytesIO(data)) as picture:
        picture.load()
        return picture


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_of(width: int, height: int) -> bytes:
    """A few bytes that say they are a picture of that size."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_that_lies_on_its_side_is_turned_and_says_no_more_about_it(form: str) -> None:
    came = saved(TWO, form, exif=exif(6))

    sent = opened(cleaned(came))

    assert sent.size == (24, 40)
    assert dict(sent.getexif()) == {}
    assert sent.convert("L").getpixel((12, 4)) < 60  # type: ignore[operator]  # one band, one number
    assert sent.convert("L").getpixel((12, 36)) > 200  # type: ignore[operator]  # one band, one number


def test_an_upright_picture_keeps_its_pixels_and_loses_its_texts() -> None:
    came = saved(TWO, "PNG", pnginfo=png_texts())

    sent = cleaned(came)

    assert opened(sent).text == {}  # type: ignore[attr-defined]  # a PNG's
    assert opened(sent).tobytes() == opened(came).tobytes()


@pytest.mark.parametrize("size", [(8001, 8001), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    with pytest.raises(AttachmentRefused, match=f"more than {PIXELS // 10**6} million pixels"):
        cleaned(png_of(*size))


def test_frames_count_too() -> None:
    frames = [Image.new("L", (3000, 3000), shade) for shade in range(8)]
    film = BytesIO()
    frames[0].save(film, "GIF", save_all=True, append_images=frames[1:])

    with pytest.raises(AttachmentRefused, match="million pixels"):
        cleaned(film.getvalue())


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_that_cannot_be_opened_is_refused(form: str) -> None:
    torn = saved(TWO, form)[:14]
    assert sniff(torn).category.value == "picture"

    with pytest.raises(AttachmentRefused, match="cannot be opened"):
        cleaned(torn)
