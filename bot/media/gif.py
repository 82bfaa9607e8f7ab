"""GIF: comments and other programs' extensions are dropped, loop counts stay (GIF89a specification)."""

from __future__ import annotations

from collections.abc import Iterator

from bot.media.edit import Edit, Malformed, rest

EXTENSION, PICTURE, TRAILER = 0x21, 0x2C, 0x3B
COMMENT, APPLICATION = 0xFE, 0xFF

#: Applications whose extensions change what is drawn: two names for the loop count, and the colour profile.
DRAWN = (b"\x0bNETSCAPE2.0", b"\x0bANIMEXTS1.0", b"\x0bICCRGBG1012")


def edits(data: bytes) -> Iterator[Edit]:
    """Drops comments, XMP, unknown application extensions and what follows the trailer."""
    position = 13 + _palette(data[10])
    while data[position] != TRAILER:
        start = position
        if data[start] == EXTENSION:
            position = _blocks_end(data, start + 2)
            if _dropped(data, start):
                yield Edit(start, position)
        elif data[start] == PICTURE:
            position = _blocks_end(data, start + 10 + _palette(data[start + 9]) + 1)
        else:
            raise Malformed("unknown block")
    yield from rest(data, position + 1)


def _palette(flags: int) -> int:
    """Length of the colour table which the flags announce, in bytes."""
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _blocks_end(data: bytes, position: int) -> int:
    while length := data[position]:
        position += length + 1
    return position + 1


def _dropped(data: bytes, start: int) -> bool:
    label = data[start + 1]
    return label == COMMENT or (label == APPLICATION and not data.startswith(DRAWN, start + 2))
