"""Jobs in nobody's hands: a fault of ours left them, or a change came late. They are looked for and taken up again."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.changes import OPEN, among
from bot.jobs.job import ENDED, Job
from bot.jobs.rows import from_row
from bot.jobs.store import Store
from bot.jobs.tables import jobs

log = logging.getLogger(__name__)

LOOK_SECONDS = 15.0  # between two looks, where nobody says otherwise

#: nobody was told how they ended
UNTOLD = and_(among(ENDED), jobs.c.delivered_at.is_(None))


class Salvage:
    """`has` says which jobs are in this process's hands, `take_up` takes one there; a look each so many `seconds`.

    What is on its way from one hand to the other is in neither for a moment, so a job is taken up at the second look
    that finds it so. Where that did not help, each further try is twice as late as the one before.
    """

    def __init__(
        self, store: Store, *, has: Callable[[str], bool], take_up: Callable[[Job], Awaitable[None]], seconds: float
    ) -> None:
        self._store = store
        self._has = has
        self._take_up = take_up
        self.seconds = seconds
        #: those that this process has to look after
        self.ours: ColumnElement[bool] = or_(among(OPEN), UNTOLD)
        #: by id, how many looks found it in nobody's hands
        self._looks: dict[str, int] = {}

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(self.seconds)
            try:
                await self.look()
            except Exception:  # the database is away, say: the next look finds the same
                log.warning("jobs in nobody's hands were not looked for", exc_info=log.isEnabledFor(logging.DEBUG))

    async def look(self) -> None:
        """Once."""
        found = await self._found()
        self._looks = {job_id: looks for job_id, looks in self._looks.items() if job_id in found}
        for job_id, fence in found.items():
            if self._has(job_id):
                continue
            looks = self._looks[job_id] = self._looks.get(job_id, 0) + 1
            if looks < 2 or looks.bit_count() > 1:  # at the second, the fourth, the eighth …
                continue
            job = await adopt(self._store, job_id, fence, self.ours)
            if job is not None:
                log.warning("job %s (%s) was in nobody's hands: it is taken up again", job_id, job.state)
                await self._take_up(job)

    async def _found(self) -> dict[str, int]:
        async def read(connection: AsyncConnection) -> dict[str, int]:
            rows = await connection.execute(select(jobs.c.id, jobs.c.fence).where(self.ours))
            return {row.id: row.fence for row in rows}

        return await self._store.transact(read)


async def adopt(store: Store, job_id: str, fence: int, *wanted: ColumnElement[bool]) -> Job | None:
    """Out of the hands of whoever had it; None where somebody was quicker, or it is not as `wanted` any more."""
    same = (jobs.c.id == job_id, jobs.c.fence == fence, jobs.c.delivered_at.is_(None), *wanted)
    raised = update(jobs).where(*same).values(fence=jobs.c.fence + 1).returning(*jobs.c)

    async def work(connection: AsyncConnection) -> Job | None:
        row = (await connection.execute(raised)).mappings().one_or_none()
        return None if row is None else from_row(row)

    return await store.transact(work)
