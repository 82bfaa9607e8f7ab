"""JSON that a program left in a picture's, video's or sound's metadata, such as ComfyUI's graphs."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator
from typing import Any

from bot.media import ogg, png, sniff
from bot.media.edit import Malformed
from bot.media.strip import FORMATS

#: longer metadata is not looked at; a large workflow has about a megabyte
MAX_BYTES = 16 * 2**20
#: how often the start of an object may turn out to be no JSON before the rest is given up
MAX_ATTEMPTS = 200

_START = re.compile(r'\{\s{0,9}"')
_ENCODINGS = (("utf-8", 0), ("utf-16-le", 0), ("utf-16-le", 1), ("utf-16-be", 0), ("utf-16-be", 1))


def embedded_json(data: bytes) -> Iterator[dict[str, Any]]:
    """Every JSON object in a file's metadata, in the file's order; none where the file is unknown or damaged.

    Metadata is what `strip_metadata` would drop: PNG text (also compressed), Exif, comments and tags of every
    container, whatever they are called. ComfyUI writes PNG chunks `prompt` and `workflow`, Exif fields that begin
    with these words and a colon, and tags of these names (comfy_api `_util` and nodes of 0.33).
    """
    told = metadata(data)
    for encoding, start in _ENCODINGS:
        found = list(_objects(told[start:].decode(encoding, "ignore")))
        if found:
            yield from found
            return


def metadata(data: bytes) -> bytes:
    """What of a file is no picture, video or sound, in the file's order; of a PNG whole chunks, then what was
    compressed in them. Empty where the file is unknown or damaged.
    """
    kind = sniff.sniff(data)
    edits = FORMATS.get(kind.content_type)
    if edits is None:
        return b""
    try:
        dropped = b"".join(data[edit.start : edit.end] for edit in sorted(edits(data)))[:MAX_BYTES]
        if kind is sniff.PNG:
            return dropped + b"".join(found.text for found in png.texts(dropped, MAX_BYTES) if found.compressed)
        return b"".join(ogg.payloads(dropped)) if dropped.startswith(ogg.SIGNATURE) else dropped
    except (Malformed, struct.error, IndexError):
        return b""


def _objects(text: str) -> Iterator[dict[str, Any]]:
    decoder = json.JSONDecoder()
    start, attempts = _START.search(text), 0
    while start and attempts < MAX_ATTEMPTS:
        try:
            found, end = decoder.raw_decode(text, start.start())
            yield found
        except (ValueError, RecursionError):
            attempts, end = attempts + 1, start.start() + 1
        start = _START.search(text, end)
