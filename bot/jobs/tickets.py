"""Tickets of waiting jobs: a job's id, handed to Procrastinate in the transaction that writes the job."""

from __future__ import annotations

import importlib.metadata
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.tables import facts

if TYPE_CHECKING:
    from procrastinate import App

#: The name of the task that a ticket is for; its one argument is `job_id`.
TASK = "easel.job"
#: The queue, in Procrastinate's sense, that all of them are in.
QUEUE = "jobs"
#: A tag is virtual time, which begins at 0. A priority has 32 bits: 13 years in which something runs all the time.
TICK = 0.1  # seconds
HIGHEST, LOWEST = 2**31 - 1, -(2**31)

#: The fact that says which Procrastinate's tables the database has.
VERSION = "procrastinate"


def priority_of(tag: float) -> int:
    """Procrastinate takes the highest first: the lower the tag, the higher, as far as 32 bits go."""
    return int(max(LOWEST, min(HIGHEST, HIGHEST - tag / TICK)))


async def defer(connection: AsyncConnection, job_id: str, priority: int, queue: str) -> bool:
    """A ticket for the job, there once the transaction holds; False where it has one that nobody has taken yet."""
    from procrastinate.exceptions import AlreadyEnqueued

    raw = (await connection.get_raw_connection()).driver_connection
    options = {"queue": queue, "priority": priority, "queueing_lock": job_id, "connection": raw}
    task = make_app().configure_task(TASK, **options)  # type: ignore[arg-type] # a mix of types, by name
    try:
        async with connection.begin_nested():
            await task.defer_async(job_id=job_id)
    except AlreadyEnqueued:
        return False
    return True


@lru_cache(maxsize=1)
def make_app() -> App:
    """Procrastinate as far as deferring needs it: it has no connection of its own."""
    from procrastinate import App, PsycopgConnector

    return App(connector=PsycopgConnector())


def make_tables(connection: Connection) -> None:
    """Procrastinate's own, or what a newer one changes of them; all of it in the connection's transaction."""
    version = importlib.metadata.version("procrastinate")
    known = connection.scalar(select(facts.c.value).where(facts.c.key == VERSION))
    if known == version:
        return
    from procrastinate.schema import SchemaManager, migrations_path

    there = connection.scalar(text("SELECT to_regclass('procrastinate_jobs')::text"))
    scripts = [SchemaManager.get_schema()] if there is None else _since(known, migrations_path)
    for script in scripts:
        _execute(connection, script)
    if known is None:
        connection.execute(insert(facts).values(key=VERSION, value=version))
    elif _numbers(known) < _numbers(version):
        connection.execute(update(facts).where(facts.c.key == VERSION).values(value=version))


def _since(known: str | None, folder: Path) -> list[str]:
    """What changed after that version: the names of migrations begin with the one they came with."""
    if known is None:  # somebody else made them: whoever did keeps them up to date
        return []
    files = sorted(folder.glob("*.sql"))
    return [file.read_text("utf-8") for file in files if _numbers(file.name.split("_")[0]) > _numbers(known)]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:3] if part.isdigit())


def _execute(connection: Connection, script: str) -> None:
    """As it is: it holds many statements, and signs that SQLAlchemy and psycopg would take for parameters."""
    cursor = connection.connection.cursor()
    cursor.execute(script)
    cursor.close()
