"""The database opened: its engine, its schema; what can go wrong with it, in plain words."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from sqlalchemy import Connection, event, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.comfy.backoff import backoff
from bot.errors import SettingsError
from bot.jobs import postgres, tickets
from bot.jobs.address import Address
from bot.jobs.alone import alone_sync
from bot.jobs.tables import REVISION, metadata
from bot.text import _

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0  # seconds between two tries to begin
#: Seconds to wait for another process which reads, such as a backup.
BUSY_SECONDS = 10


def engine_for(address: Address) -> AsyncEngine:
    """An engine of its kind; SettingsError where there cannot be one."""
    return postgres.make_engine(address.url) if address.path is None else make_engine(address.path)


def make_folder(path: Path) -> None:
    """The folder of a file, made where it is missing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            _("The folder {folder} cannot be made: {reason}.").format(folder=path.parent, reason=error.strerror)
        ) from error


def make_engine(path: Path) -> AsyncEngine:
    """An engine on one connection: whoever writes waits its turn in this process, so SQLite is never found locked."""
    url = URL.create("sqlite+aiosqlite", database=str(path))
    engine = create_async_engine(
        url, pool_size=1, max_overflow=0, pool_timeout=None, connect_args={"timeout": BUSY_SECONDS}
    )
    event.listen(engine.sync_engine, "connect", _set_up)
    return engine


async def begin(engine: AsyncEngine, name: str, *, patience: float) -> None:
    """Bring the schema to REVISION, all of it or nothing. `name` is the database's, for SettingsError.

    A PostgreSQL that is not there yet, as when all its machines have just started, has `patience` seconds to come.
    """
    until = asyncio.get_running_loop().time() + patience
    for pause in backoff(Random(), first=FIRST_PAUSE, ceiling=LONGEST_PAUSE):  # noqa: S311 - not a secret
        try:
            with plain_errors(name):
                await migrate(engine, name)
        except SettingsError as problem:
            if not _passes(problem) or asyncio.get_running_loop().time() + pause > until:
                raise
            log.warning("%s Next try in %.0f s.", problem.sentence(), pause)
            await asyncio.sleep(pause)
        else:
            return


async def migrate(engine: AsyncEngine, name: str) -> None:
    """The same, now."""
    async with engine.begin() as connection:
        await connection.run_sync(_migrate, name)


def _passes(problem: SettingsError) -> bool:
    cause = problem.__cause__
    return isinstance(cause, DBAPIError) and postgres.is_lost(cause)


@contextmanager
def plain_errors(name: str) -> Iterator[None]:
    """What a person can mend about the database of that name becomes a SettingsError."""
    try:
        yield
    except DBAPIError as error:
        if problem := explain(error.orig, name):
            raise SettingsError(problem) from error
        raise
    except sqlite3.Error as error:
        if problem := explain(error, name):
            raise SettingsError(problem) from error
        raise


def explain(error: BaseException | None, name: str) -> str | None:
    """A sentence for an error of the database's that is about the machine rather than about us."""
    code = getattr(error, "sqlite_errorname", "")
    kind = next((kind for kind in _problems() if code.startswith(kind)), None)
    return _problems()[kind].format(name=name) if kind else postgres.explain(error, name)


def _problems() -> dict[str, str]:
    return {
        "SQLITE_FULL": _("The disk is full: {name} cannot grow. Free some space and start again."),
        "SQLITE_CANTOPEN": _("{name} cannot be opened. Check that it is a file, and who owns it and its folder."),
        "SQLITE_PERM": _("{name} cannot be opened. Check that it is a file, and who owns it and its folder."),
        "SQLITE_READONLY": _("{name} cannot be written to. Check who owns it and its folder."),
        "SQLITE_NOTADB": _(
            "{name} is not an Easel database. Name another file in DATABASE_URL, or move this one away."
        ),
        "SQLITE_CORRUPT": _("{name} is damaged. Put a backup in its place, or move it away to begin anew."),
        "SQLITE_IOERR": _("The disk does not read or write {name} as it should. Check the disk."),
    }


def _migrate(connection: Connection, name: str) -> None:
    if connection.dialect.name == "postgresql":
        _migrate_shared(connection, name)
    elif _revision(connection) != REVISION:
        connection.exec_driver_sql("BEGIN")  # which sqlite3 does before the first change of rows, not of tables
        _upgrade(connection, name)


def _migrate_shared(connection: Connection, name: str) -> None:
    """Several processes may start at once: the first does it, and the others find it done."""
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding != "UTF8":
        raise SettingsError(
            _("{name} keeps text as {encoding}. Make a database with ENCODING 'UTF8'.").format(
                name=name, encoding=encoding
            )
        )
    alone_sync(connection, "migrations")
    if _revision(connection) != REVISION:
        _upgrade(connection, name)
    tickets.make_tables(connection)


def _upgrade(connection: Connection, name: str) -> None:
    if not metadata.tables.keys() & set(inspect(connection).get_table_names()):
        _create(connection)
        return
    # Alembic costs some 12 MB: only when there is something to migrate
    from bot.jobs import migrations

    if not migrations.upgrade(connection):
        raise SettingsError(
            _("{name} was made by a newer Easel. Update Easel, or name another database in DATABASE_URL.").format(
                name=name
            )
        )


def _create(connection: Connection) -> None:
    """In a new database, what the migrations lead to."""
    metadata.create_all(connection)
    connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
    connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": REVISION})


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def _set_up(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    cursor = connection.cursor()
    # what is forgotten is overwritten, not only marked as free; half a MB of pages is cached rather than two
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON", "cache_size=-512"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
