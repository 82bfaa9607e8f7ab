"""Who may show a job now: the gateway that its server belongs to while it waits, whoever holds its backend after."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Callable, Coroutine
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Fenced
from bot.jobs.changes import newest, write
from bot.jobs.delivery import Leave
from bot.jobs.job import JobState
from bot.jobs.queue import JobQueue
from bot.jobs.runner import Runner
from bot.jobs.signals import Kind, tell
from bot.jobs.store import Store
from bot.jobs.tables import jobs
from bot.jobs.waiting import Waiting

log = logging.getLogger(__name__)


class FleetRights:
    """`left` is how many seconds a backend is surely this process's; `shows` which waiting jobs it shows."""

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        runner: Runner,
        *,
        left: Callable[[str], float],
        shows: Callable[[Waiting], bool],
    ) -> None:
        self._store = store
        self._queue = queue
        self._runner = runner
        self._left = left
        self._shows = shows
        self._looking: set[asyncio.Task[None]] = set()

    def ask(self, job_id: str) -> Leave | None:
        """To edit its message, in so many seconds; None: another process shows it."""
        waiting = self._queue.get(job_id)
        if self._runner.underway.has(job_id):
            place = self._runner.underway.place_of(job_id)
            if place is None:
                return Leave(math.inf)
            left = self._left(place)
            return Leave(left, lambda: self._returned(job_id, place)) if left > 0 else None
        if waiting is not None and self._shows(waiting):
            return Leave(math.inf, lambda: self._start(self._look(job_id)))
        return None

    async def close(self) -> None:
        """What is looked up still is looked up."""
        if self._looking:
            await asyncio.wait(self._looking, timeout=2)

    def _returned(self, job_id: str, place: str) -> None:
        """It came back, or was broken off: where the backend is another's by now, it may have come too late."""
        if self._left(place) <= 0:
            self._start(redraw(self._store, job_id))

    async def _look(self, job_id: str) -> None:
        """Somebody may have claimed it, and shown that, before our edit arrived: only the database knows."""

        async def read(connection: AsyncConnection) -> str | None:
            return await connection.scalar(select(jobs.c.state).where(jobs.c.id == job_id))

        if await self._store.transact(read) not in {None, JobState.WAITING.value}:
            await redraw(self._store, job_id)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_quietly(work), name="look after an edit")
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)


async def redraw(store: Store, job_id: str) -> None:
    """Whoever shows that job does it once more; how it ended is delivered again, which is the same edit."""

    async def work(connection: AsyncConnection) -> None:
        job = await newest(connection, job_id)
        if job.state.ended and job.delivered:
            await write(connection, job, {"delivered_at": None})
        await tell(connection, Kind.DRAW, job_id)

    log.info("job %s is drawn again: an edit of ours may have come too late", job_id)
    await store.transact(work)


async def _quietly(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except Fenced:
        log.debug("it was forgotten meanwhile")
    except Exception:  # it is for the looks alone
        log.exception("an edit could not be looked after")
