"""What nobody looks after: jobs without a ticket, or on a backend that nobody has; outcomes left behind."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from itertools import islice

from sqlalchemy import ColumnElement, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.comfy.pool import Pool
from bot.fleet.roster import SWEEP, Roster
from bot.fleet.ticketing import free_stalled, supply
from bot.jobs.alone import alone
from bot.jobs.job import Job
from bot.jobs.moving import move
from bot.jobs.rows import from_row
from bot.jobs.runner import Runner
from bot.jobs.salvage import UNTOLD, adopt
from bot.jobs.store import Store
from bot.jobs.tables import backends, jobs
from bot.jobs.waiting import waiting

log = logging.getLogger(__name__)

AHEAD = 64  # of those that may begin: these have a ticket
GONE = "1 day"  # after which nobody remembers a backend that nobody had

_OLD = text(
    f"DELETE FROM backends WHERE lease < now() - interval '{GONE}' AND paused_by IS NULL AND name <> :sweep "  # noqa: S608 - ours
    "AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.backend = backends.name AND jobs.delivered_at IS NULL)"
)
_HELD = select(backends.c.name).where(backends.c.worker.is_not(None), backends.c.lease > text("now()"))


class Sweep:
    """`lost_seconds`: how long jobs wait for a backend."""

    def __init__(
        self,
        store: Store,
        pool: Pool,
        runner: Runner,
        roster: Roster,
        *,
        lost_seconds: float,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._pool = pool
        self._runner = runner
        self._roster = roster
        self._lost_seconds = lost_seconds
        self._now = now

    async def sweep(self) -> None:
        """Once, by whoever holds SWEEP."""
        ids = [job.id for job in islice(self._runner.queue.startable(), AHEAD)]

        async def work(connection: AsyncConnection) -> int:
            await alone(connection, SWEEP)
            await free_stalled(connection, self._roster.seconds)
            await connection.execute(_OLD, {"sweep": SWEEP})
            return await supply(connection, ids) if ids else 0

        missing = await self._store.transact(work)
        if missing:
            log.debug("%d jobs had no ticket", missing)
        await self._empty_lost()
        for job in await orphans(self._store, jobs.c.backend.is_not(None), jobs.c.backend.not_in(_HELD)):
            if not self._runner.underway.has(job.id):
                await self._adopt(job)

    async def _empty_lost(self) -> None:
        """Jobs on backends that nobody has had for too long go to others that can run them."""
        now = self._now()
        takers = [backend for backend in self._pool.backends if self._pool.takes(backend)]

        def wanted(job: Job) -> bool:
            return any(self._runner.dispatcher.can_run(waiting(job), backend) for backend in takers)

        for name in await self._roster.lost(self._lost_seconds):
            moved = await self._store.transact(lambda connection, name=name: move(connection, name, now, wanted=wanted))  # type: ignore[misc]  # mypy takes `name` for a parameter of the work
            for job in moved:
                if job.state.ended:
                    self._runner.carrier.deliver(job, place=SWEEP)

    async def _adopt(self, job: Job) -> None:
        adopted = await adopt(self._store, job.id, job.fence)
        if adopted is not None:
            log.info("job %s is delivered in place of whoever had %s", job.id, job.backend)
            self._runner.carrier.deliver(adopted, place=SWEEP)


async def orphans(store: Store, *wanted: ColumnElement[bool]) -> list[Job]:
    """Jobs that ended and that nobody was told of, for a while."""
    late = or_(jobs.c.finished_at.is_(None), jobs.c.finished_at < text("now() - interval '1 second'"))
    untold = select(jobs).where(UNTOLD, late, *wanted)

    async def read(connection: AsyncConnection) -> list[Job]:
        return [from_row(row) for row in (await connection.execute(untold.limit(100))).mappings()]

    return await store.transact(read)
