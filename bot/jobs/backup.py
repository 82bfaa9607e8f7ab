"""A copy of a live database; the bot may run meanwhile."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from bot.errors import SettingsError
from bot.jobs.address import Address, address_of
from bot.jobs.database import BUSY_SECONDS, make_folder, plain_errors
from bot.text import _


async def backup(url: str, target: Path) -> None:
    """Copy the database at `url` as of one moment; SettingsError where `target` is already there."""
    await copy(address_of(url), target)


async def copy(address: Address, target: Path) -> None:
    """The same, of a database whose address is known."""
    if address.path is None:
        raise SettingsError(_("Easel copies SQLite only. Use pg_dump: it also copies a PostgreSQL while Easel runs."))
    await asyncio.to_thread(_copy, address.path, target)


def _copy(source: Path, target: Path) -> None:
    target = target.expanduser().absolute()
    if not source.is_file():
        raise SettingsError(_("There is no database at {path} yet.").format(path=source))
    if target.exists():
        raise SettingsError(_("{path} is already there. Name a file that is not.").format(path=target))
    make_folder(target)
    partial = target.with_name(f"{target.name}.{os.getpid()}.partial")
    try:
        _vacuum(source, partial)
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def _vacuum(source: Path, partial: Path) -> None:
    # plain sqlite3: one statement in one read transaction, which disturbs no writer of a WAL database
    with plain_errors(str(source)):
        connection = sqlite3.connect(f"{source.as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS)
    with closing(connection):
        with plain_errors(str(source)):
            connection.execute("SELECT count(*) FROM sqlite_master")
        with plain_errors(str(partial)):
            connection.execute("VACUUM INTO ?", (str(partial),))
