"""Jobs on their way: taken to a backend and followed there, or taken up where they are; then to who asked."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Collection
from contextlib import suppress

from bot.comfy.backend import Backend, BackendState
from bot.errors import Fenced
from bot.jobs.board import Board
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.follower import Follower
from bot.jobs.job import Job, JobState
from bot.jobs.outbox import Outbox
from bot.jobs.queue import JobQueue
from bot.jobs.store import Store
from bot.jobs.underway import Underway
from bot.jobs.waiting import Waiting, waiting

log = logging.getLogger(__name__)


class Carrier:
    """One task of `underway` for each job. A server that was not reached is left alone for `retry_seconds`."""

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        board: Board,
        *,
        dispatcher: Dispatcher,
        follower: Follower,
        outbox: Outbox,
        underway: Underway,
        retry_seconds: float,
    ) -> None:
        self._store = store
        self._queue = queue
        self._board = board
        self._dispatcher = dispatcher
        self._follower = follower
        self._outbox = outbox
        self._underway = underway
        self._retry_seconds = retry_seconds
        self._there: Counter[tuple[str, str]] = Counter()

    def begin(self, job: Waiting, backend: Backend) -> asyncio.Future[None]:
        """Take it there. Done when it is on that backend no more.

        No await between its leaving the queue and this: the next one taken already knows of it.
        """
        off = self._hold(job, backend)
        task = self._underway.take(job.id, self._run(job, backend, off), backend.name)
        task.add_done_callback(lambda _task: _done(off))
        return off

    def look_after(self, job: Job, backend: Backend) -> None:
        """One there that another process had, or this one before it lost the backend for a while.

        It is in our hands at once, and goes on when what was done for it before is over.
        """
        earlier = self._underway.tasks(job.id)
        if job.state.ended:
            self._underway.take(job.id, self._deliver_after(earlier, job), backend.name)
            return
        off = self._hold(waiting(job), backend)
        task = self._underway.take(job.id, self._follow_after(earlier, job, backend, off), backend.name)
        task.add_done_callback(lambda _task: _done(off))

    def is_on(self, job_id: str, backend: Backend) -> bool:
        """Whether it is followed there, or on its way there; not one that is only delivered as that backend's."""
        return self._there[job_id, backend.name] > 0

    def deliver(self, job: Job, *, place: str | None = None) -> None:
        """Tell its person how it ended, unless that is under way; as whoever has `place`, else its backend."""
        if not self._underway.has(job.id):
            self._underway.take(job.id, self._outbox.deliver(job), place or job.backend)

    def _hold(self, job: Waiting, backend: Backend) -> asyncio.Future[None]:
        """It has a place there until that is done."""
        self._dispatcher.hold(backend, job.needs)
        self._there[job.id, backend.name] += 1
        off: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        off.add_done_callback(lambda _off: self._release(job.id, backend))
        return off

    def _release(self, job_id: str, backend: Backend) -> None:
        self._dispatcher.release(backend)
        self._there -= Counter([(job_id, backend.name)])  # what is 0 is kept no longer

    async def _deliver_after(self, earlier: Collection[asyncio.Task[None]], job: Job) -> None:
        await _over(earlier)
        await self._outbox.deliver(job)

    async def _follow_after(
        self, earlier: Collection[asyncio.Task[None]], job: Job, backend: Backend, off: asyncio.Future[None]
    ) -> None:
        await _over(earlier)
        await self._board.estimates.load(job.workflow)
        log.info("job %s is looked up on %s", job.id, backend.name)
        self._queue.begin(waiting(job))
        await self._run(waiting(job), backend, off, known=job)

    async def _run(
        self, light: Waiting, backend: Backend, off: asyncio.Future[None], *, known: Job | None = None
    ) -> None:
        try:
            job = await self._carry(light, backend, known=known)
            if job.state is JobState.WAITING:
                self._queue.put(waiting(job))
                await self._rest(backend)
        except Fenced:
            log.info("job %s has ended elsewhere", light.id)
            return
        finally:
            _done(off)
        if job.state is JobState.DONE and job.seconds is not None:
            self._board.estimates.learn(job.workflow, job.seconds)
        if job.state.ended:
            await self._outbox.deliver(job)

    async def _carry(self, light: Waiting, backend: Backend, *, known: Job | None) -> Job:
        """Off the board before it is in the queue again, where another backend may take it at once."""
        try:
            job = known or await self._store.get(light.id)
            if job is None:
                raise Fenced(light.id)
            return await self._follower.carry(job, backend, known=known is not None)
        finally:
            self._board.end(light.id)
            self._queue.end(light.id)

    async def _rest(self, backend: Backend) -> None:
        """A server that is up and was not reached all the same is left alone for a moment."""
        if backend.state is BackendState.UP:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._retry_seconds):
                    await backend.changed()


async def _over(tasks: Collection[asyncio.Task[None]]) -> None:
    if tasks:
        await asyncio.wait(tasks)


def _done(future: asyncio.Future[None]) -> None:
    """Twice is once."""
    if not future.done():
        future.set_result(None)
