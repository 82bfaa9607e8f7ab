"""What somebody has used of what they may, for who looks: letting jobs in counts for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.changes import OPEN
from bot.jobs.job import JobState
from bot.jobs.store import Store
from bot.jobs.tables import uses

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Usage:
    """On one server: `open` jobs that have not ended, `running` those of them on ComfyUI; `times` of the jobs let in
    within the last 24 hours, newest first; `spent` is what paid workflows cost there in that time, of everybody.
    """

    open: int
    running: int
    times: Sequence[datetime]
    spent: float

    def within(self, window: timedelta, now: datetime) -> int:
        """How many were let in since then."""
        return sum(at > now - window for at in self.times)

    def frees(self, window: timedelta, most: int, now: datetime) -> datetime | None:
        """When the next one is possible; None where it is now."""
        return self.times[most - 1] + window if self.within(window, now) >= most else None


async def usage(store: Store, guild_id: int, user_id: int, now: datetime) -> Usage:
    """What that person has used there as of now."""
    counts = await store.counts(guild_id=guild_id, user_id=user_id, states=OPEN)

    async def read(connection: AsyncConnection) -> tuple[Sequence[datetime], float]:
        lately = (uses.c.guild_id == guild_id, uses.c.at > now - DAY)
        mine = select(uses.c.at).where(*lately, uses.c.user_id == user_id).order_by(uses.c.at.desc())
        times = (await connection.execute(mine)).scalars().all()
        spent = (await connection.execute(select(func.sum(uses.c.cost)).where(*lately))).scalar_one()
        return times, float(spent or 0)

    times, spent = await store.transact(read)
    total = sum(counts.values())
    return Usage(total, total - counts[JobState.WAITING], times, spent)
