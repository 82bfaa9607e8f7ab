"""A picture set in motion: the view wanders over it and comes closer."""

import math
import random
from collections.abc import Iterator

from PIL import Image

#: The share of the picture that is seen at the end.
_CLOSE = 0.86


def animate(picture: Image.Image, count: int, seed: int) -> Iterator[Image.Image]:
    """``count`` pictures of the same size; the first one is the whole."""
    turn = random.Random(seed).uniform(0, math.tau)  # noqa: S311 - decoration
    wide, high = picture.size
    for number in range(count):
        done = number / max(1, count - 1)
        eased = (1 - math.cos(math.pi * done)) / 2
        share = 1 - (1 - _CLOSE) * eased
        left = (1 - share) * wide * (0.5 + 0.5 * math.cos(turn))
        top = (1 - share) * high * (0.5 + 0.5 * math.sin(turn))
        box = (left, top, left + share * wide, top + share * high)
        yield picture.resize(picture.size, Image.Resampling.BILINEAR, box=box)
