"""How many jobs there are and since when, counted by the database: for whoever watches the whole of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter

from sqlalchemy import func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.changes import OPEN, among
from bot.jobs.job import ENDED, JobState
from bot.jobs.store import Store
from bot.jobs.tables import jobs


@dataclass(frozen=True)
class Tally:
    """`answered` is how many seconds the database took for the least; `open` is by state and workflow.

    `undelivered` ended and have not arrived; the times are those of the oldest, None where there is none.
    """

    answered: float
    open: Mapping[tuple[JobState, str], int]
    oldest_waiting: datetime | None
    undelivered: int
    oldest_undelivered: datetime | None


async def count(store: Store) -> Tally:
    """Two queries that indexes answer. Raises what the database does."""
    began = perf_counter()

    async def work(connection: AsyncConnection) -> Tally:
        await connection.execute(select(literal(1)))
        answered = perf_counter() - began
        open_ones = (await connection.execute(_OPEN)).all()
        ((undelivered, oldest_undelivered),) = (await connection.execute(_UNDELIVERED)).all()
        waiting = [oldest for state, _workflow, _count, oldest in open_ones if state == JobState.WAITING]
        return Tally(
            answered=answered,
            open={(JobState(state), workflow): number for state, workflow, number, _oldest in open_ones},
            oldest_waiting=min(waiting, default=None),
            undelivered=undelivered,
            oldest_undelivered=oldest_undelivered,
        )

    return await store.transact(work)


_OPEN = (
    select(jobs.c.state, jobs.c.workflow, func.count(), func.min(jobs.c.created_at))
    .where(among(OPEN))
    .group_by(jobs.c.state, jobs.c.workflow)
)
_UNDELIVERED = select(func.count(), func.min(jobs.c.finished_at)).where(jobs.c.delivered_at.is_(None), among(ENDED))
