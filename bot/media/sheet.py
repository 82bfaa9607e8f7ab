"""Several pictures on one sheet, each with its number."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from math import ceil, sqrt
from typing import TYPE_CHECKING

from bot.media.fit import MAX_PIXELS, fit
from bot.media.sniff import WEBP

if TYPE_CHECKING:
    from PIL.Image import Image

log = logging.getLogger(__name__)

LONGEST = 2048  # pixels of a side of the sheet
MOST_COLUMNS = 5
MOST = 50  # pictures on one sheet: beyond, nobody sees what they show
GAP = 1 / 128  # of a cell, between two
QUALITY = 90
PAPER, INK, EDGE = (24, 25, 28), (255, 255, 255), (0, 0, 0)


@dataclass(frozen=True)
class Size:
    """Pixels."""

    width: int
    height: int


def columns(count: int) -> int:
    """Of so many pictures: two side by side, 2x2 for up to four, then ever wider, up to five."""
    return min(MOST_COLUMNS, ceil(sqrt(count)))


def sheet(pictures: Sequence[bytes], limit: int) -> bytes | None:
    """A WebP of at most `limit` bytes: the pictures from left to right and top to bottom, numbered from 1.

    None where they do not go onto one: fewer than two or too many, one that moves, is too large or cannot be opened.
    One picture at a time is decoded. Takes up to some seconds, so call it in a thread.
    """
    if not 2 <= len(pictures) <= MOST:
        return None
    try:
        drawn = _drawn(pictures)
    except Exception as error:  # noqa: BLE001  Pillow's decoders raise whatever they like on a damaged file or a bomb
        log.info("no sheet of %d pictures: %r", len(pictures), error)
        return None
    fitted = fit(drawn, limit, name="sheet")
    return fitted.data if fitted is not None and fitted.extension == WEBP.extension else None


def _drawn(pictures: Sequence[bytes]) -> bytes:
    """Raises ValueError for what does not go onto a sheet, and what Pillow does."""
    from PIL import Image

    sizes = [_measured(data) for data in pictures]
    across = columns(len(pictures))
    down = ceil(len(pictures) / across)
    cell = _cell(sizes, across, down)
    gap = max(2, round(max(cell.width, cell.height) * GAP))
    paper = Image.new("RGB", (across * (cell.width + gap) - gap, down * (cell.height + gap) - gap), PAPER)
    for at, data in enumerate(pictures):
        corner = (at % across * (cell.width + gap), at // across * (cell.height + gap))
        _lay(paper, data, corner, cell)
        _number(paper, at + 1, corner, cell)
    out = BytesIO()
    paper.save(out, "WEBP", quality=QUALITY, method=2)
    return out.getvalue()


def _measured(data: bytes) -> Size:
    """From its header, as it stands upright."""
    with _opened(data) as picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        if getattr(picture, "n_frames", 1) > 1:
            raise ValueError("it moves")
        turned = picture.getexif().get(0x0112, 1) >= 5
        return Size(picture.height, picture.width) if turned else Size(picture.width, picture.height)


def _cell(sizes: Sequence[Size], across: int, down: int) -> Size:
    """Of the first picture's shape, no larger than the largest, and small enough for the sheet."""
    first = sizes[0]
    scale = min(
        max(max(size.width, size.height) for size in sizes) / max(first.width, first.height),
        LONGEST / (across * first.width),
        LONGEST / (down * first.height),
    )
    return Size(max(1, round(first.width * scale)), max(1, round(first.height * scale)))


def _lay(paper: Image, data: bytes, corner: tuple[int, int], cell: Size) -> None:
    """Whole, in the middle of its cell."""
    from PIL import ImageOps
    from PIL.Image import Resampling

    with _opened(data) as picture:
        picture.draft("RGB", (cell.width, cell.height))
        upright = ImageOps.exif_transpose(_plain(picture))
        laid = ImageOps.contain(upright, (cell.width, cell.height), Resampling.LANCZOS)
    left = corner[0] + (cell.width - laid.width) // 2
    top = corner[1] + (cell.height - laid.height) // 2
    paper.paste(laid, (left, top), laid if laid.mode == "RGBA" else None)


def _number(paper: Image, number: int, corner: tuple[int, int], cell: Size) -> None:
    """White on black within white within black: something of it stands out on any picture."""
    from PIL import ImageDraw, ImageFont

    side = max(14, round(min(cell.width, cell.height) / 9))
    wide = round(side * (1 if number < 10 else 1.4))
    line, inset = max(1, side // 16), max(2, side // 5)
    left, top = corner[0] + inset, corner[1] + inset
    draw = ImageDraw.Draw(paper)
    for grown, colour in ((2 * line, EDGE), (line, INK), (0, EDGE)):
        box = (left - grown, top - grown, left + wide + grown, top + side + grown)
        draw.rounded_rectangle(box, radius=side // 4 + grown, fill=colour)
    font = ImageFont.load_default(round(side * 0.72))
    draw.text((left + wide / 2, top + side / 2), str(number), fill=INK, font=font, anchor="mm")


@contextmanager
def _opened(data: bytes) -> Iterator[Image]:
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the ceiling is ours
        with Image.open(BytesIO(data)) as picture:
            yield picture


def _plain(picture: Image) -> Image:
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda value: value / 256).convert("RGB")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
