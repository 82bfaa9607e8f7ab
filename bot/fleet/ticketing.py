"""Tickets as they are handed on, used up and freed, within the transactions that claim jobs or look after them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Fenced
from bot.fleet.roster import BEGUN
from bot.jobs.alone import alone
from bot.jobs.changes import among
from bot.jobs.job import Job, JobState
from bot.jobs.tables import jobs, servers
from bot.jobs.tickets import QUEUE, defer, priority_of

_USED = text("DELETE FROM procrastinate_jobs WHERE queueing_lock = :job_id AND status = 'todo'")
_STALLED = text(
    "DELETE FROM procrastinate_jobs WHERE status = 'doing' AND (worker_id IS NULL OR worker_id IN "
    "(SELECT id FROM procrastinate_workers WHERE last_heartbeat < now() - make_interval(secs => :seconds)))"
)
_TICKETS = text("SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock = ANY(:job_ids)")


class HeldBack(Fenced):
    """Its server is paused, or its person has enough running: it keeps its place."""


async def refuse_held(connection: AsyncConnection, job: Job, limit: int) -> None:
    """Raises HeldBack. `limit` is how many of its person's may be on backends at a time; 0: any."""
    place = job.place
    paused = select(servers.c.paused_by).where(servers.c.guild_id == (place.guild_id or 0))
    if place.guild_id is not None and await connection.scalar(paused) is not None:
        raise HeldBack(job.id)
    if not limit:
        return
    await alone(connection, "running", place.guild_id, place.user_id)
    theirs = (jobs.c.user_id == place.user_id, jobs.c.guild_id.is_not_distinct_from(place.guild_id), among(BEGUN))
    if len((await connection.execute(select(jobs.c.id).where(*theirs).limit(limit))).all()) >= limit:
        raise HeldBack(job.id)


async def hand_on(connection: AsyncConnection, job_id: str) -> None:
    """A new ticket for it, if it waits still."""
    waits = (jobs.c.id == job_id, jobs.c.state == JobState.WAITING.value)
    tag = await connection.scalar(select(jobs.c.tag).where(*waits))
    if tag is not None:
        await defer(connection, job_id, priority_of(tag), QUEUE)


async def use_up(connection: AsyncConnection, job_id: str) -> None:
    """It needs none any more."""
    await connection.execute(_USED, {"job_id": job_id})


async def free_stalled(connection: AsyncConnection, seconds: float) -> None:
    """Those whose taker has not been heard of for so long are gone."""
    await connection.execute(_STALLED, {"seconds": seconds})


async def supply(connection: AsyncConnection, job_ids: Sequence[str]) -> int:
    """Each of them that waits has one afterwards; how many were missing."""
    have = set((await connection.execute(_TICKETS, {"job_ids": list(job_ids)})).scalars())
    missing = [job_id for job_id in job_ids if job_id not in have]
    for job_id in missing:
        await hand_on(connection, job_id)
    return len(missing)
