"""Log lines, as text for people or JSON for machines."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime


def set_up_logging(level: str, style: str) -> None:
    """One handler on standard error. discord.py's and aiohttp's own chatter starts at warnings unless debugging."""
    handler = logging.StreamHandler()
    handler.setFormatter(
        _Json() if style == "json" else logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    if level != "DEBUG":
        for name in ("discord", "aiohttp", "alembic", "sqlalchemy"):
            logging.getLogger(name).setLevel(logging.WARNING)


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
