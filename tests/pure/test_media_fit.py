"""Pictures too large for Discord are made to fit; everything else is left to the caller."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.media.fit import MAX_PIXELS, Note, fit
from tests.pure.media_files import ALL, CLIPS, PROFILE, exif, saved

SIZE = (256, 192)


def noise(mode: str = "RGB", size: tuple[int, int] = SIZE) -> Image.Image:
    """A picture which hardly compresses."""
    channels = [Image.effect_noise(size, 90) for _ in range(len(mode))]
    return Image.merge(mode, channels)


def opened(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    image.load()
    return image


NOISE = saved(noise(), "PNG")


def test_a_picture_within_the_limit_is_left_alone() -> None:
    fitted = fit(NOISE, len(NOISE), name="fox.png")

    assert fitted is not None
    assert (fitted.data, fitted.name, fitted.extension, fitted.note) == (NOISE, "fox.png", ".png", Note.KEPT)


def test_a_picture_somewhat_too_large_keeps_its_size_in_pixels() -> None:
    fitted = fit(NOISE, len(NOISE) - 1, name="füchse.png")

    assert fitted is not None
    assert fitted.note is Note.REENCODED
    assert (fitted.name, fitted.extension) == ("fuchse.webp", ".webp")
    assert len(fitted.data) < len(NOISE)
    assert opened(fitted.data).size == SIZE


@pytest.mark.parametrize("limit", [60_000, 30_000, 10_000, 3_000])
def test_a_picture_gets_below_any_sensible_limit(limit: int) -> None:
    fitted = fit(NOISE, limit, name="fox.png")

    assert fitted is not None
    assert len(fitted.data) <= limit
    width, height = opened(fitted.data).size
    assert width / height == pytest.approx(256 / 192, rel=0.05)
    assert (fitted.note is Note.SCALED) == (width < 256)


def test_the_best_quality_that_fits_is_taken() -> None:
    generous = fit(NOISE, len(NOISE) - 1, name="fox.png")
    assert generous is not None
    tighter = fit(NOISE, len(generous.data) - 1, name="fox.png")

    assert tighter is not None
    assert tighter.note is Note.REENCODED
    assert len(tighter.data) < len(generous.data)


def test_transparency_is_kept() -> None:
    image = noise("RGBA")
    image.paste((255, 0, 0, 0), (0, 0, 128, 192))
    fitted = fit(saved(image, "PNG"), 20_000, name="fox.png")

    assert fitted is not None
    pixel = opened(fitted.data).getpixel((5, 5))
    assert isinstance(pixel, tuple)
    assert pixel[3] == 0


def test_the_orientation_is_applied() -> None:
    fitted = fit(saved(noise(), "JPEG", exif=exif(6), quality=100), 20_000, name="fox.jpg")

    assert fitted is not None
    image = opened(fitted.data)
    assert image.height > image.width
    assert not image.getexif()


def test_an_rgb_profile_is_kept_and_metadata_is_not() -> None:
    fitted = fit(saved(noise(), "PNG", icc_profile=PROFILE, exif=exif()), 40_000, name="fox.png")

    assert fitted is not None
    assert opened(fitted.data).info["icc_profile"] == PROFILE
    assert b"prompt" not in fitted.data


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animation_stays_one(kind: str) -> None:
    first, *others = [noise(size=(128, 96)) for _ in range(3)]
    lossless = {"lossless": True} if kind == "WEBP" else {}
    data = saved(first, kind, save_all=True, append_images=others, duration=[50, 70, 90], loop=0, **lossless)
    fitted = fit(data, len(data) // 3, name="fox")

    assert fitted is not None
    assert len(fitted.data) <= len(data) // 3
    with Image.open(BytesIO(fitted.data)) as image:
        assert image.n_frames == 3  # type: ignore[attr-defined]  # only formats with frames have it
        assert image.info["loop"] == 0
        durations = []
        for index in range(3):
            image.seek(index)
            image.load()
            durations.append(image.info["duration"])
    assert durations == [50, 70, 90]


def test_sixteen_bit_greys_stay_as_bright_as_they_were() -> None:
    image = Image.new("I;16", SIZE, 40_000)
    fitted = fit(saved(image, "TIFF"), 5_000, name="depth.tiff")

    assert fitted is not None
    pixel = opened(fitted.data).convert("L").getpixel((9, 9))
    assert isinstance(pixel, (int, float))
    assert abs(pixel - 156) <= 2


@pytest.mark.parametrize("name", CLIPS)
def test_video_and_audio_cannot_be_made_to_fit(name: str) -> None:
    assert fit(ALL[name], 100, name=name) is None


@pytest.mark.parametrize("data", [b"a fox " * 100, bytes(1000), NOISE[: len(NOISE) // 2], NOISE[:100].ljust(999, b"x")])
def test_what_cannot_be_opened_cannot_be_made_to_fit(data: bytes) -> None:
    assert fit(data, 99, name="fox.png") is None


def test_a_picture_cannot_get_smaller_than_a_thumbnail() -> None:
    assert fit(NOISE, 20, name="fox.png") is None


@pytest.mark.parametrize("side", [8193, 20_000, 60_000])
def test_a_decompression_bomb_is_not_opened(side: int) -> None:
    """The header alone announces it: nothing is decoded."""
    assert side * side > MAX_PIXELS
    header = bytearray(NOISE)
    struct.pack_into(">II", header, 16, side, side)

    assert fit(bytes(header), 1000, name="fox.png") is None


@given(st.sampled_from(sorted(ALL)), st.floats(0, 1), st.binary(max_size=4))
def test_damaged_files_never_raise(name: str, place: float, noise_bytes: bytes) -> None:
    data = bytearray(ALL[name])
    at = int(place * len(data))
    data[at : at + len(noise_bytes)] = noise_bytes
    fitted = fit(bytes(data), len(data) // 2, name=name)

    assert fitted is None or len(fitted.data) <= len(data) // 2
