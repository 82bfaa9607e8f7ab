"""FLAC with notes or silence; MP3 and Opus with silence. All 16 bit, with their usual comments."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from struct import pack

_BLOCK = 4096
_NOTE_SECONDS = 0.33


def flac(seconds: float, rate: int, channels: int, notes: Sequence[float], metadata: Mapping[str, str]) -> bytes:
    """``notes`` in Hz, the same in all channels, then silence. The checksum of all samples is left out."""
    total = max(16, round(seconds * rate))
    format_bits = rate << 44 | (channels - 1) << 41 | 15 << 36 | total
    stream = pack(">2H", _BLOCK, _BLOCK) + bytes(6) + format_bits.to_bytes(8, "big") + bytes(16)
    comment = _vorbis_comment(metadata)
    head = b"fLaC" + b"\x00" + len(stream).to_bytes(3, "big") + stream
    head += b"\x84" + len(comment).to_bytes(3, "big") + comment
    heard = [value for note in notes for value in _pluck(note, rate)][:total]
    frames = []
    for number, start in enumerate(range(0, total, _BLOCK)):
        length = min(_BLOCK, total - start)
        block = heard[start : start + length]
        frames.append(_flac_frame(number, block + [0] * (length - len(block)), channels))
    return head + b"".join(frames)


def mp3(seconds: float, metadata: Mapping[str, str]) -> bytes:
    """128 kbit/s, 44.1 kHz, stereo; an ID3v2.4 tag of TXXX frames first."""
    frames = b""
    for key, text in metadata.items():
        body = b"\x03" + key.encode() + b"\x00" + text.encode()
        frames += b"TXXX" + _synchsafe(len(body)) + b"\x00\x00" + body
    silence = b"\xff\xfb\x90\x64" + bytes(413)
    return b"ID3\x04\x00\x00" + _synchsafe(len(frames)) + frames + silence * max(2, round(seconds * 44_100 / 1152))


def opus(seconds: float, metadata: Mapping[str, str]) -> bytes:
    """Ogg pages of 20 ms frames, stereo."""
    head = b"OpusHead" + pack("<BBHIhB", 1, 2, 0, 48_000, 0, 0)
    tags = b"OpusTags" + _vorbis_comment(metadata)
    pages = [_ogg_page(0, 0, 2, head), _ogg_page(1, 0, 0, tags)]
    count = max(1, round(seconds * 50))
    for start in range(0, count, 50):
        packets = min(50, count - start)
        last = 4 if start + packets >= count else 0
        pages.append(_ogg_page(len(pages), (start + packets) * 960, last, b"\xfc\xff\xfe", packets))
    return b"".join(pages)


def _pluck(note: float, rate: int) -> list[int]:
    """One note of a string: an octave on top, both fading."""
    length = round(_NOTE_SECONDS * rate)
    step = math.tau * note / rate
    return [
        round(7000 * math.exp(-4 * place / length) * (math.sin(step * place) + 0.4 * math.sin(2 * step * place)))
        for place in range(length)
    ]


def _flac_frame(number: int, samples: list[int], channels: int) -> bytes:
    """Silence as constants; else verbatim, in stereo as the left side and a difference of nothing."""
    sounds = any(samples)
    assignment = 8 if sounds and channels == 2 else channels - 1
    header = b"\xff\xf8\x70" + bytes([assignment << 4 | 8]) + _utf8_number(number) + pack(">H", len(samples) - 1)
    header += bytes([_crc(header, 8, 0x07)])
    if not sounds:
        body = b"\x00\x00\x00" * channels
    else:
        verbatim = b"\x02" + pack(f">{len(samples)}h", *samples)
        body = verbatim + bytes(4) if channels == 2 else verbatim * channels
    frame = header + body
    return frame + pack(">H", _crc(frame, 16, 0x8005))


def _utf8_number(number: int) -> bytes:
    return chr(number).encode("utf-8", "surrogatepass")


def _vorbis_comment(metadata: Mapping[str, str]) -> bytes:
    vendor = b"simulator"
    entries = [f"{key}={text}".encode() for key, text in metadata.items()]
    body = b"".join(pack("<I", len(entry)) + entry for entry in entries)
    return pack("<I", len(vendor)) + vendor + pack("<I", len(entries)) + body


def _ogg_page(number: int, granule: int, flags: int, packet: bytes, packets: int = 1) -> bytes:
    """A page of equal packets; the tags may need several segments."""
    lacing = (b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255])) * packets
    page = b"OggS\x00" + pack("<BqII", flags, granule, 1, number) + bytes(4) + bytes([len(lacing)]) + lacing
    page += packet * packets
    return page[:22] + pack("<I", _crc(page, 32, 0x04C11DB7)) + page[26:]


def _synchsafe(number: int) -> bytes:
    return bytes(number >> shift & 127 for shift in (21, 14, 7, 0))


def _crc(data: bytes, bits: int, polynomial: int) -> int:
    table, mask, shift = _crc_table(bits, polynomial), (1 << bits) - 1, bits - 8
    value = 0
    for byte in data:
        value = (value << 8 & mask) ^ table[value >> shift ^ byte]
    return value


@cache
def _crc_table(bits: int, polynomial: int) -> tuple[int, ...]:
    top, mask = 1 << (bits - 1), (1 << bits) - 1
    table = []
    for byte in range(256):
        value = byte << (bits - 8)
        for _ in range(8):
            value = (value << 1 & mask) ^ (polynomial if value & top else 0)
        table.append(value)
    return tuple(table)
