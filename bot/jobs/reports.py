"""Messages that people told the moderators of: each once, and not too many."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import AccessRefused
from bot.jobs.alone import alone
from bot.jobs.audit import REASON, Deed
from bot.jobs.job import Job
from bot.jobs.store import Store
from bot.jobs.tables import audit
from bot.text import _

MOST, WITHIN = 5, timedelta(hours=1)  # reports of one person on one server


class Reports:
    """Kept among what moderators did, so they count after a restart too."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    async def check(self, job: Job, person: int) -> None:
        """AccessRefused where they reported that job already, or too much of late."""
        now = self._clock()
        await self._store.transact(lambda connection: _check(connection, job, person, now))

    async def keep(self, job: Job, person: int, reason: str) -> None:
        """The same, and this one is a report from now on."""
        now = self._clock()

        async def work(connection: AsyncConnection) -> None:
            await alone(connection, "reports", person)
            # written first: in SQLite two who write take turns, so that neither misses the other
            await connection.execute(
                insert(audit).values(
                    at=now,
                    guild_id=job.place.guild_id,
                    actor_id=person,
                    action=Deed.REPORT.value,
                    user_id=job.place.user_id,
                    job_id=job.id,
                    reason=reason[:REASON],
                )
            )
            await _check(connection, job, person, now, counted=1)

        await self._store.transact(work)

    async def withdraw(self, job: Job, person: int) -> None:
        """It reached nobody, so it may be sent again."""

        async def work(connection: AsyncConnection) -> None:
            theirs = (audit.c.actor_id == person, audit.c.action == Deed.REPORT.value)
            await connection.execute(delete(audit).where(*theirs, audit.c.job_id == job.id))

        await self._store.transact(work)


async def _check(connection: AsyncConnection, job: Job, person: int, now: datetime, *, counted: int = 0) -> None:
    """`counted`: how many of the rows are the one that is asked for."""
    theirs = (
        audit.c.guild_id == job.place.guild_id,
        audit.c.actor_id == person,
        audit.c.action == Deed.REPORT.value,
    )
    same = await connection.scalar(select(func.count()).where(*theirs, audit.c.job_id == job.id)) or 0
    if same > counted:
        raise AccessRefused(_("You have already reported that. The moderators have it."))
    late = await connection.scalar(select(func.count()).where(*theirs, audit.c.at > now - WITHIN)) or 0
    if late >= MOST + counted:
        raise AccessRefused(_("You have reported a lot within an hour. Turn to a moderator if it cannot wait."))
