"""WAV: chunks that do not sound are dropped (Microsoft/IBM Multimedia Programming Interface 1.0, EBU Tech 3285)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from bot.media import riff
from bot.media.edit import Edit, Malformed

#: Format, samples, and where in the samples a player starts, loops or skips.
SOUNDING = frozenset((b"fmt ", b"data", b"fact", b"cue ", b"plst", b"smpl", b"inst", b"slnt", b"PEAK"))


def edits(data: bytes) -> Iterator[Edit]:
    """Drops LIST/INFO, `id3 `, `bext`, iXML, XMP, padding and whatever else is not sound."""
    chunks = list(riff.chunks(data))
    if not any(chunk.tag == b"data" or _is_wave_list(data, chunk) for chunk in chunks):
        raise Malformed("no samples")
    kept = (chunk.tag in SOUNDING or _is_wave_list(data, chunk) for chunk in chunks)
    cuts = [Edit(chunk.start, chunk.end) for chunk, keep in zip(chunks, kept, strict=True) if not keep]
    return riff.with_size(data, cuts)


def seconds(data: bytes) -> float | None:
    """How long it sounds: the samples' bytes by the bytes a second has, which `fmt ` says."""
    found = {chunk.tag: chunk for chunk in riff.chunks(data)}
    if b"fmt " not in found or b"data" not in found:
        return None
    (rate,) = struct.unpack_from("<8xI", data, found[b"fmt "].body)
    return found[b"data"].length / rate if rate else None


def _is_wave_list(data: bytes, chunk: riff.Chunk) -> bool:
    """Samples in pieces, with silence between them."""
    return chunk.tag == b"LIST" and data.startswith(b"wavl", chunk.body)
