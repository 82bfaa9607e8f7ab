"""Backends that stay away: their jobs go to others, and what they still run is stopped once they are back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import aclosing, suppress
from datetime import datetime
from time import monotonic
from typing import Protocol

from bot.comfy.backend import Backend, BackendState
from bot.comfy.events import Settled
from bot.comfy.pool import Pool
from bot.errors import BackendUnreachable
from bot.jobs.job import Job, JobState
from bot.jobs.moving import PLACED, held_by, move
from bot.jobs.store import Store
from bot.jobs.strays import Stray, drop, strays_of
from bot.tasks import survive

log = logging.getLogger(__name__)

LOST_SECONDS = 300.0  # where nobody says otherwise
LOOK = 1.0  # seconds between looks at one that is to go
AGAIN = 5.0  # seconds until a stray that has not ended is asked to stop once more


class Hands(Protocol):
    """What this needs of who has the jobs in hand."""

    def suits(self, job: Job, backend: Backend) -> bool:
        """Whether that backend has, or may have, all that the job needs."""

    async def taken(self, job: Job) -> None:
        """It was taken from its backend: nobody follows it there any more; it waits, or has ended."""

    def rejoin(self, job_id: str, backend: Backend) -> bool:
        """Whether a job that waits is followed on that backend again, or is on it already."""


class Absence:
    """`seconds` is how long jobs wait for a backend. `sleeps` says of one that is away whether it only sleeps and
    nobody wakes it: nothing is to be expected of it meanwhile.

    A job leaves a backend only where another is there that can run it, or where somebody wants it stopped.
    """

    def __init__(
        self,
        store: Store,
        pool: Pool,
        hands: Hands,
        *,
        seconds: float,
        now: Callable[[], datetime],
        sleeps: Callable[[Backend], bool] = lambda backend: False,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._store = store
        self._pool = pool
        self._hands = hands
        self._seconds = seconds
        self.sleeps = sleeps
        self._now = now
        self._clock = clock
        #: which ones this process looks after
        self.mine: Callable[[Backend], bool] = lambda backend: True
        self._since: dict[str, float] = {}
        self._up: set[str] = set()
        self._group = asyncio.TaskGroup()
        #: what is being stopped: jobs by id, with the backend, where they must not go meanwhile
        self.stopping: set[tuple[str, str]] = set()

    async def serve(self) -> None:
        """Until cancelled."""
        async with self._group:
            while True:
                change = self._pool.changed()
                try:
                    await survive("looking at servers that are away", self._look())
                    async with asyncio.timeout(self._soonest()):
                        await change
                except TimeoutError:
                    continue
                finally:
                    change.cancel()

    def add(self, backend: Backend) -> None:
        """One more, from now on."""
        self._pool.add(backend)

    async def retire(self, backend: Backend) -> None:
        """It is to be ours no longer: it gets nothing new and ends what it runs; what has not begun there goes to
        others, and all of it where nobody can reach it. Returns when it is none of the pool's any more, or not this
        process's to look after.
        """
        self._pool.leaving.add(backend.name)
        self._pool.touch()
        while self.mine(backend) and self._pool.get(backend.name) is backend:
            change = self._pool.changed()
            if await survive(f"taking {backend.name} out", self._let_out(backend)):
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK):
                        await change
            change.cancel()

    async def _let_out(self, backend: Backend) -> None:
        if await self._is_empty(backend):
            await self._pool.remove(backend.name)

    async def _is_empty(self, backend: Backend) -> bool:
        up = backend.state is BackendState.UP
        if not up:
            self._pool.lost.add(backend.name)
        states = frozenset({JobState.SUBMITTED}) if up else PLACED
        name, now = backend.name, self._now()
        moved = self._store.transact(lambda connection: move(connection, name, now, states=states, away=not up))
        await self._tell(await moved)
        if up:
            await self._collect(backend)
        left = await self._store.transact(lambda connection: held_by(connection, name))
        return not left and not any(other == name for _job_id, other in self.stopping)

    async def _look(self) -> None:
        mine = [backend for backend in self._pool.backends if self.mine(backend)]
        for backend in mine:
            if backend.state is BackendState.UP:
                self._is_back(backend)
            else:
                self._up.discard(backend.name)
                self._is_away(backend)
        for name in self._since.keys() - {backend.name for backend in mine}:
            del self._since[name]
        for backend in mine:
            if backend.name in self._pool.lost:
                await self._give_away(backend)

    def _is_back(self, backend: Backend) -> None:
        self._since.pop(backend.name, None)
        if backend.name in self._pool.lost:
            log.info("%s is back", backend.name)
            self._pool.lost.discard(backend.name)
            self._pool.touch()
        if backend.name not in self._up:
            self._up.add(backend.name)
            self._group.create_task(self._collect_all(backend), name=f"strays of {backend.name}")

    def _is_away(self, backend: Backend) -> None:
        """Counted from when it was seen to be; for one that sleeps from when somebody wakes it."""
        if self.sleeps(backend):
            self._since.pop(backend.name, None)
            return
        since = self._since.setdefault(backend.name, self._clock())
        known = backend.problem is not None
        if known and backend.name not in self._pool.lost and self._clock() - since >= self._seconds:
            log.warning("%s has been away for %.0f s: what others can run goes to them", backend.name, self._seconds)
            self._pool.lost.add(backend.name)
            self._pool.touch()

    async def _give_away(self, backend: Backend) -> None:
        others = [other for other in self._pool.backends if other is not backend and self._pool.takes(other)]
        name, now = backend.name, self._now()

        def wanted(job: Job) -> bool:
            return any(self._hands.suits(job, other) for other in others)

        await self._tell(await self._store.transact(lambda connection: move(connection, name, now, wanted=wanted)))

    async def _tell(self, moved: list[Job]) -> None:
        for job in moved:
            await self._hands.taken(job)

    async def _collect_all(self, backend: Backend) -> None:
        if not await survive(f"looking for what {backend.name} runs still", self._collect(backend)):
            self._up.discard(backend.name)
            self._pool.touch()

    async def _collect(self, backend: Backend) -> None:
        """What was left there: a job that waits still is followed there; what another backend has by now is stopped."""
        for stray in await self._store.transact(lambda connection: strays_of(connection, backend.name)):
            leaves = backend.name in self._pool.leaving
            if (stray.job_id, backend.name) in self.stopping or (
                not leaves and self._hands.rejoin(stray.job_id, backend)
            ):
                continue
            self._group.create_task(self._stop(backend, stray), name=f"stray {stray.job_id}")

    async def _stop(self, backend: Backend, stray: Stray) -> None:
        key = (stray.job_id, backend.name)
        self.stopping.add(key)
        log.info("job %s is stopped on %s, which another backend has by now", stray.job_id, backend.name)
        try:
            await self._ended(backend, stray)
            with suppress(BackendUnreachable):  # a paid one forgets by itself
                await backend.forget([stray.job_id])
            await self._store.transact(lambda connection: drop(connection, stray))
        except BackendUnreachable as problem:
            log.info("job %s may still run on %s: %s", stray.job_id, backend.name, problem.reason)
        except Exception:  # it is stopped again when that backend was away once more, or at the next start
            log.exception("job %s may still run on %s", stray.job_id, backend.name)
        finally:
            self.stopping.discard(key)
            self._pool.touch()

    async def _ended(self, backend: Backend, stray: Stray) -> None:
        """Asked to stop until it has ended, or is unknown. What came of it is nobody's."""

        async def follow() -> None:
            events = backend.run({}, stray.job_id, known=True, remote_id=stray.remote_id)
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, Settled):
                        return

        following = asyncio.create_task(follow())
        try:
            await asyncio.wait([following], timeout=0)  # from here on it takes events in
            while not following.done():  # a wish that nobody follows would stop what is sent there later
                await backend.cancel(stray.job_id, remote_id=stray.remote_id)
                await asyncio.wait([following], timeout=AGAIN)
            following.result()
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError, BackendUnreachable):
                await following

    def _soonest(self) -> float | None:
        """Seconds until one has been away long enough; None where nothing is to come."""
        waiting = [since for name, since in self._since.items() if name not in self._pool.lost]
        return max(0.02, min(waiting) + self._seconds - self._clock()) if waiting else None
