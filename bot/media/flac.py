"""FLAC: comments, pictures and application blocks are dropped (RFC 9639 section 8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from bot.media import mp3
from bot.media.edit import Edit, Malformed

SIGNATURE = b"fLaC"

STREAMINFO, SEEKTABLE = 0, 3
KEPT = (STREAMINFO, SEEKTABLE)
LAST = 0x80


class Block(NamedTuple):
    """A metadata block: one byte of type and last-flag, three of length, the body."""

    kind: int
    start: int
    end: int


def edits(data: bytes) -> Iterator[Edit]:
    """Drops every block but STREAMINFO and SEEKTABLE, whose offsets count from the first frame; and ID3 tags around."""
    begin = mp3.audio_start(data)
    if begin:
        yield Edit(0, begin)
    blocks = list(_blocks(data, begin))
    if blocks[0].kind != STREAMINFO:
        raise Malformed("no STREAMINFO")
    kept = [block for block in blocks if block.kind in KEPT]
    yield from (Edit(block.start, block.end) for block in blocks if block.kind not in KEPT)
    if kept[-1] is not blocks[-1]:
        yield Edit(kept[-1].start, kept[-1].start + 1, bytes((kept[-1].kind | LAST,)))
    yield from mp3.tail(data, blocks[-1].end)


def seconds(data: bytes) -> float | None:
    """How long it sounds, by STREAMINFO; None where the encoder did not know (section 8.2)."""
    first = next(_blocks(data, mp3.audio_start(data)))
    fields = int.from_bytes(data[first.start + 14 : first.start + 22], "big")
    rate, samples = fields >> 44, fields & (1 << 36) - 1
    return samples / rate if first.kind == STREAMINFO and rate and samples else None


def _blocks(data: bytes, begin: int) -> Iterator[Block]:
    position = begin + len(SIGNATURE)
    last = False
    while not last:
        last = bool(data[position] & LAST)
        end = position + 4 + int.from_bytes(data[position + 1 : position + 4], "big")
        yield Block(data[position] & ~LAST, position, end)
        position = end
    if data[position] != 0xFF or data[position + 1] & 0xFC != 0xF8:
        raise Malformed("no frame after the metadata")
