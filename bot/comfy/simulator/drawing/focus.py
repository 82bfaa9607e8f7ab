"""A picture on its way from noise to sharpness, as previews show it."""

import io

from PIL import Image

from bot.comfy.simulator.drawing.noise import noise


def focus(picture: Image.Image, done: float, seed: int) -> bytes:
    """A JPEG of ``picture`` when the share ``done`` (0..1] of the steps has been made."""
    haze = (1 - done) ** 1.5
    small = [max(2, round(side / (1 + haze * 40))) for side in picture.size]
    blurred = picture.resize((small[0], small[1]), Image.Resampling.BOX).resize(picture.size, Image.Resampling.BICUBIC)
    shown = Image.blend(blurred, _noise_like(picture, seed), haze * 0.75) if haze > 0.01 else picture
    buffer = io.BytesIO()
    shown.save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def _noise_like(picture: Image.Image, seed: int) -> Image.Image:
    first = seed % 8 * 3
    return Image.merge("RGB", [noise(picture.size, 64, first + band) for band in range(3)])
