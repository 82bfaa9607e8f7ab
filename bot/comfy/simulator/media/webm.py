"""WebM: VP8 key frames (what a lossy WebP holds) in a Matroska container."""

import io
from collections.abc import Mapping, Sequence
from struct import pack

from PIL import Image


def webm(frames: Sequence[Image.Image], fps: float, metadata: Mapping[str, str]) -> bytes:
    """One key frame per picture; ``metadata`` as tags."""
    width, height = frames[0].size
    header = _element(0x1A45DFA3, _text(0x4282, "webm"), _number(0x4287, 2), _number(0x4285, 2))
    length = _element(0x4489, pack(">d", len(frames) * 1000 / fps))
    info = _element(
        0x1549A966, length, _number(0x2AD7B1, 1_000_000), _text(0x4D80, "simulator"), _text(0x5741, "simulator")
    )
    video = _element(0xE0, _number(0xB0, width), _number(0xBA, height))
    entry = _element(0xAE, _number(0xD7, 1), _number(0x73C5, 1), _number(0x83, 1), _text(0x86, "V_VP8"), video)
    tags = [_element(0x67C8, _text(0x45A3, key.upper()), _text(0x4487, text)) for key, text in metadata.items()]
    clusters = [_cluster(vp8(frame), round(index * 1000 / fps)) for index, frame in enumerate(frames)]
    tracks = _element(0x1654AE6B, entry)
    return header + _element(0x18538067, info, tracks, _element(0x1254C367, _element(0x7373, *tags)), *clusters)


def vp8(frame: Image.Image) -> bytes:
    """The bitstream inside a WebP."""
    buffer = io.BytesIO()
    frame.convert("RGB").save(buffer, "WEBP", quality=70, method=0)
    data = buffer.getvalue()
    start = data.index(b"VP8 ") + 8
    return data[start : start + int.from_bytes(data[start - 4 : start], "little")]


def _cluster(frame: bytes, milliseconds: int) -> bytes:
    block = b"\x81\x00\x00\x80" + frame
    return _element(0x1F43B675, _number(0xE7, milliseconds), _element(0xA3, block))


def _element(kind: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return _bytes_of(kind) + (1 << 56 | len(body)).to_bytes(8, "big") + body


def _number(kind: int, value: int) -> bytes:
    return _element(kind, _bytes_of(value))


def _text(kind: int, value: str) -> bytes:
    return _element(kind, value.encode())


def _bytes_of(value: int) -> bytes:
    return value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big")
