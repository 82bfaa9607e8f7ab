"""Video containers lose their metadata, and no byte in them moves."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

import pytest

from bot.media.strip import strip_metadata
from tests.pure.media_files import ALL, CLIPS, SECRET, UNMOVED


@pytest.mark.parametrize("name", CLIPS)
def test_a_clip_loses_its_metadata(name: str) -> None:
    assert SECRET in ALL[name]

    assert SECRET not in strip_metadata(ALL[name])


@pytest.mark.parametrize("name", UNMOVED)
def test_no_byte_of_a_container_moves(name: str) -> None:
    """What differs was metadata: the secret's surroundings, never the boxes or clusters that hold samples."""
    data, bare = ALL[name], strip_metadata(ALL[name])

    assert len(bare) == len(data)
    for start, end in samples(data):
        assert bare[start:end] == data[start:end]


def test_mp4_metadata_becomes_zeroed_free_boxes() -> None:
    data, bare = ALL["clip.mp4"], strip_metadata(ALL["clip.mp4"])
    at = data.index(b"udta", data.index(b"moov"))
    size = int.from_bytes(data[at - 4 : at], "big")

    assert bare[at : at + 4] == b"free"
    assert not any(bare[at + 4 : at - 4 + size])


@pytest.mark.parametrize("tag", [b"uuid", b"meta", b"udta", b"skip"])
def test_mp4_boxes_at_the_top_are_freed_whatever_form_their_size_has(tag: bytes) -> None:
    data = ALL["sound.m4a"]
    long = struct.pack(">I4sQ", 1, tag, 16 + len(SECRET)) + SECRET
    last = struct.pack(">I4s", 0, tag) + SECRET
    bare = strip_metadata(data + long + last)

    assert SECRET not in bare
    assert bare[: len(data)] == strip_metadata(data)
    assert len(bare) == len(data + long + last)


def test_webm_of_unknown_lengths_is_cleaned() -> None:
    cluster = element(0x1F43B675, element(0xE7, b"\0", width=1) + element(0xA3, b"frame" * 9), unknown=True)
    tags = element(0x1254C367, SECRET * 30, width=4)
    head = element(0x1A45DFA3, element(0x4282, b"webm", width=1), width=1)
    data = head + element(0x18538067, cluster + tags + cluster + tags, unknown=True, width=1)

    bare = strip_metadata(data)

    assert SECRET not in bare
    assert bare.count(cluster) == 2
    assert len(bare) == len(data)


@pytest.mark.parametrize("width", range(1, 9))
def test_webm_tags_become_a_void_of_the_same_length(width: int) -> None:
    head = element(0x1A45DFA3, element(0x4282, b"webm", width=1), width=1)
    for length in (10, 12, 100, 126) if width == 1 else (10, 119, 121, 200):
        tags = element(0x1254C367, SECRET.ljust(length, b"."), width=width)
        data = head + element(0x18538067, tags + element(0x1F43B675, b"", width=1))
        bare = strip_metadata(data)

        void = bare[len(head) + 12 : -5]
        assert SECRET not in bare
        assert bare == head + data[len(head) : len(head) + 12] + void + data[-5:]
        assert void[0] == 0xEC
        assert void_length(void) == len(void) == len(tags)


def test_matroska_checksums_fit_what_is_left() -> None:
    content = element(0x7BA9, SECRET, width=1) + element(0x2AD7B1, b"\x0f\x42\x40", width=1)
    info = element(0x1549A966, element(0xBF, zlib.crc32(content).to_bytes(4, "little"), width=1) + content)
    head = element(0x1A45DFA3, element(0x4282, b"matroska", width=1), width=1)
    bare = strip_metadata(head + element(0x18538067, info))

    body = bare[-len(content) - 6 :]
    assert SECRET not in bare
    assert body[2:6] == zlib.crc32(body[6:]).to_bytes(4, "little")


def samples(data: bytes) -> Iterator[tuple[int, int]]:
    """Where the samples lie: `mdat` boxes and the starts of clusters."""
    starts = [match.start() for match in re.finditer(b"\x1f\x43\xb6\x75" if is_ebml(data) else b"mdat", data)]
    assert starts
    for start in starts:
        yield start, start + (200 if is_ebml(data) else int.from_bytes(data[start - 4 : start], "big") - 4)


def is_ebml(data: bytes) -> bool:
    return data.startswith(b"\x1a\x45\xdf\xa3")


def element(number: int, body: bytes, *, width: int = 8, unknown: bool = False) -> bytes:
    mark = 1 << 7 * width
    size = mark - 1 if unknown else len(body)
    return number.to_bytes((number.bit_length() + 7) // 8, "big") + (mark | size).to_bytes(width, "big") + body


def void_length(void: bytes) -> int:
    width = 9 - void[1].bit_length()
    size = int.from_bytes(void[1 : 1 + width], "big") & ((1 << 7 * width) - 1)
    return 1 + width + size
