"""Changes to a file as byte ranges: what every format answers with, and how they are applied."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Malformed(ValueError):
    """The bytes break the rules of the format which their start announces."""


class Edit(NamedTuple):
    """Bytes `start` to `end` (exclusive) become `new`; nothing, when they are dropped."""

    start: int
    end: int
    new: bytes = b""

    @property
    def growth(self) -> int:
        """How many bytes longer the file gets; negative when it shrinks."""
        return len(self.new) - (self.end - self.start)


def apply(data: bytes, edits: Iterable[Edit]) -> bytes:
    """The file with all edits made; the same object when there are none. Malformed when they overlap."""
    ordered = sorted(edits)
    if not ordered:
        return data
    view = memoryview(data)
    pieces: list[bytes | memoryview] = []
    done = 0
    for edit in ordered:
        if edit.start < done:
            raise Malformed("parts overlap")
        pieces += (view[done : edit.start], edit.new)
        done = edit.end
    pieces.append(view[done:])
    return b"".join(pieces)


def rest(data: bytes, end: int) -> Iterable[Edit]:
    """The edit which drops what follows the end of a file's own structure, if anything does."""
    if end < len(data):
        yield Edit(end, len(data))
