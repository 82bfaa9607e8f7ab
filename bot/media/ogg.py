"""Ogg (Opus, Vorbis, FLAC, Speex, Theora): the comment header is replaced by an empty one (RFC 3533, RFC 7845)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from typing import NamedTuple

from bot.media.edit import Edit, Malformed

SIGNATURE = b"OggS"

CONTINUED, FIRST, LAST = 0x01, 0x02, 0x04

#: The granule position of a page on which no packet ends.
NOWHERE = b"\xff" * 8

#: A comment header's vendor, empty, and its number of comments, none (Vorbis I specification, section 5.2.1).
NO_COMMENTS = bytes(8)

MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Page(NamedTuple):
    """One page: header at `start`, payload from `body` to `end`, cut into packets by the lacing values."""

    start: int
    body: int
    end: int
    flags: int
    serial: int
    sequence: int
    lacing: bytes


class Codec(NamedTuple):
    """How many header packets follow a stream's first, and what becomes of each."""

    headers: int
    clean: Callable[[int, bytes], bytes]


class Stream:
    """One logical stream while its pages go by: header packets are gathered, replaced and laid out anew."""

    def __init__(self, codec: Codec) -> None:
        self._codec = codec
        self._held: list[Page] = []
        self._packets: list[bytes] = []
        self._partial: list[bytes] = []
        self._shift = 0

    @property
    def waiting(self) -> bool:
        """Whether header packets are still to come."""
        return len(self._packets) < self._codec.headers

    def take(self, data: bytes, page: Page) -> Iterator[Edit]:
        """The edits of one more page."""
        if self.waiting:
            self._gather(data, page)
            if not self.waiting:
                yield from self._laid_out(data)
        elif self._shift:
            yield _renumbered(data, page, page.sequence + self._shift)

    def _gather(self, data: bytes, page: Page) -> None:
        self._held.append(page)
        position = page.body
        for length in page.lacing:
            if not self.waiting:
                raise Malformed("headers share a page with the stream")
            self._partial.append(data[position : position + length])
            position += length
            if length < 255:
                self._packets.append(b"".join(self._partial))
                self._partial.clear()

    def _laid_out(self, data: bytes) -> Iterator[Edit]:
        cleaned = [self._codec.clean(index, packet) for index, packet in enumerate(self._packets)]
        if cleaned == self._packets:
            return
        first, last = self._held[0], self._held[-1]
        new = list(_pages_of(cleaned, first, ending=bool(last.flags & LAST)))
        self._shift = len(new) - len(self._held)
        yield Edit(first.start, first.end, b"".join(new))
        for page in self._held[1:]:
            yield Edit(page.start, page.end)


def edits(data: bytes) -> Iterator[Edit]:
    """Empties every known stream's comments and numbers its pages anew, with their checksums."""
    streams: dict[int, Stream] = {}
    for page in _pages(data):
        if page.flags & FIRST:
            streams[page.serial] = Stream(_codec(data[page.body : page.end]))
        else:
            stream = streams.get(page.serial)
            if stream is None:
                raise Malformed("page of no stream")
            yield from stream.take(data, page)
    if any(stream.waiting for stream in streams.values()):
        raise Malformed("headers cut off")


def seconds(data: bytes) -> float | None:
    """How long the longest stream sounds, by the last position its pages name; None for those that do not count so."""
    rates: dict[int, float | None] = {}
    ends: dict[int, int] = {}
    for page in _pages(data):
        if page.flags & FIRST:
            rates[page.serial] = _rate(data[page.body : page.end])
        if (granule := data[page.start + 6 : page.start + 14]) != NOWHERE:
            ends[page.serial] = int.from_bytes(granule, "little")
    return max((ends.get(serial, 0) / rate for serial, rate in rates.items() if rate), default=None)


def _rate(first: bytes) -> float | None:
    """Positions per second, by a stream's first packet."""
    if first.startswith(b"OpusHead"):
        return 48_000.0  # RFC 7845, section 4
    if first.startswith(b"\x01vorbis"):
        return float(struct.unpack_from("<I", first, 12)[0])
    if first.startswith(b"Speex   "):
        return float(struct.unpack_from("<I", first, 36)[0])
    if first.startswith(b"\x7fFLAC"):
        return float(int.from_bytes(first[27:30], "big") >> 4)
    return None


