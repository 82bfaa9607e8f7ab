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

from bot.comfy.backend import Backend, BackendState
from bot.comfy.pool import Pool
from bot.errors import Fenced
from bot.jobs.absence import LOST_SECONDS, Absence
from bot.jobs.board import Board
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
from bot.jobs.store import Store, utc_now
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
    ) -> None:
        """`retry_seconds` is the first pause after a delivery that failed; jobs that would wait `overflow_seconds`
        longer for one's own backends may go to paid ones, as far as the `ledger` allows; those of a backend that is
        away for `lost_seconds` go to others."""
        self.store = store
        self.queue = queue
        self.pool = pool
        self.board = Board(queue, pool, delivery, Estimates(store), store)
        self.dispatcher = Dispatcher(queue, pool, self._begin)
        self.board.fits = self.dispatcher.suits
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
        self._retry_seconds = retry_seconds
        self._undelivered: list[Job] = []
        self._begun: list[Job] = []
        self._group = asyncio.TaskGroup()
        self._works: set[asyncio.Task[None]] = set()
        self._now = clock
        #: who follows or delivers a job, and the backend that takes; None: none
        self._hands: dict[str, dict[asyncio.Task[None], str | None]] = {}
        self._dispatching: asyncio.Task[None] | None = None
        #: in a fleet, in place of the dispatcher and of what an earlier process left; and what ends that
        self.member: Callable[[], Coroutine[Any, Any, None]] | None = None
        self.on_drain: Callable[[], None] = lambda: None
        #: told of a job for which nothing is done here any more
        self.on_freed: Callable[[str], None] = lambda job_id: None
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
                for job in self._undelivered:
                    self.deliver(job)
                for job in self._begun:
                    await self._guard(job.id, self._resume(job))
                self._dispatching = group.create_task(self.dispatcher.serve(), name="dispatcher")
            group.create_task(self.pool.serve(), name="backends")
            group.create_task(self.refresh.serve(), name="positions")
            group.create_task(self._housekeeping.serve(), name="housekeeping")
            group.create_task(self.absence.serve(), name="absence")
            group.create_task(self.waking.serve(), name="waking")
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
        except BaseException:
            self.queue.forgo(job.id)
            raise

    async def drop(self, job: Job) -> None:
        """A stored job that nobody waits for: it never began, and nothing is told of it."""
        try:
            dropped = await self.store.cancel_request(job, job.place.user_id)
            if dropped.state.ended:
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
            self._start(job.id, self._deliver_freed(job))
            await self._close_up(job)
        else:
            self._start(job.id, self._stop(job))
        return job

    def begin(self, job: Waiting, backend: Backend, known: Job | None = None) -> asyncio.Future[None]:
        """Take it there; `known` ones were sent earlier. Done when it is on that backend no more.

        No await between its leaving the queue and this: the next one taken already knows of it.
        """
        self.dispatcher.hold(backend, job.needs)
        off: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._take(job.id, self._run(job, backend, known=known, off=off), backend.name)
        return off

    async def follow(self, job: Job, backend: Backend) -> None:
        """One that another process sent there, or this one before it lost the backend for a while."""
        await self.freed(job.id)
        await self.board.estimates.load(job.workflow)
        log.info("job %s is looked up on %s", job.id, backend.name)
        self.queue.begin(waiting(job))
        self.begin(waiting(job), backend, known=job)

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

    def deliver(self, job: Job, *, place: str | None = None) -> None:
        """Tell its person how it ended, unless that is under way; as whoever has `place`, else its backend."""
        if job.id not in self._hands:
            self._take(job.id, self._outbox.deliver(job), place or job.backend)

    def stop_here(self, job: Job) -> None:
        """Somebody asked another process to stop it."""
        self._start(job.id, self._stop(job))

    def has(self, job_id: str) -> bool:
        """Whether this process follows or delivers it."""
        return job_id in self._hands

    def place_of(self, job_id: str) -> str | None:
        """The backend that takes; None: it is about none."""
        return next((place for place in self._hands.get(job_id, {}).values() if place is not None), None)

    def let_go(self, place: str) -> list[str]:
        """At once nothing is done any more for jobs on that backend: another process may. Their ids."""
        ids = [job_id for job_id, tasks in self._hands.items() if place in tasks.values()]
        for job_id in ids:
            for task in self._hands[job_id]:
                task.cancel()
        return ids

    async def freed(self, job_id: str) -> None:
        """Until nothing is done for it any more."""
        while tasks := self._hands.get(job_id):
            await asyncio.wait(list(tasks))

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
        if self._works:
            log.info("stopping; %d jobs may finish within %.0f s", len(self._works), seconds)
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._works:
                    await asyncio.wait(self._works)
        log.info("stopping; %d jobs survive", len(self.queue) + len(self.board.runs))
        with suppress(TimeoutError):
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self.board.farewell()

    def message_gone(self, job: Job) -> None:
        """The person or a moderator deleted the job's message: the job is not wanted any more."""
        if not self.board.leaving:
            self._start(job.id, self._abandon(job))

    def suits(self, job: Job, backend: Backend) -> bool:
        """Whether that backend has, or may have, all that the job needs."""
        return self.dispatcher.can_run(waiting(job), backend)

    async def taken(self, job: Job) -> None:
        """It was taken from its backend: nobody follows it there any more, and it waits again or has ended."""
        for task in self._hands.get(job.id, ()):
            task.cancel()
        await self.freed(job.id)
        if job.state is JobState.WAITING:
            await self.submit(job)
        else:
            self.deliver(job)

    def rejoin(self, job_id: str, backend: Backend) -> bool:
        """Whether a job that waits is followed on that backend again, or is on it already."""
        light = self.queue.take(job_id)
        if light is not None:
            self.begin(light, backend)
        return self.place_of(job_id) == backend.name

    async def _deliver_freed(self, job: Job) -> None:
        """It may have been on its way to a backend when it was stopped, which finds so."""
        while self.has(job.id):
            await self.freed(job.id)
            latest = await self.store.get(job.id)
            if latest is None or latest.delivered:
                return
        self.deliver(job)

    async def _close_up(self, job: Job) -> None:
        """It is out of the queue, and its person's later ones are where the database has them."""
        self.queue.remove(job.id)
        self.queue.move(await self.store.turns(job.place.user_id))

    async def _resume(self, job: Job) -> None:
        backend = self.pool.get(job.backend)
        if backend is None:
            await self._requeue(job)
        else:
            log.info("job %s is looked up on %s", job.id, backend.name)
            await self.board.estimates.load(job.workflow)
            self._begin(waiting(job), backend, known=job)

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

    def _begin(self, job: Waiting, backend: Backend, known: Job | None = None) -> None:
        self.begin(job, backend, known=known)

    async def _run(self, light: Waiting, backend: Backend, *, known: Job | None, off: asyncio.Future[None]) -> None:
        try:
            job = await self._carry(light, backend, known=known)
            if job.state is JobState.WAITING:
                self.queue.put(waiting(job))
                await self._rest(backend)
        except Fenced:
            log.info("job %s has ended elsewhere", light.id)
            return
        finally:
            self.dispatcher.release(backend)
            if not off.done():
                off.set_result(None)
        if job.state is JobState.DONE and job.seconds is not None:
            self.board.estimates.learn(job.workflow, job.seconds)
        if job.state.ended:
            await self._outbox.deliver(job)

    async def _carry(self, light: Waiting, backend: Backend, *, known: Job | None) -> Job:
        """Off the board before it is in the queue again, where another backend may take it at once."""
        try:
            job = known or await self.store.get(light.id)
            if job is None:
                raise Fenced(light.id)
            return await self._follower.carry(job, backend, known=known is not None)
        finally:
            self.board.end(light.id)
            self.queue.end(light.id)

    async def _rest(self, backend: Backend) -> None:
        """A server that is up and was not reached all the same is left alone for a moment."""
        if backend.state is BackendState.UP:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._retry_seconds):
                    await backend.changed()

    async def _stop(self, job: Job) -> None:
        run, backend = self.board.runs.get(job.id), self.pool.get(job.backend)
        if run is not None:
            run.job = replace(run.job, cancelled_by=job.cancelled_by, reason=job.reason)
            self.board.show_run(run)
        if backend is not None:
            await self._follower.stop(job, backend)

    async def _abandon(self, job: Job) -> None:
        try:
            await self.cancel(job.id, job.place.user_id)
        except Fenced:
            log.debug("job %s had ended when its message was deleted", job.id)

    def _take(self, job_id: str, work: Coroutine[Any, Any, None], place: str | None) -> None:
        """The job is in our hands until it is done."""
        task = self._start(job_id, work)
        self._hands.setdefault(job_id, {})[task] = place

        def done(task: asyncio.Task[None]) -> None:
            self._hands[job_id].pop(task)
            if not self._hands[job_id]:
                del self._hands[job_id]
                self.on_freed(job_id)

        task.add_done_callback(done)

    def _start(self, job_id: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Work for one job: its own task, and nobody else's trouble."""
        task = self._group.create_task(self._guard(job_id, work), name=f"job {job_id}")
        self._works.add(task)
        task.add_done_callback(self._works.discard)
        return task

    async def _guard(self, job_id: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except Exception:  # the border of one job: a fault of ours must not take the others down
            log.exception("job %s is left as it is; the next start takes it up again", job_id)
