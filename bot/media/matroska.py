"""Matroska and WebM: metadata elements become Void of the same length, so that no offset moves (RFC 8794, RFC 9559)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from bot.media.edit import Edit, Malformed, apply

SIGNATURE = b"\x1a\x45\xdf\xa3"

SEGMENT, CLUSTER = 0x18538067, 0x1F43B675
SEEK_HEAD, SEEK, SEEK_ID = 0x114D9B74, 0x4DBB, 0x53AB
INFO, TRACKS, TRACK_ENTRY = 0x1549A966, 0x1654AE6B, 0xAE
VOID, CRC32 = 0xEC, 0xBF

#: how many nanoseconds a tick has, and how many ticks there are
SCALE, DURATION, USUAL_SCALE = 0x2AD7B1, 0x4489, 1_000_000

#: Tags, Attachments, Chapters; they lie in the Segment and the SeekHead points at them.
METADATA = frozenset((0x1254C367, 0x1941A469, 0x1043A770))

#: What is dropped inside of an element: Info's Title and names of files, a track's Name.
DROPPED: dict[int, frozenset[int]] = {
    INFO: frozenset((0x7BA9, 0x7384, 0x3C83AB, 0x3E83BB)),
    TRACKS: frozenset(),
    TRACK_ENTRY: frozenset((0x536E,)),
    SEEK_HEAD: frozenset(),
}


class Element(NamedTuple):
    """One element; `end` is its body's start where its length is not known."""

    id: int
    start: int
    body: int
    end: int
    unknown: bool


def edits(data: bytes) -> Iterator[Edit]:
    """Voids Tags, Attachments, Chapters, the title and tracks' names; earlier Voids are zeroed."""
    position = 0
    while position < len(data):
        element = _element(data, position)
        inside = element.id == SEGMENT or (element.unknown and element.id == CLUSTER)
        if element.unknown and not inside:
            raise Malformed("length not known")
        if not inside:
            yield from _cleaned(data, element)
        position = element.body if inside else element.end


def seconds(data: bytes) -> float | None:
    """How long it plays, by the Segment's Info; None where that does not say (RFC 9559, section 5.1.2)."""
    position = 0
    while position < len(data):
        element = _element(data, position)
        if element.id == INFO and not element.unknown:
            return _length(data[element.body : element.end])
        if element.unknown and element.id != SEGMENT:
            return None
        position = element.body if element.id == SEGMENT else element.end
    return None


def _length(info: bytes) -> float | None:
    found = {child.id: info[child.body : child.end] for child in _children(info)}
    scale = int.from_bytes(found.get(SCALE, b""), "big") or USUAL_SCALE
    length = found.get(DURATION, b"")
    form = {4: ">f", 8: ">d"}.get(len(length))
    return struct.unpack(form, length)[0] * scale / 1e9 if form else None


def _cleaned(data: bytes, element: Element) -> Iterator[Edit]:
    """The edits of one element of known length."""
    if element.id in METADATA:
        yield Edit(element.start, element.end, _void(element.end - element.start))
    elif element.id == VOID:
        if data.count(0, element.body, element.end) < element.end - element.body:
            yield Edit(element.body, element.end, bytes(element.end - element.body))
    elif element.id in DROPPED:
        body = data[element.body : element.end]
        cleaned = _clean_master(body, element.id)
        if cleaned != body:
            yield Edit(element.body, element.end, cleaned)


def _clean_master(body: bytes, parent: int) -> bytes:
    """The children of an element without the dropped ones, their checksum made to fit again."""
    found: list[Edit] = []
    checksum: Element | None = None
    for child in _children(body):
        if child.id == CRC32 and child.start == 0 and child.end - child.body == 4:
            checksum = child
        elif child.id in DROPPED[parent] or (child.id == SEEK and _seeks_metadata(body, child)):
            found.append(Edit(child.start, child.end, _void(child.end - child.start)))
        else:
            found += _cleaned(body, child)
    cleaned = apply(body, found)
    if checksum is None or not found:
        return cleaned
    content = cleaned[checksum.end :]
    return cleaned[: checksum.body] + zlib.crc32(content).to_bytes(4, "little") + content


def _seeks_metadata(body: bytes, seek: Element) -> bool:
    entry = body[seek.body : seek.end]
    return any(
        child.id == SEEK_ID and int.from_bytes(entry[child.body : child.end], "big") in METADATA
        for child in _children(entry)
    )


def _children(body: bytes) -> Iterator[Element]:
    position = 0
    while position < len(body):
        element = _element(body, position)
        if element.unknown:
            raise Malformed("length not known")
        yield element
        position = element.end


def _element(data: bytes, start: int) -> Element:
    """The element which begins there; Malformed when it is cut off."""
    id_width = _width(data, start, 4)
    size_at = start + id_width
    size_width = _width(data, size_at, 8)
    body = size_at + size_width
    number = int.from_bytes(data[start:size_at], "big")
    mask = (1 << 7 * size_width) - 1
    size = int.from_bytes(data[size_at:body], "big") & mask
    unknown = size == mask
    end = body if unknown else body + size
    if end > len(data):
        raise Malformed("element cut off")
    return Element(number, start, body, end, unknown)


def _width(data: bytes, position: int, most: int) -> int:
    """How many bytes the variable-length number there takes, by the zeros it begins with."""
    width = 9 - data[position].bit_length()
    if width > most:
        raise Malformed("number too long")
    return width


def _void(length: int) -> bytes:
    """A Void element of that many bytes in all, at least 2."""
    if length < 10:
        return bytes((VOID, 0x80 | length - 2)) + bytes(length - 2)
    return bytes((VOID, 0x01)) + (length - 9).to_bytes(7, "big") + bytes(length - 9)
