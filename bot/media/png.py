"""PNG and APNG: every chunk that is not needed to draw is dropped (W3C PNG specification, third edition)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from bot.media.edit import Edit, Malformed, rest
from bot.media.exif import only_orientation

SIGNATURE = b"\x89PNG\r\n\x1a\n"

#: Ancillary chunks which change what is drawn; the critical ones have a capital first letter and stay anyway.
DRAWN = frozenset(b"tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV mDCv cLLI cLLi bKGD hIST pHYs sPLT acTL fcTL fdAT".split())


@dataclass(frozen=True)
class Text:
    """UTF-8, or in older chunks Latin-1; `compressed`: it is not to be read in the file as it is."""

    keyword: bytes
    text: bytes
    compressed: bool = False


def edits(data: bytes) -> Iterator[Edit]:
    """Drops text, times, Exif (but for an orientation), private chunks like ComfyUI's `comf`, and what follows IEND."""
    position = len(SIGNATURE)
    if data[position + 4 : position + 8] != b"IHDR":
        raise Malformed("no IHDR")
    while True:
        length, tag = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        if end > len(data):
            raise Malformed("chunk cut off")
        if tag == b"eXIf":
            yield from _turned(data, position, end)
        elif tag not in DRAWN and tag[0] & 0x20:
            yield Edit(position, end)
        position = end
        if tag == b"IEND":
            break
    yield from rest(data, position)


def chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and body of each chunk in a row of chunks, until one is cut off."""
    position = 0
    while position + 12 <= len(data):
        length, tag = struct.unpack_from(">I4s", data, position)
        yield tag, data[position + 8 : position + 8 + length]
        position += 12 + length


def texts(data: bytes, most: int) -> Iterator[Text]:
    """The texts in a row of chunks (tEXt, zTXt, iTXt), of at most so many bytes each."""
    for tag, body in chunks(data):
        keyword, _zero, rest = body.partition(b"\0")
        if tag == b"tEXt":
            yield Text(keyword, rest[:most])
        elif tag == b"zTXt":
            yield from _inflated(keyword, rest[1:], most)
        elif tag == b"iTXt":
            text = rest[2:].split(b"\0", 2)[-1]
            yield from _inflated(keyword, text, most) if rest[:1] == b"\1" else [Text(keyword, text[:most])]


def _inflated(keyword: bytes, text: bytes, most: int) -> Iterator[Text]:
    try:
        yield Text(keyword, zlib.decompressobj().decompress(text, most), compressed=True)
    except zlib.error:
        return


def _turned(data: bytes, start: int, end: int) -> Iterator[Edit]:
    """The chunk with its orientation alone, if it has one."""
    body = only_orientation(data[start + 8 : end - 4])
    chunk = b"eXIf" + body
    new = struct.pack(">I", len(body)) + chunk + struct.pack(">I", zlib.crc32(chunk)) if body else b""
    if new != data[start:end]:
        yield Edit(start, end, new)
