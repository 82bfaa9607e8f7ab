"""Log lines, as text for people or JSON for machines; never with a secret in them."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime

CHATTY = ("discord", "aiohttp", "alembic", "asyncio")
TELLTALE = ("aiosqlite", "sqlalchemy")  # every value of every row, tokens too

#: What stands behind an id in an interaction's or webhook's address is its key; events hold it as `token`.
TOKENS = re.compile(r"""((?:interactions|webhooks)/\d+/|["']token["']: ?["'])[\w.-]{20,}""")
SHORTEST_SECRET = 6  # characters; a shorter one would blot out words


def set_up_logging(level: str, style: str, *, secrets: Iterable[str] = ()) -> None:
    """One handler on standard error. What libraries tell of themselves starts at warnings unless debugging."""
    handler = logging.StreamHandler()
    lines = _Json() if style == "json" else logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler.setFormatter(_Discreet(lines, secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.NOTSET if level == "DEBUG" else logging.WARNING)
    for name in TELLTALE:
        logging.getLogger(name).setLevel(logging.WARNING)


def hide(secrets: Iterable[str]) -> None:
    """They are in no line from now on."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, _Discreet):
            handler.formatter.hide(secrets)


class _Discreet(logging.Formatter):
    """Another formatter's lines, with `secrets` and tokens in addresses blotted out."""

    def __init__(self, lines: logging.Formatter, secrets: Iterable[str]) -> None:
        super().__init__()
        self._lines = lines
        self._secrets: dict[str, None] = {}
        self.hide(secrets)

    def hide(self, secrets: Iterable[str]) -> None:
        self._secrets |= dict.fromkeys(secret for secret in secrets if len(secret) >= SHORTEST_SECRET)

    def format(self, record: logging.LogRecord) -> str:
        line = TOKENS.sub(r"\1***", self._lines.format(record))
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)
