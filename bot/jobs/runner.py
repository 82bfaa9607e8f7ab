"""Waiting jobs go to a backend, and their outcome to who asked; a restart picks all of it up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.comfy.backend import Backend
from bot.comfy.pool import Pool
from bot.errors import DatabaseAway, Fenced
from bot.jobs.absence import LOST_SECONDS, Absence
from bot.jobs.board import Board
from bot.jobs.carrier import Carrier
from bot.jobs.changes import OPEN
from bot.jobs.delivery import Delivery, Fetch
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.estimates import USUAL_SECONDS, Estimates
from bot.jobs.follower import Claim, Follower
from bot.jobs.housekeeping import Housekeeping
from bot.jobs.job import Job, JobState
from bot.jobs.judging import Judge
from bot.jobs.ledger import Ledger
from bot.jobs.moving import move
from bot.jobs.outbox import Outbox
from bot.jobs.overflow import Overflow
from bot.jobs.queue import JobQueue
from bot.jobs.refresh import Refresh
from bot.jobs.salvage import LOOK_SECONDS, Salvage
from bot.jobs.store import Store, utc_now
from bot.jobs.underway import Underway
from bot.jobs.waiting import Waiting, waiting
from bot.jobs.waking import Waking

log = logging.getLogger(__name__)

FAREWELL_SECONDS = 5.0  # for Discord to take the last words


class Runner:
    """One per process. `serve()` runs until cancelled; everything else may be called while it does."""

    def __init__(
        self,
        *,
        store: Store,
        queue: JobQueue,
        pool: Pool,
        delivery: Delivery,
        data_dir: Path,
        clock: Callable[[], datetime] = utc_now,
        keep_days: int = 400,
        retry_seconds: float = 1.0,
        judge: Judge | None = None,
        ledger: Ledger | None = None,
        overflow_seconds: float = 120,
        lost_seconds: float = LOST_SECONDS,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        """`retry_seconds` is the first pause after a delivery that failed; jobs that would wait `overflow_seconds`
        longer for one's own backends may go to paid ones, as far as the `ledger` allows; those of a backend that is
        away for `lost_seconds` go to others; each `look_seconds` one looks for those in nobody's hands."""
        self.store = store
        self.queue = queue
        self.pool = pool
        self.board = Board(queue, pool, delivery, Estimates(store), store)
        self.dispatcher = Dispatcher(queue, pool, self._begin)
        self.board.ways.fits = self.dispatcher.suits
        self.refresh = Refresh(self.board, queue, pool, clock)
        self._ledger = ledger
        self._overflow: Overflow | None = None
        if ledger is not None:
            self._overflow = Overflow(
                self.dispatcher, pool, queue, self.board, ledger, seconds=overflow_seconds, clock=clock
            )
        self.absence = Absence(store, pool, self, seconds=lost_seconds, now=clock)
        self.dispatcher.barred = self.absence.stopping
        self.waking = Waking(queue, pool, self.dispatcher)
        self.absence.sleeps = self.waking.sleeps
        self._follower = Follower(store, self.board, data_dir, ledger=ledger, elsewhere=self._elsewhere)
        self._outbox = Outbox(store, pool, delivery, retry_seconds=retry_seconds, judge=judge)
        self._housekeeping = Housekeeping(store, data_dir, clock=clock, keep_days=keep_days)
        self._undelivered: list[Job] = []
        self._begun: list[Job] = []
        self._group = asyncio.TaskGroup()
        self.underway = Underway(self._group)
        self.carrier = Carrier(
            store,
            queue,
            self.board,
            dispatcher=self.dispatcher,
            follower=self._follower,
            outbox=self._outbox,
            underway=self.underway,
            retry_seconds=retry_seconds,
        )
        self.salvage = Salvage(store, has=self._is_here, take_up=self._take_up, seconds=look_seconds)
        self._now = clock
        self._dispatching: asyncio.Task[None] | None = None
        #: in a fleet, in place of the dispatcher and of what an earlier process left; and what ends that
        self.member: Callable[[], Coroutine[Any, Any, None]] | None = None
        self.on_drain: Callable[[], None] = lambda: None
        self._enqueue: Callable[[Job], Awaitable[None]] = self._put

    async def prepare(self) -> None:
        """Look at what an earlier process left, before the first command can arrive."""
        self.queue.now = await self.store.last_tag()
        if self._ledger is not None:
            await self._ledger.load()
        await self._housekeeping.sweep()
        if self.member is not None:
            return
        self._undelivered = await self.store.undelivered()
        self._begun = await self.store.begun()
        for job in self._begun:
            self.queue.begin(waiting(job))
        for light in await self.store.waiting():
            await self.board.estimates.load(light.workflow)
            self.queue.put(light)

    async def serve(self) -> None:
        """Resume what an earlier process left, then take jobs as backends have room. Only after `prepare()`."""
        async with self._group as group:
            if self.member is not None:
                group.create_task(self.member(), name="fleet")
            else:
                for job in [*self._undelivered, *self._begun]:
                    await self.underway.guard(job.id, self._take_up(job))
                self._dispatching = group.create_task(self.dispatcher.serve(), name="dispatcher")
            group.create_task(self.pool.serve(), name="backends")
            group.create_task(self.refresh.serve(), name="positions")
            group.create_task(self._housekeeping.serve(), name="housekeeping")
            group.create_task(self.absence.serve(), name="absence")
            group.create_task(self.waking.serve(), name="waking")
            group.create_task(self.salvage.serve(), name="salvage")
            if self._overflow is not None:
                group.create_task(self._overflow.serve(), name="overflow")

    async def seconds(self, workflow: str, usual: float | None) -> float:
        """How long a job of that workflow takes: as learned, else as its manifest says, else as most do."""
        await self.board.estimates.load(workflow)
        return self.board.estimates.of(workflow) or usual or USUAL_SECONDS

    async def add(self, job: Job) -> Job:
        """Store a new job, with its place in the queue, which is kept until `submit` or `drop`."""
        turn = self.queue.turn(job.id, job.place.user_id, job.cost, job.created_at)
        try:
            return await self.store.add(replace(job, tag=turn.tag, first=turn.first))
        except BaseException as error:
            self.queue.forgo(job.id)
            if isinstance(error, DatabaseAway) and error.perhaps:  # who asked is told to try again
                self.underway.start(job.id, self.drop(job))
            raise

    async def drop(self, job: Job) -> None:
        """A stored job that nobody waits for: it never began, and nothing is told of it."""
        await self.store.settled()
        try:
            dropped = await self.store.cancel_request(job, job.place.user_id)
            if not dropped.state.ended:
                self.queue.forgo(job.id)
                return  # somebody began it all the same, and stops it
            await self.store.deliver(dropped)
        except Fenced:
            log.debug("job %s was gone already", job.id)
        await self._close_up(job)

    async def submit(self, job: Job) -> None:
        """Put a stored job into the queue, unless somebody stopped it already."""
        if job.state is JobState.WAITING:
            await self._enqueue(job)
            self.refresh.welcome(waiting(job))

    async def cancel(
        self, job_id: str, by: int, *, reason: str | None = None, only: Collection[JobState] = OPEN
    ) -> Job:
        """Stop a job that is in one of these states. Raises `Fenced` where it is not, above all where it has ended.

        The wish is stored when this returns. A waiting job is out at once; for one on a server the outcome follows when
        the server confirms.
        """
        job = await self.store.get(job_id)
        if job is None:
            raise Fenced(job_id)
        job = await self.store.cancel_request(job, by, reason=reason, only=only)
        if job.state.ended:
            self.underway.start(job.id, self._deliver_freed(job))
            await self._close_up(job)
        else:
            self.underway.start(job.id, self._stop(job))
        return job

    def join(
        self,
        member: Callable[[], Coroutine[Any, Any, None]],
        *,
        claim: Claim,
        enqueue: Callable[[Job], Awaitable[None]],
        fetch: Callable[[Job], Fetch],
    ) -> None:
        """Be one of several: `member` runs in place of the dispatcher, the others where a process alone does less."""
        self.member, self._enqueue = member, enqueue
        self._follower.claim, self._outbox.fetch_of = claim, fetch

    def stop_here(self, job: Job) -> None:
        """Somebody asked another process to stop it."""
        self.underway.start(job.id, self._stop(job))

    def when_delivered(self, tell: Callable[[int], Awaitable[None]]) -> None:
        """`tell` is told of whose job it was, each time a person has seen how one ended."""
        self._outbox.on_delivered = tell

    async def drain(self, seconds: float) -> None:
        """Take no more jobs, let running ones finish for a while, and tell the rest that they survive."""
        self.board.stopping = True
        self.on_drain()
        if self._dispatching is not None:
            self._dispatching.cancel()
        self.board.touch()
        if len(self.underway):
            log.info("stopping; %d jobs may finish within %.0f s", len(self.underway), seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.underway.over()
        log.info("stopping; %d jobs survive", len(self.queue) + len(self.board.runs))
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self.board.farewell()

    def message_gone(self, job: Job) -> None:
        """The person or a moderator deleted the job's message: the job is not wanted any more."""
        if not self.board.leaving:
            self.underway.start(job.id, self._abandon(job))

    def suits(self, job: Job, backend: Backend) -> bool:
        """Whether that backend has, or may have, all that the job needs."""
        return self.dispatcher.can_run(waiting(job), backend)

    async def taken(self, job: Job) -> None:
        """It was taken from its backend: nobody follows it there any more, and it waits again or has ended."""
        self.underway.break_off(job.id)
        await self.underway.freed(job.id)
        if job.state is JobState.WAITING:
            await self.submit(job)
        else:
            self.carrier.deliver(job)

    def rejoin(self, job_id: str, backend: Backend) -> bool:
        """Whether a job that waits is followed on that backend again, or is on it already."""
        light = self.queue.take(job_id)
        if light is not None:
            self.carrier.begin(light, backend)
        return self.carrier.is_on(job_id, backend)

    async def _deliver_freed(self, job: Job) -> None:
        """It may have been on its way to a backend when it was stopped, which finds so."""
        while self.underway.has(job.id):
            await self.underway.freed(job.id)
            latest = await self.store.get(job.id)
            if latest is None or latest.delivered:
                return
        self.carrier.deliver(job)

    async def _close_up(self, job: Job) -> None:
        """It is out of the queue, and its person's later ones are where the database has them."""
        self.queue.remove(job.id)
        self.queue.move(await self.store.turns(job.place.user_id))

    def _is_here(self, job_id: str) -> bool:
        return self.underway.has(job_id) or self.queue.expects(job_id)

    async def _take_up(self, job: Job) -> None:
        """One that this process left, or the one before it."""
        backend = self.pool.get(job.backend)
        if job.state.ended:
            self.carrier.deliver(job)
        elif job.state is JobState.WAITING:
            await self._put(job)
        elif backend is None:
            await self._requeue(job)
        else:
            self.carrier.look_after(job, backend)

    def _elsewhere(self, job: Job, backend: Backend) -> bool:
        light = waiting(job)
        others = (other for other in self.pool.present if other is not backend)
        return any(self.dispatcher.can_run(light, other) for other in others)

    async def _put(self, job: Job) -> None:
        await self.board.estimates.load(job.workflow)
        self.queue.put(waiting(job))

    async def _requeue(self, job: Job) -> None:
        """Its backend is gone: it waits for another, unless nobody wants it any more."""
        log.warning("job %s was on %s, which is none of ours any more", job.id, job.backend)
        name, now = job.backend or "", self._now()
        for moved in await self.store.transact(lambda connection: move(connection, name, now)):
            await self.taken(moved)

    def _begin(self, job: Waiting, backend: Backend) -> None:
        self.carrier.begin(job, backend)

    async def _stop(self, job: Job) -> None:
        run, backend = self.board.runs.get(job.id), self.pool.get(job.backend)
        if run is not None:
            run.job = replace(run.job, cancelled_by=job.cancelled_by, reason=job.reason)
            self.board.show_run(run)
        if backend is not None:
            self.pool.touch()  # a job that is stopped leaves a backend that was given up
            await self._follower.stop(job, backend)

    async def _abandon(self, job: Job) -> None:
        try:
            await self.cancel(job.id, job.place.user_id)
        except Fenced:
            log.debug("job %s had ended when its message was deleted", job.id)
