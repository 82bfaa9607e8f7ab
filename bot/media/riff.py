"""RIFF, the container of WebP and WAV: chunks of a tag, a little-endian length and a body padded to even length."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from bot.media.edit import Edit, Malformed, rest

HEADER = 12

#: The length that live encoders write when they do not know it yet.
UNKNOWN = 0xFFFFFFFF


class Chunk(NamedTuple):
    """One chunk: its header begins at `start`, its padding ends at `end`."""

    tag: bytes
    start: int
    body: int
    length: int
    end: int


def chunks(data: bytes) -> Iterator[Chunk]:
    """The chunks of the file, in order; Malformed when one is cut off."""
    end = file_end(data)
    position = HEADER
    while position < end:
        tag, length = struct.unpack_from("<4sI", data, position)
        body = position + 8
        if length == UNKNOWN:
            length = end - body
        following = body + length
        if following > end:
            raise Malformed("chunk cut off")
        following = min(following + (length & 1), end)
        yield Chunk(tag, position, body, length, following)
        position = following


def with_size(data: bytes, edits: list[Edit]) -> Iterator[Edit]:
    """The edits, and the one of the file's own length that follows from them; what lies past its end is dropped."""
    yield from edits
    yield from rest(data, file_end(data))
    growth = sum(edit.growth for edit in edits)
    (size,) = struct.unpack_from("<I", data, 4)
    if growth and size != UNKNOWN:
        yield Edit(4, 8, struct.pack("<I", size + growth))


def file_end(data: bytes) -> int:
    """Where the file ends by its own account; Malformed when that is past the bytes there are."""
    (size,) = struct.unpack_from("<I", data, 4)
    if size == UNKNOWN:
        return len(data)
    if size + 8 > len(data):
        raise Malformed("file cut off")
    return int(size) + 8
