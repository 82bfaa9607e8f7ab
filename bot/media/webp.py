"""WebP: metadata chunks are dropped, still or animated (RFC 9649)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from bot.media import riff
from bot.media.edit import Edit
from bot.media.exif import only_orientation

DRAWN = frozenset((b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF", b"ICCP"))

#: Bits of VP8X's first byte (RFC 9649 section 2.7.1).
EXIF_FLAG, XMP_FLAG = 0x08, 0x04


def edits(data: bytes) -> Iterator[Edit]:
    """Drops XMP, unknown chunks and Exif (but for an orientation), and says so in VP8X."""
    return riff.with_size(data, _edits(data, list(riff.chunks(data))))


def _edits(data: bytes, chunks: list[riff.Chunk]) -> list[Edit]:
    found: list[Edit] = []
    turned = b""
    for chunk in chunks:
        if chunk.tag == b"EXIF" and not turned:
            turned = _turned(data[chunk.body : chunk.body + chunk.length])
            new = turned
        elif chunk.tag in DRAWN:
            continue
        else:
            new = b""
        if new != data[chunk.start : chunk.end]:
            found.append(Edit(chunk.start, chunk.end, new))
    found += (_flags(data, chunk, kept=bool(turned)) for chunk in chunks if chunk.tag == b"VP8X" and chunk.length)
    return [edit for edit in found if edit.new != data[edit.start : edit.end]]


def _flags(data: bytes, chunk: riff.Chunk, *, kept: bool) -> Edit:
    flags = data[chunk.body] & ~(EXIF_FLAG | XMP_FLAG) | (EXIF_FLAG if kept else 0)
    return Edit(chunk.body, chunk.body + 1, bytes((flags,)))


def _turned(exif: bytes) -> bytes:
    """The chunk with its orientation alone, if it has one; some writers put JPEG's `Exif` before the TIFF header."""
    body = only_orientation(exif.removeprefix(b"Exif\0\0"))
    return b"EXIF" + struct.pack("<I", len(body)) + body if body else b""
