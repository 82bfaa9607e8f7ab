"""PostgreSQL as the database: its connections, and what can go wrong with it, in plain words."""

from __future__ import annotations

import importlib.util
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import SettingsError
from bot.text import _

#: Connections of one process, and how many more for a moment.
KEPT, MORE = 5, 5
#: Milliseconds a transaction may do nothing: a process that was frozen in the middle of one holds its locks no longer.
FROZEN_MS = 10_000
#: A server that is gone without a word is noticed within some 25 seconds.
LIVELY: Mapping[str, Any] = {
    "connect_timeout": 5,
    "keepalives": 1,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds
    "application_name": "easel",
}
#: PostgreSQL's codes (appendix A of its manual) for what passes: it is starting or stopping, or has no room for us.
PASSING = ("57P01", "57P02", "57P03", "53300", "08")
#: What `pg_xact_status` says of a number that was not given yet: "transaction ID … is in the future".
FUTURE = "22023"
#: Rolled back in favour of others, so that it can be done once more at once; so can what was stopped in place of what
#: its connection did before: a wish to stop that may come late.
BEATEN = ("40001", "40P01", "57014")


def make_engine(url: URL) -> AsyncEngine:
    """A few connections, each with an end to what a frozen process may hold. SettingsError without the extra."""
    require_extra()
    return create_async_engine(
        url,
        pool_size=KEPT,
        max_overflow=MORE,
        pool_timeout=None,
        hide_parameters=True,
        connect_args=connect_arguments(url),
    )


def require_extra() -> None:
    """SettingsError where the extra `postgres` is not installed."""
    if any(importlib.util.find_spec(name) is None for name in ("psycopg", "procrastinate")):
        raise SettingsError(
            _("DATABASE_URL names PostgreSQL, for which a part of Easel is missing: pip install 'easel[postgres]'.")
        )


def connect_arguments(url: URL) -> dict[str, Any]:
    """For psycopg, beside what the URL says, which stands."""
    said = {name: value for name, value in url.query.items() if isinstance(value, str)}
    options = f"-c idle_in_transaction_session_timeout={FROZEN_MS} {said.pop('options', '')}".strip()
    return {**LIVELY, **said, "options": options}


def conninfo(url: URL) -> dict[str, Any]:
    """All that psycopg's own `connect` takes: where, who, and how."""
    _none, place = url.get_dialect()().create_connect_args(url)
    return {**place, **connect_arguments(url)}


def cut(connection: Any) -> None:
    """One of psycopg's, as if its server were gone: who waits for an answer on it is told so at once."""
    closed = (OSError, connection.OperationalError)
    with suppress(*closed), socket.socket(fileno=os.dup(connection.fileno())) as line:
        line.shutdown(socket.SHUT_RDWR)


def is_lost(error: DBAPIError) -> bool:
    """Whether the connection broke, or none could be had for now: another one may do, soon."""
    state = getattr(error.orig, "sqlstate", None)
    if error.connection_invalidated:
        return True
    return _passes(str(error.orig)) if state is None else state.startswith(PASSING)


def is_forgotten(error: DBAPIError) -> bool:
    """Whether the server knows nothing of a transaction's number: it died before it wrote down that there was one."""
    return getattr(error.orig, "sqlstate", None) == FUTURE


def is_beaten(error: DBAPIError) -> bool:
    """Whether PostgreSQL took it back for the sake of something else."""
    return getattr(error.orig, "sqlstate", None) in BEATEN


def explain(error: BaseException | None, name: str) -> str | None:
    """A sentence for an error of PostgreSQL's that is about the machines rather than about us."""
    if type(error).__module__.partition(".")[0] != "psycopg":
        return None
    said = str(error).strip().partition("\n")[0]
    state = getattr(error, "sqlstate", None) or _state(said)
    kind = next((kind for kind in _problems() if state is not None and state.startswith(kind)), None)
    if kind is not None:
        return _problems()[kind].format(name=name)
    if type(error).__name__ == "OperationalError" and said:  # no connection came to be: only words say why
        return _("{name} cannot be opened: {reason}").format(name=name, reason=_reason(said))
    return None


def _problems() -> dict[str, str]:
    return {
        "28": _("{name} refuses the user or the password in DATABASE_URL."),
        "3D000": _("There is no such database: {name}. Make it (`createdb`), or name another one in DATABASE_URL."),
        "42501": _("The user in DATABASE_URL may not write to {name}. Make it the owner of the database."),
        "25006": _("{name} cannot be written to: it is a copy. Name the server that takes writes in DATABASE_URL."),
        "53100": _("The disk of {name} is full. Free some space there."),
        "08": _("{name} does not answer. Check that PostgreSQL runs there, and DATABASE_URL."),
        "57P": _("{name} does not answer. Check that PostgreSQL runs there, and DATABASE_URL."),
        "53300": _("{name} takes no more connections. Raise max_connections in its settings."),
    }


#: What a failed connection says instead of a code, where the server speaks English.
_WORDS = {
    "password authentication failed": "28P01",
    "no password supplied": "28P01",
    "no pg_hba.conf entry": "28000",
    'role "': "28000",
    'database "': "3D000",
    "Connection refused": "08001",
    "failed to resolve host": "08001",
    "timeout expired": "08001",
    "connection timeout": "08001",
    "No route to host": "08001",
    "Network is unreachable": "08001",
    "server closed the connection unexpectedly": "08001",
    "Connection reset": "08001",
    "the database system is": "57P03",
    "too many clients": "53300",
    "remaining connection slots": "53300",
}


def _state(said: str) -> str | None:
    return next((state for words, state in _WORDS.items() if words in said), None)


def _passes(said: str) -> bool:
    state = _state(said)
    return state is not None and state.startswith(PASSING)


def _reason(said: str) -> str:
    """The server's own words, after where it is."""
    return said.rpartition("FATAL:")[2].strip()
