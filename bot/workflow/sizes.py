"""Picture sizes as people write them: `768x512`."""

from __future__ import annotations

import re

#: the least and most pixels of a side where a manifest does not say
SIDES = (64, 2048)
#: what a side must be a multiple of where a manifest does not say: a latent's pixel is eight of a picture's
STEP = 8

_SIZE = re.compile(r"\s*(\d{1,5})\s*[xX×*]\s*(\d{1,5})\s*", re.ASCII)


def parse_size(text: object) -> tuple[int, int] | None:
    """Width and height in pixels of a text such as `768x512` or `768 × 512`; None for anything else."""
    found = _SIZE.fullmatch(text) if isinstance(text, str) else None
    return (int(found[1]), int(found[2])) if found else None
