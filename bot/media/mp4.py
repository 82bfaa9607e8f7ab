"""MP4, MOV and M4A: metadata boxes become zeroed `free` boxes, so that no offset moves (ISO/IEC 14496-12)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from bot.media.edit import Edit, Malformed

#: Boxes of boxes in which metadata is looked for.
CONTAINERS = frozenset((b"moov", b"trak", b"mdia", b"minf", b"moof", b"traf"))

METADATA = frozenset((b"udta", b"meta", b"meco", b"uuid"))
UNUSED = frozenset((b"free", b"skip"))

#: Here a `uuid` box may hold what a player needs to decrypt the samples, not metadata.
FRAGMENTS = frozenset((b"moof", b"traf"))


class Box(NamedTuple):
    """One box: its header begins at `start`, its contents at `body`."""

    tag: bytes
    start: int
    body: int
    end: int


def edits(data: bytes, *, keep: frozenset[bytes] = frozenset()) -> Iterator[Edit]:
    """Frees metadata boxes at the top, in the movie and in its tracks; not those in `keep`, at the top."""
    for box in boxes(data, 0, len(data)):
        if box.tag not in keep:
            yield from _cleaned(data, box, METADATA)


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes between two offsets; Malformed when one is cut off."""
    position = start
    while position < end:
        box = _box(data, position, end)
        yield box
        position = box.end


def seconds(data: bytes) -> float | None:
    """How long it plays, by the movie's header; None where it is in fragments, which do not say (8.2.2, 8.8.2)."""
    for box in boxes(data, 0, len(data)):
        if box.tag == b"moov":
            return next(
                (_length(data, child) for child in boxes(data, box.body, box.end) if child.tag == b"mvhd"), None
            )
    return None


def _length(data: bytes, header: Box) -> float | None:
    """Version 1 of a movie header has times of 64 bits."""
    scale, length = struct.unpack_from(">16xIQ" if data[header.body] == 1 else ">8xII", data, header.body + 4)
    return length / scale if scale and length else None


def _box(data: bytes, start: int, limit: int) -> Box:
    size, tag = struct.unpack_from(">I4s", data, start)
    body = start + 8
    if size == 1:
        (size,) = struct.unpack_from(">Q", data, body)
        body += 8
    end = limit if size == 0 else start + size
    if not body <= end <= limit:
        raise Malformed("box cut off")
    return Box(tag, start, body, end)


def _cleaned(data: bytes, box: Box, metadata: frozenset[bytes]) -> Iterator[Edit]:
    if box.tag in metadata:
        yield Edit(box.start + 4, box.start + 8, b"free")
        yield from _zeroed(box)
    elif box.tag in UNUSED:
        if data.count(0, box.body, box.end) < box.end - box.body:
            yield from _zeroed(box)
    elif box.tag in CONTAINERS:
        inner = metadata - {b"uuid"} if box.tag in FRAGMENTS else metadata
        for child in boxes(data, box.body, box.end):
            yield from _cleaned(data, child, inner)


def _zeroed(box: Box) -> Iterator[Edit]:
    if box.body < box.end:
        yield Edit(box.body, box.end, bytes(box.end - box.body))
