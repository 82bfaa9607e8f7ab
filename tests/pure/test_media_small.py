"""Thumbnails and sheets of several pictures."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from bot.media.fit import MAX_PIXELS
from bot.media.sheet import MOST, columns, sheet
from bot.media.thumbnail import LARGEST, SIDE, thumbnail
from tests.pure.media_files import CLIPS, FILES, exif, moving, picture, saved

MIB = 2**20
WHITE, BLACK = Image.new("RGB", (300, 200), "white"), Image.new("RGB", (300, 200), "black")


def opened(data: bytes | None) -> Image.Image:
    assert data is not None
    image = Image.open(BytesIO(data))
    image.load()
    return image


def bomb() -> bytes:
    """The header of a PNG with more pixels than are decoded."""
    data = bytearray(saved(picture(), "PNG"))
    data[16:24] = struct.pack(">II", 1 << 15, MAX_PIXELS // (1 << 15) + 1)
    return bytes(data)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "P", "I;16", "CMYK"])
def test_a_thumbnail_is_small_and_keeps_the_shape(mode: str) -> None:
    big = Image.effect_noise((1024, 512), 90).convert("RGB")
    big = big.convert("L").convert("I;16") if mode == "I;16" else big.convert(mode)

    data = thumbnail(saved(big, "TIFF" if mode == "CMYK" else "PNG"))

    small = opened(data)
    assert data is not None
    assert len(data) <= LARGEST
    assert (small.format, small.size) == ("WEBP", (SIDE, SIDE // 2))


def test_a_thumbnail_stands_upright_and_is_of_the_first_frame() -> None:
    turned = opened(thumbnail(saved(picture(size=(60, 20)), "JPEG", exif=exif(orientation=6))))
    first = opened(thumbnail(moving("GIF")))

    assert turned.size == (20, 60)
    assert getattr(first, "n_frames", 1) == 1
    assert abs(first.convert("L").getpixel((20, 12)) - picture("L").getpixel((20, 12))) < 20  # type: ignore[operator]


def test_what_cannot_be_opened_has_no_thumbnail_and_no_sheet() -> None:
    damaged = [b"", b"\x89PNG\r\n\x1a\n" + bytes(50), bomb(), *((FILES / name).read_bytes() for name in CLIPS)]

    assert {thumbnail(data) for data in damaged} == {None}
    assert {sheet([saved(WHITE, "PNG"), data], 10 * MIB) for data in damaged} == {None}


@pytest.mark.parametrize(("count", "across"), [(2, 2), (3, 2), (4, 2), (5, 3), (9, 3), (10, 4), (17, 5), (50, 5)])
def test_a_sheet_is_two_by_two_and_at_most_five_wide(count: int, across: int) -> None:
    drawn = opened(sheet([saved(Image.new("RGB", (64, 48), "white"), "PNG")] * count, 10 * MIB))

    down = -(-count // across)
    assert columns(count) == across
    assert abs(drawn.width / drawn.height - across * 64 / (down * 48)) < 0.1
    assert drawn.width >= across * 64 or max(drawn.size) >= 2000


def test_each_number_stands_out_on_any_picture() -> None:
    drawn = opened(sheet([saved(WHITE, "PNG"), saved(BLACK, "PNG")], 10 * MIB)).convert("L")

    for left in (0, drawn.width // 2 + 2):
        plate = drawn.crop((left, 0, left + 40, 40))
        shades = plate.tobytes()
        assert (min(shades) < 40, max(shades) > 215) == (True, True)
        assert len(plate.crop((8, 8, 28, 28)).getcolors() or []) > 2


def test_pictures_of_other_shapes_stand_whole_in_the_cells_of_the_first() -> None:
    tall = Image.new("RGB", (100, 400), (255, 0, 0))

    drawn = opened(sheet([saved(BLACK, "PNG"), saved(tall, "PNG")], 10 * MIB)).convert("RGB")

    right = drawn.crop((drawn.width // 2 + 4, 0, drawn.width, drawn.height))
    channels = right.split()
    red = ImageChops.subtract(channels[0], channels[1]).point(lambda value: 255 if value > 100 else 0).getbbox()
    assert red is not None
    assert abs((red[2] - red[0]) / (red[3] - red[1]) - 0.25) < 0.05
    assert red[3] - red[1] > 0.95 * drawn.height


def test_a_sheet_keeps_to_the_limit_and_to_so_many_pixels() -> None:
    noise = [saved(Image.effect_noise((1024, 1024), 90).convert("RGB"), "PNG")] * 4

    data = sheet(noise, 200_000)

    assert data is not None
    assert len(data) <= 200_000
    assert max(opened(data).size) <= 2100


def test_one_picture_too_many_or_a_moving_one_is_no_sheet() -> None:
    still = saved(WHITE, "PNG")

    assert sheet([still], 10 * MIB) is None
    assert sheet([still, moving("GIF")], 10 * MIB) is None
    assert sheet([still] * (MOST + 1), 10 * MIB) is None
