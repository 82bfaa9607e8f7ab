"""A landscape drawn from words and a seed."""

import hashlib
import random

from PIL import Image, ImageDraw


def draw(words: str, seed: int, size: tuple[int, int], *, tint: str = "") -> Image.Image:
    """An RGB picture; the same arguments give the same picture."""
    digest = hashlib.sha256(f"{words}|{seed}|{tint}".encode()).digest()
    dice = random.Random(digest)  # noqa: S311 - decoration
    top = tuple(dice.randrange(256) for _ in range(3))
    picture = Image.new("RGB", size, top)
    pen = ImageDraw.Draw(picture)
    for _ in range(6):
        x, y = dice.randrange(size[0]), dice.randrange(size[1])
        r = dice.randrange(1, max(2, min(size) // 3))
        pen.ellipse((x - r, y - r, x + r, y + r), fill=tuple(dice.randrange(256) for _ in range(3)))
    return picture
