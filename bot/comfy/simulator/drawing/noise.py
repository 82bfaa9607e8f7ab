"""Grey noise that is the same every time."""

import random
from functools import cache

from PIL import Image


def noise(size: tuple[int, int], cells: int, seed: int) -> Image.Image:
    """Soft grey noise, about ``cells`` lumps along the longer side."""
    scale = max(1, cells) / max(size)
    small = _noise(max(1, round(size[0] * scale)), max(1, round(size[1] * scale)), seed)
    return small.resize(size, Image.Resampling.BICUBIC)


@cache
def _noise(wide: int, high: int, seed: int) -> Image.Image:
    return Image.frombytes("L", (wide, high), random.Random(seed).randbytes(wide * high))  # noqa: S311 - decoration
