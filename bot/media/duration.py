"""How long video and audio play, by what their containers say; nothing is decoded."""

from __future__ import annotations

import struct
from collections.abc import Callable

from bot.media import flac, matroska, mp3, mp4, ogg, sniff, wav
from bot.media.edit import Malformed

FORMATS: dict[str, Callable[[bytes], float | None]] = {
    sniff.MP4.content_type: mp4.seconds,
    sniff.MOV.content_type: mp4.seconds,
    sniff.M4A.content_type: mp4.seconds,
    sniff.WEBM.content_type: matroska.seconds,
    sniff.MKV.content_type: matroska.seconds,
    sniff.OGG.content_type: ogg.seconds,
    sniff.OGV.content_type: ogg.seconds,
    sniff.FLAC.content_type: flac.seconds,
    sniff.MP3.content_type: mp3.seconds,
    sniff.WAV.content_type: wav.seconds,
}


def seconds(data: bytes) -> float | None:
    """None for other formats, for damaged files, and where a container does not say. Never raises."""
    read = FORMATS.get(sniff.sniff(data).content_type)
    try:
        return read(data) if read is not None else None
    except (Malformed, struct.error, IndexError, StopIteration):
        return None
