"""One form for all the ways a text can be written: what cannot be seen is gone, what looks alike is the same."""

from __future__ import annotations

import unicodedata
from typing import Final

from bot.content.lookalikes import table

#: what has no shape: control and format characters, and letters and signs that are blank (Unicode 16)
_UNSEEN: Final = (
    range(0x09),
    range(0x0E, 0x1C),
    range(0x7F, 0x85),
    range(0x86, 0xA0),
    range(0xAD, 0xAE),
    range(0x034F, 0x0350),
    range(0x0600, 0x0606),
    range(0x061C, 0x061D),
    range(0x06DD, 0x06DE),
    range(0x070F, 0x0710),
    range(0x0890, 0x0892),
    range(0x08E2, 0x08E3),
    range(0x115F, 0x1161),
    range(0x180B, 0x1810),
    range(0x200B, 0x2010),
    range(0x202A, 0x202F),
    range(0x2060, 0x2070),
    range(0x2800, 0x2801),
    range(0x3164, 0x3165),
    range(0xFE00, 0xFE10),
    range(0xFEFF, 0xFF00),
    range(0xFFA0, 0xFFA1),
    range(0xFFF9, 0xFFFC),
    range(0x110BD, 0x110BE),
    range(0x110CD, 0x110CE),
    range(0x13430, 0x13456),
    range(0x1BCA0, 0x1BCA4),
    range(0x1D173, 0x1D17B),
    range(0xE0000, 0xE01F0),
)
#: marks over, under and through letters; the vowels of Indian scripts, which are marks too, are letters of their own
_MARKS: Final = (
    range(0x0300, 0x0370),
    range(0x0483, 0x048A),
    range(0x0591, 0x05BE),
    range(0x064B, 0x0660),
    range(0x1AB0, 0x1B00),
    range(0x1DC0, 0x1E00),
    range(0x20D0, 0x2100),
    range(0xFE20, 0xFE30),
)
_TABLE: Final[dict[int, str | None]] = {
    **table(),
    **{point: None for points in (*_UNSEEN, *_MARKS) for point in points},
}


def fold(text: str) -> str:
    """Compatible forms, capitals, marks and look-alikes made one; nothing invisible is left. Twice is once."""
    if text.isascii():
        return text.lower().translate(_TABLE)
    shapes = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", shapes.translate(_TABLE)).casefold())
