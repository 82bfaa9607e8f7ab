"""A server's words without its paths and addresses, so that people may see them; people's file names made harmless."""

from __future__ import annotations

import re

LENGTH = 300

_ABSOLUTE = r"(?:[A-Za-z]:[\\/]|\\\\|~?/)"
_HIDDEN = re.compile(
    rf"""
    (?P<url>\b[A-Za-z][A-Za-z0-9+.-]+://[^\s'"<>]*)
    | (?P<quote>['"`]){_ABSOLUTE}(?P<quoted>[^'"`\n]*)(?P=quote)
    | (?<![\w.~/\\]){_ABSOLUTE}(?P<bare>[^\s'"`,;:()<>|*?]+)
    """,
    re.VERBOSE,
)


def first_line(message: str) -> str:
    """The first line that says something, at most 300 characters, file names instead of paths."""
    line = next((line.strip() for line in message.splitlines() if line.strip()), "")
    shown = without_paths(line[: 4 * LENGTH])
    return shown if len(shown) <= LENGTH else shown[: LENGTH - 1].rstrip() + "…"


def without_paths(text: str) -> str:
    """Absolute paths become their last part, web addresses their host."""
    return _HIDDEN.sub(_shorten, text)


def base_name(path: str) -> str:
    """The last part of a path of any system."""
    return re.split(r"[\\/]", path.rstrip("\\/"))[-1]


def safe_file_name(name: str) -> str:
    """ASCII letters, digits, `-` and `_`, and one extension: what no server's file system stumbles over."""
    stem, _dot, extension = base_name(name).rpartition(".")
    safe = re.sub(r"[^A-Za-z0-9-]+", "_", stem or extension)[-100:] or "file"
    kind = re.sub(r"[^A-Za-z0-9]", "", extension)[:10] if stem else ""
    return f"{safe}.{kind}" if kind else safe


def _shorten(found: re.Match[str]) -> str:
    if found["url"] is not None:
        scheme, rest = found["url"].split("://", 1)
        return base_name(rest) if scheme.lower() == "file" else re.split(r"[/?#]", rest.rsplit("@", 1)[-1])[0]
    quote = found["quote"] or ""
    return f"{quote}{base_name(found['quoted'] if quote else found['bare'])}{quote}"
