"""The text that drawing programs other than ComfyUI leave in a picture: its prompt, then a line of settings."""

from __future__ import annotations

import re

from bot.media import png, sniff
from bot.media.embedded import metadata

LONGEST = 20_000  # characters

#: how the line of settings begins (AUTOMATIC1111's web UI, `create_infotext`; Forge, SD.Next and Civitai write it too)
_SETTINGS = re.compile(r"(?:^|\n)Steps: \d+, ")
#: before the text in an Exif comment (Exif 2.32, UserComment)
_UNICODE = b"UNICODE\0"
_KEYWORD = b"parameters"


def parameters(data: bytes) -> str | None:
    """That text; None where there is none. `Steps: 20, Sampler: …` stands on its last line."""
    found = _in_png(data) if sniff.sniff(data) is sniff.PNG else _in_comment(data)
    return found[:LONGEST] if found is not None and _SETTINGS.search(found) else None


def _in_png(data: bytes) -> str | None:
    found = next((each.text for each in png.texts(metadata(data), 4 * LONGEST) if each.keyword == _KEYWORD), None)
    if found is None:
        return None
    try:
        return found.decode()
    except UnicodeDecodeError:
        return found.decode("latin-1")


def _in_comment(data: bytes) -> str | None:
    _before, found, comment = metadata(data).partition(_UNICODE)
    if not found:
        return None
    for encoding in ("utf-16-be", "utf-16-le"):
        text = comment[: 2 * LONGEST].decode(encoding, "ignore")
        if settings := _SETTINGS.search(text):
            line = text.find("\n", settings.end())
            return text[: line if line >= 0 else None].partition("\0")[0]
    return None
