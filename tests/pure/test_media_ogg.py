"""Ogg streams lose their comments; pages are numbered and signed anew."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import pytest

from bot.media.strip import strip_metadata
from tests.pure.media_files import ALL, CLIPS, SECRET

OGG = [name for name in CLIPS if name.endswith((".opus", ".ogg", ".ogv"))]


@pytest.mark.parametrize("name", OGG)
def test_ogg_pages_are_numbered_and_signed_anew(name: str) -> None:
    numbers: dict[int, int] = {}
    for page in pages(strip_metadata(ALL[name])):
        serial, sequence, signature = struct.unpack_from("<III", page, 14)

        assert sequence == numbers.get(serial, 0)
        assert signature == slow_checksum(page[:22] + bytes(4) + page[26:])
        numbers[serial] = sequence + 1


@pytest.mark.parametrize("name", OGG)
def test_ogg_packets_other_than_comments_stay(name: str) -> None:
    data, bare = packets(ALL[name]), packets(strip_metadata(ALL[name]))

    assert data.keys() == bare.keys()
    for serial, before in data.items():
        after = bare[serial]
        assert [index for index in range(len(before)) if before[index] != after[index]] == [1]
        assert len(before) == len(after)
        assert len(after[1]) <= 16


def test_long_comments_over_several_ogg_pages_shrink_to_one() -> None:
    """ComfyUI's workflow is often longer than a page can be; the audio's pages move up."""
    data = ALL["sound.opus"]
    first, _, *audio = pages(data)
    serial = struct.unpack_from("<I", first, 14)[0]
    comment = b"OpusTags" + struct.pack("<II", 0, 1) + struct.pack("<I", 150_000) + SECRET.ljust(150_000, b".")
    spread = list(laid_out(comment, serial))
    moved = [page[:18] + struct.pack("<I", number) + page[22:] for number, page in enumerate(audio, len(spread) + 1)]

    assert len(spread) == 3
    assert strip_metadata(first + b"".join(spread + moved)) == strip_metadata(data)


def laid_out(packet: bytes, serial: int) -> Iterator[bytes]:
    for number, at in enumerate(range(0, len(packet), 255 * 255)):
        body = packet[at : at + 255 * 255]
        lacing = b"\xff" * (len(body) // 255) + (bytes((len(body) % 255,)) if len(body) < 255 * 255 else b"")
        flags = 1 if number else 0
        yield struct.pack("<4sBBqIIIB", b"OggS", 0, flags, 0, serial, number + 1, 0, len(lacing)) + lacing + body


def pages(data: bytes) -> list[bytes]:
    found = []
    while data:
        count = data[26]
        length = 27 + count + sum(data[27 : 27 + count])
        found.append(data[:length])
        data = data[length:]
    return found


def packets(data: bytes) -> dict[int, list[bytes]]:
    """Every stream's packets, by its serial number."""
    found: dict[int, list[bytes]] = {}
    partial: dict[int, bytes] = {}
    for page in pages(data):
        (serial,) = struct.unpack_from("<I", page, 14)
        position = 27 + page[26]
        for length in page[27:position]:
            partial[serial] = partial.get(serial, b"") + page[position : position + length]
            position += length
            if length < 255:
                found.setdefault(serial, []).append(partial.pop(serial))
    return found


def slow_checksum(page: bytes) -> int:
    """RFC 3533 appendix, bit by bit."""
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1) ^ 0x104C11DB7 if value & 0x80000000 else value << 1
    return value
