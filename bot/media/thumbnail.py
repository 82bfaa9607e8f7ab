"""A small WebP of a picture, for lists of many: RFC 9649."""

from __future__ import annotations

import logging
import warnings
from io import BytesIO
from typing import TYPE_CHECKING

from bot.media.fit import MAX_PIXELS
from bot.media.sniff import Category, sniff

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

#: pixels of the longest side, and bytes; what needs more is made smaller still
SIDE, LARGEST = 256, 10_000
QUALITIES = (75, 60, 40, 20)


def thumbnail(data: bytes) -> bytes | None:
    """The picture, or the first frame of a moving one, in at most `LARGEST` bytes; None for what cannot be opened.

    Takes a moment, so call it in a thread. The size is read from the header before anything is decoded.
    """
    if sniff(data).category is not Category.PICTURE:
        return None
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the ceiling is ours
            with Image.open(BytesIO(data)) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    return None
                return _encoded(_small(picture))
    except Exception as error:  # noqa: BLE001  Pillow's decoders raise whatever they like on a damaged file or a bomb
        log.info("no thumbnail of a picture of %d bytes: %r", len(data), error)
        return None


def _small(picture: Image) -> Image:
    from PIL.Image import Resampling
    from PIL.ImageOps import exif_transpose

    picture.draft("RGB", (SIDE * 2, SIDE * 2))  # of a JPEG, only so much is decoded
    if picture.mode.startswith("I"):
        plain = picture.convert("I").point(lambda value: value / 256).convert("RGB")
    else:
        plain = picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    plain.thumbnail((SIDE, SIDE), Resampling.LANCZOS, reducing_gap=3.0)
    return exif_transpose(plain)


def _encoded(small: Image) -> bytes | None:
    """At falling quality, until it is small enough."""
    for quality in QUALITIES:
        out = BytesIO()
        small.save(out, "WEBP", quality=quality, method=4)
        if out.tell() <= LARGEST:
            return out.getvalue()
    return None
