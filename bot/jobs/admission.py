"""Whether one more job is let in: what its person used is counted, and the job written down, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import LimitReached, Spent
from bot.jobs.alone import alone
from bot.jobs.changes import OPEN, among
from bot.jobs.job import Job
from bot.jobs.rules import UNLIMITED, Limits, limits_for
from bot.jobs.servers import Servers
from bot.jobs.store import Store
from bot.jobs.tables import jobs, uses
from bot.jobs.waiting import Waiting
from bot.settings import Settings, pixels_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: how long what was let in may take to be stored: a command's token lives no longer
ARRIVAL = timedelta(minutes=15)


@dataclass(frozen=True)
class Quota:
    """What holds for one job. Seconds between two uses of its command: `cooldown` wherever the first one was,
    `cooldown_here` on the same server. `cost` counts into `budget`, which is for 24 hours and has no end at 0.
    """

    limits: Limits
    cooldown: float = 0
    cooldown_here: float = 0
    cost: float = 0
    budget: float = 0


class Admission:
    """One at a time for each person, and for each server's budget: of many commands at once, in however many processes,
    each sees what those before it took.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def admit(self, job: Job, quota: Quota) -> None:
        """Count the job as one of its person's, though it is not stored yet; raises LimitReached."""

        async def work(connection: AsyncConnection) -> None:
            await alone(connection, "admission", job.place.user_id)
            if quota.cost:
                await alone(connection, "budget", job.place.guild_id or 0)
            now = self._clock()
            await _refuse(connection, job, quota, now)
            guild_id = job.place.guild_id or 0
            use = {"guild_id": guild_id, "user_id": job.place.user_id, "workflow": job.workflow}
            await connection.execute(insert(uses).values(job_id=job.id, at=now, cost=quota.cost, **use))

        await self._store.transact(work)

    async def release(self, job_id: str) -> None:
        """The job never came to be, so it was no use either."""
        await self._store.transact(lambda connection: connection.execute(delete(uses).where(uses.c.job_id == job_id)))


def default_limits(settings: Settings) -> Limits:
    """What the operator lets everybody do where a server says nothing."""
    return Limits(
        waiting=settings.limit_waiting,
        running=settings.limit_running,
        hour=settings.limit_hour,
        day=settings.limit_day,
        pixels=pixels_in(settings.limit_size),
        steps=settings.limit_steps,
        count=settings.limit_count,
    )


def limits_of(servers: Servers, defaults: Limits, guild_id: int | None, roles: Iterable[int]) -> Limits:
    """What somebody with these roles may on that server, or in direct messages."""
    return limits_for(roles, servers.get(guild_id).rules, defaults)


def running_limit(servers: Servers, defaults: Limits, job: Waiting) -> int:
    """How many jobs of its person may run at the same time on its server; 0: as many as there is room for."""
    return limits_of(servers, defaults, job.guild_id, job.roles).running or UNLIMITED


async def _refuse(connection: AsyncConnection, job: Job, quota: Quota, now: datetime) -> None:
    mine = uses.c.user_id == job.place.user_id
    here = uses.c.guild_id == (job.place.guild_id or 0)
    same = uses.c.workflow == job.workflow
    await _refuse_waiting(connection, job, quota.limits.waiting or UNLIMITED, now)
    await _refuse_often(connection, Spent.HOUR, quota.limits.hour or UNLIMITED, [mine, here], now - HOUR)
    await _refuse_often(connection, Spent.DAY, quota.limits.day or UNLIMITED, [mine, here], now - DAY)
    await _refuse_soon(connection, job, [mine, same], now, quota.cooldown)
    await _refuse_soon(connection, job, [mine, same, here], now, quota.cooldown_here)
    await _refuse_dear(connection, job, quota, here, now)


async def _refuse_waiting(connection: AsyncConnection, job: Job, most: int, now: datetime) -> None:
    if most == UNLIMITED:
        return
    place = job.place
    stored = select(func.count()).where(
        jobs.c.user_id == place.user_id, jobs.c.guild_id.is_not_distinct_from(place.guild_id), among(OPEN)
    )
    arriving = (
        select(func.count())
        .select_from(uses.outerjoin(jobs, jobs.c.id == uses.c.job_id))
        .where(jobs.c.id.is_(None), uses.c.user_id == place.user_id, uses.c.guild_id == (place.guild_id or 0))
        .where(uses.c.at > now - ARRIVAL)
    )
    used = sum([(await connection.execute(statement)).scalar_one() for statement in (stored, arriving)])
    if used >= most:
        raise LimitReached(Spent.WAITING, used=used, most=most)


async def _refuse_often(
    connection: AsyncConnection, limit: Spent, most: int, wanted: Iterable[ColumnElement[bool]], since: datetime
) -> None:
    if most == UNLIMITED:
        return
    newest = select(uses.c.at).where(*wanted, uses.c.at > since).order_by(uses.c.at.desc())
    times = (await connection.execute(newest)).scalars().all()
    if len(times) >= most:
        window = DAY if limit is Spent.DAY else HOUR
        raise LimitReached(limit, used=len(times), most=most, frees=times[most - 1] + window)


async def _refuse_soon(
    connection: AsyncConnection, job: Job, wanted: Iterable[ColumnElement[bool]], now: datetime, seconds: float
) -> None:
    if not seconds:
        return
    last = (await connection.execute(select(func.max(uses.c.at)).where(*wanted))).scalar_one()
    if last is not None and last + timedelta(seconds=seconds) > now:
        raise LimitReached(Spent.COOLDOWN, command=job.workflow, frees=last + timedelta(seconds=seconds))


async def _refuse_dear(
    connection: AsyncConnection, job: Job, quota: Quota, here: ColumnElement[bool], now: datetime
) -> None:
    if not quota.cost or quota.budget == UNLIMITED:
        return
    paid = select(uses.c.at, uses.c.cost).where(here, uses.c.cost > 0, uses.c.at > now - DAY)
    spent = [(row.at, row.cost) for row in await connection.execute(paid.order_by(uses.c.at.desc()))]
    used = sum(cost for _at, cost in spent)
    if not _over(used + quota.cost, quota.budget):
        return
    raise LimitReached(
        Spent.BUDGET,
        used=used,
        most=quota.budget,
        cost=quota.cost,
        command=job.workflow,
        frees=_affordable(spent, quota),
    )


def _affordable(spent: Iterable[tuple[datetime, float]], quota: Quota) -> datetime | None:
    """When enough of the budget is free again, given what was spent, newest first; None where it is too small."""
    total = quota.cost
    if _over(total, quota.budget):
        return None
    for at, cost in spent:
        total += cost
        if _over(total, quota.budget):
            return at + DAY
    return None


def _over(total: float, budget: float) -> bool:
    """Whether it is more, though three times 0.1 is a trace above 0.3."""
    return round(total - budget, 6) > 0
