"""MP4: AV1 key frames (what an AVIF holds), or VP8 ones where Pillow has no AVIF, in an ISO container."""

import io
from collections.abc import Mapping, Sequence
from struct import pack

from PIL import Image, features

from bot.comfy.simulator.media.webm import vp8

_MATRIX = pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_SCALE = 1000


def mp4(frames: Sequence[Image.Image], fps: float, metadata: Mapping[str, str]) -> bytes:
    """One key frame per picture, the index before the data; ``metadata`` as ``mdta`` keys."""
    samples, codec, config = _encode(frames)
    each = max(1, round(_SCALE / fps))
    ftyp = _box(b"ftyp", b"isom", pack(">I", 512), b"isomiso2av01mp41")
    size = frames[0].size

    def moov(first: int) -> bytes:
        track = _track(samples, size, each, _sample_entry(codec, config, size), first)
        length = each * len(samples)
        header = pack(">4I", 0, 0, _SCALE, length) + pack(">IHH", 0x10000, 0x100, 0) + bytes(8)
        return _box(b"moov", _full(b"mvhd", header + _MATRIX + bytes(24) + pack(">I", 2)), track, _meta(metadata))

    offset = len(ftyp) + len(moov(0)) + 8
    return ftyp + moov(offset) + _box(b"mdat", *samples)


def _encode(frames: Sequence[Image.Image]) -> tuple[list[bytes], bytes, bytes]:
    """The samples, the sample entry's name and its configuration box."""
    if not features.check("avif"):
        return [vp8(frame) for frame in frames], b"vp08", _full(b"vpcC", bytes([0, 10, 0x82, 2, 2, 2, 0, 0]))
    avifs = [_avif(frame) for frame in frames]
    at = avifs[0].index(b"av1C") - 4
    config = avifs[0][at : at + int.from_bytes(avifs[0][at : at + 4], "big")]
    return [avif[avif.index(b"mdat") + 4 :] for avif in avifs], b"av01", config


def _avif(frame: Image.Image) -> bytes:
    buffer = io.BytesIO()
    frame.convert("RGB").save(buffer, "AVIF", quality=60, speed=10, max_threads=1)
    return buffer.getvalue()


def _track(samples: Sequence[bytes], size: tuple[int, int], each: int, entry: bytes, first: int) -> bytes:
    length = each * len(samples)
    head = pack(">5I", 0, 0, 1, 0, length) + bytes(16) + _MATRIX + pack(">2I", size[0] << 16, size[1] << 16)
    table = _box(
        b"stbl",
        _full(b"stsd", pack(">I", 1) + entry),
        _full(b"stts", pack(">3I", 1, len(samples), each)),
        _full(b"stsc", pack(">4I", 1, 1, len(samples), 1)),
        _full(b"stsz", pack(f">{len(samples) + 2}I", 0, len(samples), *map(len, samples))),
        _full(b"stco", pack(">2I", 1, first)),
    )
    data = _box(b"dinf", _full(b"dref", pack(">I", 1) + _full(b"url ", b"", flags=1)))
    info = _box(b"minf", _full(b"vmhd", bytes(8), flags=1), data, table)
    handler = _full(b"hdlr", bytes(4) + b"vide" + bytes(12) + b"VideoHandler\x00")
    media = _box(b"mdia", _full(b"mdhd", pack(">4IHH", 0, 0, _SCALE, length, 0x55C4, 0)), handler, info)
    return _box(b"trak", _full(b"tkhd", head, flags=3), media)


def _sample_entry(codec: bytes, config: bytes, size: tuple[int, int]) -> bytes:
    head = bytes(6) + pack(">H", 1) + bytes(16) + pack(">2H2I", *size, 0x480000, 0x480000)
    return _box(codec, head, bytes(4), pack(">H", 1), bytes(32), pack(">Hh", 24, -1), config)


def _meta(metadata: Mapping[str, str]) -> bytes:
    keys = [_box(b"mdta", key.encode()) for key in metadata]
    items = [
        pack(">2I", 8 + 16 + len(text.encode()), index) + _box(b"data", pack(">2I", 1, 0), text.encode())
        for index, text in enumerate(metadata.values(), 1)
    ]
    handler = _full(b"hdlr", bytes(4) + b"mdta" + bytes(13))
    listed = _full(b"keys", pack(">I", len(keys)) + b"".join(keys))
    return _box(b"meta", handler, listed, _box(b"ilst", *items))


def _full(kind: bytes, body: bytes, *, flags: int = 0) -> bytes:
    return _box(kind, pack(">I", flags), body)


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return pack(">I", 8 + len(body)) + kind + body
