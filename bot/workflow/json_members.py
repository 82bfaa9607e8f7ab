"""A large JSON object read member by member, so that only one of them is held at a time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

_OPENING, _COLON, _COMMA = (re.compile(rf"[ \t\n\r]*{mark}[ \t\n\r]*") for mark in ("{", ":", ","))
_CLOSING = re.compile(r"[ \t\n\r]*}[ \t\n\r]*")


def members(body: bytes) -> Iterator[tuple[str, Any]]:
    """Name and value of each member, in order. Raises ValueError for what is no JSON object, RecursionError if deep."""
    text = body.decode()
    decoder = json.JSONDecoder()
    at = _behind(_OPENING, text, 0)
    end = _CLOSING.match(text, at)
    while end is None:
        name, at = decoder.raw_decode(text, at)
        if not isinstance(name, str):
            raise json.JSONDecodeError("Expecting a name", text, at)
        value, at = decoder.raw_decode(text, _behind(_COLON, text, at))
        yield name, value
        end = _CLOSING.match(text, at)
        at = at if end else _behind(_COMMA, text, at)
    if end.end() < len(text):
        raise json.JSONDecodeError("Extra data", text, end.end())


def _behind(mark: re.Pattern[str], text: str, at: int) -> int:
    found = mark.match(text, at)
    if found is None:
        raise json.JSONDecodeError("Expecting a delimiter", text, at)
    return found.end()
