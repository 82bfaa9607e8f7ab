"""What of old jobs is forgotten, and when: files and graphs first, values last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.alone import alone
from bot.jobs.tables import audit, jobs, uses

#: How long a delivered job keeps its graph and its uploads.
KEEP_GRAPHS = timedelta(days=30)
#: How long it is known who used what: limits look back a day.
KEEP_USES = timedelta(days=2)


@dataclass(frozen=True)
class Pruned:
    """`files` nobody needs any more (paths inside the data folder), and how many jobs were emptied and forgotten."""

    files: tuple[str, ...] = ()
    emptied: int = 0
    forgotten: int = 0


async def prune(connection: AsyncConnection, *, before: datetime, now: datetime) -> Pruned:
    """Jobs delivered before that time go, as does what moderators did then; after 30 days graph and files go."""
    await alone(connection, "pruning")
    stale = jobs.c.delivered_at < max(before, now - KEEP_GRAPHS)
    full = or_(jobs.c.graph.is_not(None), jobs.c.files.is_not(None))
    gone = await _paths(connection, stale)
    emptied = await connection.execute(update(jobs).where(stale, full).values(graph=None, files=None))
    forgotten = await connection.execute(delete(jobs).where(jobs.c.delivered_at < before))
    await connection.execute(delete(audit).where(audit.c.at < before))
    await connection.execute(delete(uses).where(uses.c.at < now - KEEP_USES))
    unused = gone - await files_in_use(connection)
    return Pruned(files=tuple(sorted(unused)), emptied=emptied.rowcount, forgotten=forgotten.rowcount)


async def files_in_use(connection: AsyncConnection) -> frozenset[str]:
    """The paths all jobs name; a job made from another may share its uploads."""
    return await _paths(connection)


async def _paths(connection: AsyncConnection, *wanted: ColumnElement[bool]) -> frozenset[str]:
    found = await connection.execute(select(jobs.c.files).where(jobs.c.files.is_not(None), *wanted))
    return frozenset(path for files in found.scalars() for path in files.values())
