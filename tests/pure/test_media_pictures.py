"""Pictures lose their metadata and no pixel."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageOps

from bot.media.strip import strip_metadata
from tests.pure.media_files import PICTURES, PROFILE, SECRET, XMP, picture, saved


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_loses_its_metadata_and_no_pixel(name: str) -> None:
    data = PICTURES[name]
    bare = strip_metadata(data)

    assert SECRET not in bare
    assert frames(bare) == frames(data)
    assert not any(tag in bare for tag in (b"tIME", b"zTXt", b"comf"))


def test_a_picture_keeps_its_colour_profile_density_and_loop() -> None:
    for name in ("png", "jpeg", "webp lossless"):
        with Image.open(BytesIO(strip_metadata(PICTURES[name]))) as image:
            assert image.info["icc_profile"] == PROFILE, name
    with Image.open(BytesIO(strip_metadata(PICTURES["png"]))) as image:
        assert image.info["dpi"] == pytest.approx((72, 72), abs=0.1)
    for name in ("apng", "webp animated", "gif animated"):
        with Image.open(BytesIO(strip_metadata(PICTURES[name]))) as image:
            assert image.info["loop"] == 0, name


@pytest.mark.parametrize(("name", "turn"), [("png turned", 6), ("jpeg turned", 6), ("webp turned", 8)])
def test_a_turned_picture_keeps_its_orientation_and_nothing_else(name: str, turn: int) -> None:
    with Image.open(BytesIO(strip_metadata(PICTURES[name]))) as image:
        assert dict(image.getexif()) == {0x0112: turn}


def test_an_upright_picture_keeps_no_exif() -> None:
    for name in ("png", "jpeg", "webp", "webp animated", "avif"):
        with Image.open(BytesIO(strip_metadata(PICTURES[name]))) as image:
            assert not image.getexif(), name


def test_webp_no_longer_announces_what_is_gone() -> None:
    bare = strip_metadata(PICTURES["webp"])

    assert bare[12:16] == b"VP8X"
    assert not bare[20] & 0x0C
    assert struct.unpack_from("<I", bare, 4) == (len(bare) - 8,)


def test_a_gif_loses_xmp_and_keeps_loop_count() -> None:
    data = PICTURES["gif animated"]
    xmp = b"\x21\xff\x0bXMP DataXMP" + XMP + bytes((1, *range(255, -1, -1), 0))
    at = data.index(b"\x21\xff\x0bNETSCAPE")
    bare = strip_metadata(data[:at] + xmp + data[at:])

    assert SECRET not in bare
    assert b"NETSCAPE2.0\x03\x01\x00\x00\x00" in bare
    assert frames(bare) == frames(data)


def test_jpeg_loses_photoshop_and_other_applications_data() -> None:
    data = saved(picture(), "JPEG")
    segments = b"".join(
        bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body
        for marker, body in [(0xED, b"Photoshop 3.0\0" + SECRET), (0xE2, b"MPF\0" + SECRET), (0xEB, b"JP" + SECRET)]
    )

    assert strip_metadata(data[:2] + segments + data[2:]) == data


def test_unknown_png_chunks_go_unless_they_are_critical() -> None:
    data = saved(picture(), "PNG")
    at = data.index(b"IDAT") - 4
    critical = chunk(b"PriV", b"needed to draw")
    spoilt = data[:at] + chunk(b"priv", SECRET) + critical + data[at:]

    assert strip_metadata(spoilt) == data[:at] + critical + data[at:]


def chunk(tag: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + tag + body + struct.pack(">I", zlib.crc32(tag + body))


def frames(data: bytes) -> list[tuple[int, bytes]]:
    """Duration and pixels of every frame, as Pillow sees them after turning."""
    with Image.open(BytesIO(data)) as image:
        found = []
        for index in range(getattr(image, "n_frames", 1)):
            image.seek(index)
            pixels = ImageOps.exif_transpose(image).convert("RGBA")
            found.append((int(image.info.get("duration", 0)), pixels.tobytes()))
        return found