def payloads(data: bytes) -> Iterator[bytes]:
    """What a row of pages holds, without their headers."""
    for page in _pages(data):
        yield data[page.body : page.end]


def checksum(page: bytes) -> int:
    """RFC 3533's CRC-32: zlib's polynomial with the bits the other way round, from 0 and not inverted."""
    mirrored = zlib.crc32(page.translate(MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(mirrored.to_bytes(4, "little").translate(MIRRORED), "big")


def _pages(data: bytes) -> Iterator[Page]:
    position = 0
    while position < len(data):
        magic, version, flags, serial, sequence, count = struct.unpack_from("<4sBB8xII4xB", data, position)
        if magic != SIGNATURE or version:
            raise Malformed("no page")
        body = position + 27 + count
        lacing = data[position + 27 : body]
        end = body + sum(lacing)
        if end > len(data):
            raise Malformed("page cut off")
        yield Page(position, body, end, flags, serial, sequence, lacing)
        position = end


def _pages_of(packets: list[bytes], first: Page, *, ending: bool) -> Iterator[bytes]:
    """Pages that hold the packets and end with the last one, in the place of the page `first`."""
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes((len(packet) % 255,)) for packet in packets)
    payload = b"".join(packets)
    position = 0
    for number, at in enumerate(range(0, len(lacing), 255)):
        part = lacing[at : at + 255]
        flags = CONTINUED if at and lacing[at - 1] == 255 else 0
        if ending and at + 255 >= len(lacing):
            flags |= LAST
        granule = bytes(8) if min(part) < 255 else NOWHERE
        header = struct.pack("<4sBB8sII", SIGNATURE, 0, flags, granule, first.serial, first.sequence + number)
        length = sum(part)
        yield _signed(header, bytes((len(part),)) + part + payload[position : position + length])
        position += length


def _renumbered(data: bytes, page: Page, sequence: int) -> Edit:
    header = data[page.start : page.start + 18] + struct.pack("<I", sequence & 0xFFFFFFFF)
    return Edit(page.start, page.end, _signed(header, data[page.start + 26 : page.end]))


def _signed(header: bytes, tail: bytes) -> bytes:
    """A page of what stands before its checksum and what stands behind."""
    return header + struct.pack("<I", checksum(header + bytes(4) + tail)) + tail


def _codec(first: bytes) -> Codec:
    """What a stream's first packet says about its headers; a codec without comments or unknown has none to clean."""
    if first.startswith(b"OpusHead"):
        return Codec(1, _cleaner(b"OpusTags"))
    if first.startswith(b"\x01vorbis"):
        return Codec(2, _cleaner(b"\x03vorbis", end=b"\x01"))
    if first.startswith(b"\x80theora"):
        return Codec(2, _cleaner(b"\x81theora"))
    if first.startswith(b"Speex   "):
        return Codec(1 + int(struct.unpack_from("<I", first, 68)[0]), _cleaner(b""))
    if first.startswith(b"\x7fFLAC"):
        return Codec(int(struct.unpack_from(">H", first, 7)[0]), _clean_flac)
    return Codec(0, _cleaner(b""))


def _cleaner(magic: bytes, *, end: bytes = b"") -> Callable[[int, bytes], bytes]:
    def clean(index: int, packet: bytes) -> bytes:
        if index:
            return packet
        if not packet.startswith(magic):
            raise Malformed("no comment header")
        return magic + NO_COMMENTS + end

    return clean


def _clean_flac(index: int, packet: bytes) -> bytes:
    """A FLAC metadata block without what it says: comments are required first, the others become padding."""
    if packet[0] & 0x7F in (3, 5):
        return packet
    kind, body = (4, NO_COMMENTS) if index == 0 else (1, b"")
    return bytes((packet[0] & 0x80 | kind,)) + len(body).to_bytes(3, "big") + body
