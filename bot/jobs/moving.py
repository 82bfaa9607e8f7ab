"""Open jobs taken from a backend: they wait again in their places, and what they left there is written down."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.changes import OPEN, among, stamped, write
from bot.jobs.job import Job, JobState
from bot.jobs.rows import Changes, from_row
from bot.jobs.strays import Stray, leave
from bot.jobs.tables import jobs

log = logging.getLogger(__name__)

#: on a backend, as far as anybody knows
PLACED = OPEN - {JobState.WAITING}


async def move(
    connection: AsyncConnection,
    backend: str,
    now: datetime,
    *,
    wanted: Callable[[Job], bool] = lambda job: True,
    states: Collection[JobState] = PLACED,
    away: bool = True,
) -> list[Job]:
    """Those of its jobs that are `wanted` elsewhere, as they are now: WAITING, or CANCELLED where somebody asked. Their
    people are told of it where the backend is `away`.

    The fence goes up, so whoever followed one there is out; a run that may still be there is a stray.
    """
    placed = select(jobs).where(jobs.c.backend == backend, among(states)).with_for_update()
    found = [from_row(row._mapping) for row in await connection.execute(placed)]
    leaving = [job for job in found if job.cancelled_by is not None or wanted(job)]
    return [await _moved(connection, job, backend, now, told=away) for job in leaving]


async def held_by(connection: AsyncConnection, backend: str) -> int:
    """How many jobs it has that somebody waits for: those it runs, and those whose files lie there."""
    mine = and_(jobs.c.backend == backend, jobs.c.delivered_at.is_(None), jobs.c.state != JobState.WAITING.value)
    return await connection.scalar(select(func.count()).select_from(jobs).where(mine)) or 0


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """How many open jobs each backend has, by its name."""
    placed = select(jobs.c.backend, func.count()).where(among(PLACED)).group_by(jobs.c.backend)
    return {backend: count for backend, count in await connection.execute(placed) if backend is not None}


async def _moved(connection: AsyncConnection, job: Job, backend: str, now: datetime, *, told: bool) -> Job:
    log.warning("job %s is taken from %s", job.id, backend)
    await leave(connection, Stray(backend, job.id, job.remote_id, job.upload_slot), now)
    fields: Changes = {"state": JobState.CANCELLED}
    if job.cancelled_by is None:
        fields = {"state": JobState.WAITING, "moved": job.moved or told, "submits": max(0, job.submits - 1)}
    return await write(connection, job, stamped(job, fields, now) | {"fence": jobs.c.fence + 1})
