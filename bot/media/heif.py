"""AVIF and HEIC: Exif and XMP items are overwritten in place by empty ones (ISO/IEC 23008-12, 14496-12 8.11)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from bot.media import mp4
from bot.media.edit import Edit, Malformed

#: What an item of that type holds when it says nothing: a TIFF directory of no entries (behind the offset which
#: HEIF puts there), an XMP document without a statement. How the picture is turned is a property, not Exif.
EMPTY = {
    b"Exif": b"\0\0\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0",
    b"mime": b'<x:xmpmeta xmlns:x="adobe:ns:meta/"/>',
}

IN_FILE, IN_IDAT = 0, 1


class Fields:
    """Big-endian numbers of varying width, read one after the other."""

    def __init__(self, data: bytes, position: int, end: int) -> None:
        self._data = data
        self._position = position
        self._end = end

    def take(self, width: int) -> int:
        """The next number, that many bytes wide; 0 for a width of 0."""
        return int.from_bytes(self.bytes(width), "big")

    def bytes(self, width: int) -> bytes:
        """The next bytes; Malformed past the end."""
        start, self._position = self._position, self._position + width
        if self._position > self._end:
            raise Malformed("field cut off")
        return self._data[start : self._position]


class Extent(NamedTuple):
    """Where a piece of an item lies in the file."""

    item: int
    start: int
    end: int


def edits(data: bytes) -> Iterator[Edit]:
    """Empties the Exif and XMP items; the movie of an animated file is cleaned as in MP4."""
    yield from mp4.edits(data, keep=frozenset((b"meta",)))
    for box in mp4.boxes(data, 0, len(data)):
        if box.tag == b"meta":
            yield from _emptied(data, box)


def _emptied(data: bytes, meta: mp4.Box) -> Iterator[Edit]:
    parts = {box.tag: box for box in mp4.boxes(data, meta.body + 4, meta.end)}
    if b"iinf" not in parts or b"iloc" not in parts:
        return
    items = _metadata_items(data, parts[b"iinf"])
    seen: set[int] = set()
    for extent in _extents(data, parts[b"iloc"], parts.get(b"idat")):
        if extent.item in items:
            empty = b"" if extent.item in seen else EMPTY[items[extent.item]]
            seen.add(extent.item)
            yield Edit(extent.start, extent.end, _filled(empty, extent.end - extent.start))


def _filled(empty: bytes, length: int) -> bytes:
    filler = b" " if empty.startswith(b"<") else b"\0"
    return empty + filler * (length - len(empty)) if length >= len(empty) else filler * length


def _metadata_items(data: bytes, box: mp4.Box) -> dict[int, bytes]:
    """Ids of the Exif and XMP items, with their types."""
    version = data[box.body]
    items: dict[int, bytes] = {}
    for entry in mp4.boxes(data, box.body + (6 if version == 0 else 8), box.end):
        fields = Fields(data, entry.body, entry.end)
        entry_version = fields.take(4) >> 24
        if entry_version < 2:
            raise Malformed("item entry too old to hold a picture's metadata")
        number = fields.take(2 if entry_version == 2 else 4)
        fields.take(2)
        kind = fields.bytes(4)
        if kind in EMPTY:
            items[number] = kind
    return items


def _extents(data: bytes, box: mp4.Box, idat: mp4.Box | None) -> Iterator[Extent]:
    fields = Fields(data, box.body, box.end)
    version = fields.take(4) >> 24
    widths = fields.take(2)
    offset_size, length_size, base_size, index_size = (widths >> shift & 15 for shift in (12, 8, 4, 0))
    for _ in range(fields.take(2 if version < 2 else 4)):
        item = fields.take(2 if version < 2 else 4)
        method = fields.take(2) & 15 if version else IN_FILE
        fields.take(2)
        base = fields.take(base_size)
        for _ in range(fields.take(2)):
            fields.take(index_size if version else 0)
            start = base + fields.take(offset_size)
            length = fields.take(length_size)
            yield _located(data, Extent(item, start, start + length), method, idat)


def _located(data: bytes, extent: Extent, method: int, idat: mp4.Box | None) -> Extent:
    if method == IN_IDAT and idat is not None:
        extent = Extent(extent.item, extent.start + idat.body, extent.end + idat.body)
    elif method != IN_FILE:
        raise Malformed("item stored elsewhere")
    if extent.end > len(data):
        raise Malformed("item cut off")
    return extent


def brands(data: bytes) -> frozenset[bytes]:
    """The brands which the file's `ftyp` box names, major and compatible ones; none when there is no such box."""
    if data[4:8] != b"ftyp":
        return frozenset()
    (size,) = struct.unpack_from(">I", data)
    listed = data[16 : min(size, 256)]
    return frozenset((data[8:12], *(listed[at : at + 4] for at in range(0, len(listed) - 3, 4))))
