"""One process of a fleet: in place of the dispatcher, and of looking at what an earlier process left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.comfy.backend import Backend
from bot.fleet.catalogues import Catalogues
from bot.fleet.errands import Errands
from bot.fleet.files import Files
from bot.fleet.holding import Holding
from bot.fleet.mirror import Mirror, News
from bot.fleet.pooling import Herald, Neighbours
from bot.fleet.rights import FleetRights
from bot.fleet.roster import SWEEP, Roster
from bot.fleet.shards import Shards
from bot.fleet.slots import Slots
from bot.fleet.sweep import Sweep, orphans
from bot.jobs.delivery import Rights
from bot.jobs.job import Job
from bot.jobs.runner import Runner
from bot.jobs.salvage import adopt
from bot.jobs.signals import Kind
from bot.jobs.tables import jobs
from bot.jobs.waiting import Waiting, waiting

log = logging.getLogger(__name__)

SWEEPING = 2.0  # seconds between two sweeps, where nothing calls for one
CALM = 0.5  # seconds between two sweeps, at least
RESYNC = 30.0  # seconds between two looks at all open jobs
LATE = 3.0  # seconds between two looks for those whose message was not noted


class Shower(Protocol):
    """What shows jobs."""

    rights: Rights

    def drop(self, job_id: str) -> None:
        """At once nothing more is shown of it."""

    def redraw(self, job_id: str) -> None:
        """Show once more what was shown last."""

    def relocate(self, job: Job) -> None:
        """Its message is elsewhere now."""


class Member:
    """`works`: it holds its pool's backends and runs jobs; `shards` are those of a gateway, None for others.

    `me` names the process, `lease` is how many seconds a backend is its own unless it says so again, `lost` after how
    many jobs do not wait for one any more. `direct` makes a client for an address, for files that nobody else brings.
    """

    def __init__(
        self,
        runner: Runner,
        delivery: Shower,
        *,
        address: URL,
        me: str,
        works: bool,
        shards: Shards | None,
        lease: float,
        lost: float,
        folder: Path,
        running_limit: Callable[[Waiting], int],
        direct: Callable[[str], Backend],
        clock: Callable[[], datetime],
    ) -> None:
        store, queue, pool = runner.store, runner.queue, runner.pool
        self._store, self._queue, self._runner, self._delivery = store, queue, runner, delivery
        self._works, self._shards = works, shards
        self._roster = Roster(store, me, lease)
        self._began = clock()
        self._mirror = Mirror(
            store, queue, runner.board.estimates, here=runner.underway.has, taken=self._taken, left_behind=self._is_left
        )
        self._news = News(self._mirror, self._moved)
        self._errands = Errands(store, self._mine)
        catalogues, own = Catalogues(store, folder), {backend.name: backend for backend in pool.backends}
        self._neighbours = Neighbours(self._roster, pool, catalogues, self._errands, own, seconds=lease / 2, lost=lost)
        self._slots = Slots(
            runner,
            self._roster,
            self._mirror,
            left=self.left,
            term=self._term,
            running_limit=running_limit,
        )
        self.holding = Holding(
            runner,
            self._roster,
            self._neighbours,
            Herald(self._roster, pool, catalogues, runner.dispatcher),
            own,
            address=address,
            use=self._slots.use,
            gone=delivery.drop,
        )
        self._sweeper = Sweep(store, pool, runner, self._roster, lost_seconds=lost, now=clock)
        self._over = False
        self._group = asyncio.TaskGroup()
        self._rights = FleetRights(store, queue, runner, left=self.left, shows=self.shows)
        delivery.rights = self._rights
        runner.board.shows = self.shows
        files = Files(pool, direct=direct, lost=lost, clock=clock)
        runner.join(self.serve, claim=self._slots.claim, enqueue=self._enqueue, fetch=files.of)
        runner.on_drain, runner.underway.on_freed = self.drain, self._freed
        runner.salvage.ours, runner.salvage.seconds = self._roster.ours, lease
        self._listen()

    def left(self, name: str) -> float:
        """For how many seconds that backend is surely this process's."""
        return self.holding.left(name)

    def _term(self, name: str) -> int:
        return self.holding.term(name)

    def _mine(self, name: str) -> Backend | None:
        return self.holding.get(name)

    def shows(self, job: Waiting) -> bool:
        """Whether this process shows where that job waits."""
        return self._shards is not None and self._shards.has(job.guild_id)

    async def serve(self) -> None:
        """Until cancelled."""
        async with self._group as group:
            group.create_task(self._store.signals.follow(), name="signals")
            group.create_task(self._news.serve(), name="what others did")
            group.create_task(self._neighbours.serve(), name="what others have")
            group.create_task(self._resync(), name="resync")
            if self._works:
                group.create_task(self.holding.serve(), name="leases")
                group.create_task(self.holding.tell(), name="what this process has")
                group.create_task(self._look_for_stops(), name="wishes to stop")
                group.create_task(self._sweep(), name="sweep")
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                self._over = True

    def drain(self) -> None:
        """Take no more tickets."""
        self.holding.drain()
        self._slots.drain()

    async def leave(self) -> None:
        """Nothing is shown any more: others may have what this process held."""
        await self._errands.close()
        await self._rights.close()
        await self.holding.close()

    def _listen(self) -> None:
        when = self._store.signals.when
        when(Kind.JOB, self._news.hear)
        when(Kind.STOP, self._heard_stop)
        when(Kind.DRAW, self._heard_draw)
        when(Kind.BACKENDS, self._neighbours.hear)
        when(Kind.ANSWER, self._errands.heard_answer)
        if self._works:
            when(Kind.ERRAND, self._errands.heard_errand)

    # what others tell

    async def _moved(self, job_ids: Collection[str]) -> None:
        """The messages of those that run here may be elsewhere now."""
        for job_id in job_ids:
            run = self._runner.board.runs.get(job_id)
            job = await self._store.get(job_id) if run is not None else None
            if run is not None and job is not None and run.job.place != job.place:
                run.job = replace(run.job, place=job.place)
                self._delivery.relocate(run.job)

    async def _heard_stop(self, job_id: str | None) -> None:
        """None: any of those here may have been stopped."""
        runs = self._runner.board.runs
        ids = [known for known in runs if job_id in {known, None} and runs[known].job.cancelled_by is None]
        wanted = select(jobs.c.id).where(jobs.c.id.in_(ids), jobs.c.cancelled_by.is_not(None))

        async def read(connection: AsyncConnection) -> list[str]:
            return list((await connection.execute(wanted)).scalars()) if ids else []

        for stopped in await self._store.transact(read):
            job = await self._store.get(stopped)
            if job is not None and not job.state.ended and self._runner.underway.has(stopped):
                self._runner.stop_here(job)

    async def _heard_draw(self, job_id: str | None) -> None:
        """None: any message may show what is past."""
        if job_id is None:
            for known in list(self._runner.board.runs):
                self._delivery.redraw(known)
            return
        self._delivery.redraw(job_id)
        self._runner.refresh.again(job_id)
        self._runner.underway.start(job_id, self._deliver_again(job_id))

    async def _deliver_again(self, job_id: str) -> None:
        await self._runner.underway.freed(job_id)
        job = await self._store.get(job_id)
        if job is None or not job.state.ended or job.delivered:
            return
        mine = self.left(job.backend) > 0 if job.backend is not None else self._is_ours(job)
        if mine and not self._runner.underway.has(job_id):
            self._runner.carrier.deliver(job)

    def _is_ours(self, job: Job) -> bool:
        return self._shards is not None and self._shards.has(job.place.guild_id)

    # the order, and who shows what

    async def _enqueue(self, job: Job) -> None:
        await self._runner.board.estimates.load(job.workflow)
        self._queue.put(waiting(job))
        await self._mirror.hear(job.id)  # somebody may have claimed it already

    def _taken(self, job_id: str) -> None:
        """It waits no longer: whoever claimed it shows it. Should it wait once more, that is told anew."""
        self._delivery.drop(job_id)
        self._runner.refresh.again(job_id)

    def _freed(self, job_id: str) -> None:
        if not self._over:
            self._group.create_task(self._quietly_hear(job_id), name=f"look at job {job_id}")

    async def _quietly_hear(self, job_id: str) -> None:
        with suppress(Exception):  # the next look at all of them finds it
            await self._mirror.hear(job_id)

    async def _resync(self) -> None:
        while True:
            try:
                await self._mirror.resync()
                if self._shards is not None:
                    await self._adopt_orphans()
            except Exception:  # the database is away, say
                log.warning("the order of the jobs was not read", exc_info=log.isEnabledFor(logging.DEBUG))
            for _look in range(int(RESYNC / LATE)):
                await asyncio.sleep(LATE)
                with suppress(Exception):  # the database is away: it is looked at again
                    await self._mirror.read_late()

    async def _adopt_orphans(self) -> None:
        """Jobs stopped before any backend had them, by a gateway that is gone."""
        for job in await orphans(self._store, jobs.c.backend.is_(None)):
            if self._is_ours(job) and not self._runner.underway.has(job.id):
                adopted = await adopt(self._store, job.id, job.fence)
                if adopted is not None:
                    self._runner.carrier.deliver(adopted)

    def _is_left(self, job: Waiting) -> bool:
        """The gateway before this one was about to note where its message is."""
        return self.shows(job) and job.created_at < self._began

    async def _look_for_stops(self) -> None:
        """Where a wish to stop one was not heard."""
        while True:
            with suppress(Exception):  # the database is away: it is looked for again
                await self._heard_stop(None)
            await asyncio.sleep(self._roster.seconds / 3)

    async def _sweep(self) -> None:
        while True:
            change = self._queue.changed()
            try:
                if self.left(SWEEP):
                    await self._sweeper.sweep()
            except Exception:  # the next one finds the same
                log.warning("what nobody looks after was not looked at", exc_info=True)
            await asyncio.sleep(CALM)
            await asyncio.wait([change], timeout=SWEEPING)
            change.cancel()
