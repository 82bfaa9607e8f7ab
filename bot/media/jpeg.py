"""JPEG: only the segments needed to draw are kept (ITU-T T.81 annex B, JFIF 1.02, ICC.1 annex B.4)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator

from bot.media.edit import Edit, Malformed, rest
from bot.media.exif import only_orientation

SIGNATURE = b"\xff\xd8\xff"

SOS, EOI, COM = 0xDA, 0xD9, 0xFE
APP1 = 0xE1
APPLICATION = range(0xE0, 0xF0)
STANDALONE = (0x01, *range(0xD0, 0xD8))

#: Application segments which change how the pixels are read: density, colour profile, colour transform.
DRAWN = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}

#: What ends entropy-coded data: a marker that is neither a stuffed byte, a restart nor filling.
MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)


def edits(data: bytes) -> Iterator[Edit]:
    """Drops comments, Exif (but for an orientation), XMP, IPTC, other programs' data and what follows the picture."""
    position = 2
    while (marker := _marker(data, position)) != EOI:
        if marker == 0xFF:
            position += 1
        elif marker in STANDALONE:
            position += 2
        else:
            end = _segment_end(data, position)
            yield from _cleaned(data, marker, position, end)
            position = _scan_end(data, end) if marker == SOS else end
    yield from rest(data, position + 2)


def _marker(data: bytes, position: int) -> int:
    if data[position] != 0xFF:
        raise Malformed("no marker")
    return data[position + 1]


def _segment_end(data: bytes, start: int) -> int:
    (length,) = struct.unpack_from(">H", data, start + 2)
    end: int = start + 2 + length
    if length < 2 or end > len(data):
        raise Malformed("segment cut off")
    return end


def _scan_end(data: bytes, start: int) -> int:
    found = MARKER.search(data, start)
    if found is None:
        raise Malformed("scan cut off")
    return found.start()


def _cleaned(data: bytes, marker: int, start: int, end: int) -> Iterator[Edit]:
    if marker == APP1 and data.startswith(b"Exif\0", start + 4):
        new = _turned(data[start + 10 : end])
        if new != data[start:end]:
            yield Edit(start, end, new)
    elif marker in APPLICATION:
        kept = DRAWN.get(marker)
        if kept is None or not data.startswith(kept, start + 4):
            yield Edit(start, end)
    elif marker == COM:
        yield Edit(start, end)


def _turned(tiff: bytes) -> bytes:
    """The Exif segment with its orientation alone, if it has one."""
    body = only_orientation(tiff)
    return b"\xff\xe1" + struct.pack(">H", len(body) + 8) + b"Exif\0\0" + body if body else b""
