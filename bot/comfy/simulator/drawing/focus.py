"""A picture on its way from noise to sharpness, as previews show it."""

import io
import random
from functools import cache

from PIL import Image


def focus(picture: Image.Image, done: float, seed: int) -> bytes:
    """A JPEG of ``picture`` when the share ``done`` (0..1] of the steps has been made."""
    haze = (1 - done) ** 1.5
    small = [max(2, round(side / (1 + haze * 40))) for side in picture.size]
    blurred = picture.resize((small[0], small[1]), Image.Resampling.BOX).resize(picture.size, Image.Resampling.BICUBIC)
    shown = Image.blend(blurred, _noise_like(picture, seed), haze * 0.75) if haze > 0.01 else picture
    buffer = io.BytesIO()
    shown.save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def shrink(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    return picture if picture.size == size else picture.resize(size, Image.Resampling.BICUBIC)


def _noise_like(picture: Image.Image, seed: int) -> Image.Image:
    shift = random.Random(seed).randrange(128)  # noqa: S311 - decoration
    return _noise().rotate(90 * (shift % 4)).resize(picture.size, Image.Resampling.BICUBIC)


@cache
def _noise() -> Image.Image:
    bands = [Image.effect_noise((64, 64), 90) for _ in range(3)]
    return Image.merge("RGB", bands)
