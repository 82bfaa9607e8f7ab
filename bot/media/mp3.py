"""MP3 and AAC streams: the tags around the frames are dropped (ID3v2.4 structure, ID3v1, APEv2, Lyrics3v2)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from bot.media.edit import Edit, Malformed

#: kbit/s of layer III by the index in a frame's header (ISO/IEC 11172-3 2.4.2.3, 13818-3)
RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
LOW_RATES = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)

#: samples per second in MPEG-1; MPEG-2 has half, MPEG-2.5 a quarter
SAMPLING = (44_100, 48_000, 32_000, 0)

FOOTER_FLAG = 0x10
APE_HEADER_FLAG = 0x80000000


def edits(data: bytes) -> Iterator[Edit]:
    """Drops ID3v2, ID3v1, APEv2 and Lyrics3 tags; the frames, with the encoder's own, stay as they are."""
    start = audio_start(data)
    if data[start] != 0xFF or data[start + 1] & 0xE0 != 0xE0:
        raise Malformed("no frame after the tag")
    if start:
        yield Edit(0, start)
    yield from tail(data, start)


def audio_start(data: bytes) -> int:
    """Where the audio starts: after any ID3v2 and APEv2 tags at the front. Malformed when a tag is cut off."""
    position = 0
    while length := _id3v2(data, position) or _leading_ape(data, position):
        position += length
        if position >= len(data):
            raise Malformed("tag cut off")
    return position


def tail(data: bytes, start: int) -> Iterator[Edit]:
    """The edit which drops all tags after the audio; nothing before `start` is looked at."""
    end = len(data)
    while length := _trailing(data, end):
        end -= length
        if end < start:
            raise Malformed("tag longer than the file")
    if end < len(data):
        yield Edit(end, len(data))


def seconds(data: bytes) -> float | None:
    """How long it sounds: by the count of frames that encoders leave, else by the first frame's bit rate.

    None for what is no MPEG-1 or MPEG-2 layer III.
    """
    start = audio_start(data)
    header = data[start : start + 4]
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE6 != 0xE2:
        return None
    first = header[1] >> 3 & 3 == 3
    rate = (SAMPLING[header[2] >> 2 & 3]) >> (0 if first else 1 if header[1] >> 3 & 3 == 2 else 2)
    frames = _frames(data[start : start + 48])
    if frames and rate:
        return frames * (1152 if first else 576) / rate
    kilobits = (RATES if first else LOW_RATES)[header[2] >> 4]
    return (len(data) - start) * 8 / (kilobits * 1000) if kilobits else None


def _frames(frame: bytes) -> int:
    """The count in the first frame, which is silent then; 0 without one (LAME's and Xing's info tag)."""
    at = max(frame.find(b"Xing"), frame.find(b"Info"))
    if at < 0:
        return 0
    flags, count = struct.unpack_from(">II", frame, at + 4)
    return int(count) if flags & 1 else 0


def _id3v2(data: bytes, position: int) -> int:
    if not data.startswith(b"ID3", position):
        return 0
    flags = data[position + 5]
    return 10 + _synchsafe(data, position + 6) + (10 if flags & FOOTER_FLAG else 0)


def _synchsafe(data: bytes, position: int) -> int:
    """Four bytes of seven bits each."""
    parts: tuple[int, ...] = struct.unpack_from("4B", data, position)
    if max(parts) > 0x7F:
        raise Malformed("length not synchsafe")
    a, b, c, d = parts
    return a << 21 | b << 14 | c << 7 | d


def _leading_ape(data: bytes, position: int) -> int:
    if not data.startswith(b"APETAGEX", position):
        return 0
    (size,) = struct.unpack_from("<I", data, position + 12)
    return 32 + int(size)


def _trailing(data: bytes, end: int) -> int:
    """Length of the tag that ends there; 0 when none does."""
    if end >= 128 and data.startswith(b"TAG", end - 128):
        return 128 + (227 if end >= 355 and data.startswith(b"TAG+", end - 355) else 0)
    if end >= 32 and data.startswith(b"APETAGEX", end - 32):
        size, _, flags = struct.unpack_from("<III", data, end - 20)
        return max(32, int(size)) + (32 if flags & APE_HEADER_FLAG else 0)
    if end >= 15 and data.startswith(b"LYRICS200", end - 9) and data[end - 15 : end - 9].isdigit():
        return 15 + int(data[end - 15 : end - 9])
    if end >= 10 and data.startswith(b"3DI", end - 10):
        return 20 + _synchsafe(data, end - 4)
    return 0
