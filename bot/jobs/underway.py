"""What is done for each job right now: its tasks, and the backend that they take."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine
from typing import Any

from bot.jobs.hurry import answered

log = logging.getLogger(__name__)

REST_SECONDS = 1.0  # after a fault, before anybody meets the same one again


class Underway:
    """Each job's work is a task in `group`, and its faults are nobody else's trouble."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        #: how long a job stays in hand after a fault
        self.rest = REST_SECONDS
        self._all: set[asyncio.Task[None]] = set()
        #: who follows or delivers a job, and the backend that takes; None: none
        self._hands: dict[str, dict[asyncio.Task[None], str | None]] = {}
        #: told of a job for which nothing is done here any more
        self.on_freed: Callable[[str], None] = lambda job_id: None

    def __len__(self) -> int:
        return len(self._all)

    def has(self, job_id: str) -> bool:
        """Whether this process follows or delivers it."""
        return job_id in self._hands

    def tasks(self, job_id: str) -> Collection[asyncio.Task[None]]:
        """Those that follow or deliver it."""
        return frozenset(self._hands.get(job_id, ()))

    def place_of(self, job_id: str) -> str | None:
        """The backend that takes; None: it is about none."""
        return next((place for place in self._hands.get(job_id, {}).values() if place is not None), None)

    def take(self, job_id: str, work: Coroutine[Any, Any, None], place: str | None) -> asyncio.Task[None]:
        """The job is in our hands until that is done."""
        task = self.start(job_id, work)
        self._hands.setdefault(job_id, {})[task] = place

        def done(task: asyncio.Task[None]) -> None:
            self._hands[job_id].pop(task)
            if not self._hands[job_id]:
                del self._hands[job_id]
                self.on_freed(job_id)

        task.add_done_callback(done)
        return task

    def start(self, job_id: str, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Something beside that, such as a wish to stop it."""
        task = self._group.create_task(self._work(job_id, work), name=f"job {job_id}")
        self._all.add(task)
        task.add_done_callback(self._all.discard)
        task.add_done_callback(lambda _task: work.close())  # one that was broken off before its first step
        return task

    async def guard(self, job_id: str, work: Coroutine[Any, Any, None]) -> bool:
        """Whether it was done; it may fail."""
        answered()  # it outlives who asked for it
        try:
            await work
            return True
        except Exception:  # the border of one job: a fault of ours must not take the others down
            log.exception("job %s is left as it is for now; it is taken up again in a while", job_id)
            return False

    async def _work(self, job_id: str, work: Coroutine[Any, Any, None]) -> None:
        if not await self.guard(job_id, work):
            await asyncio.sleep(self.rest)

    def break_off(self, job_id: str) -> None:
        """Nobody is to follow or deliver it any more."""
        for task in self.tasks(job_id):
            task.cancel()

    def let_go(self, place: str) -> list[str]:
        """At once nothing is done any more for jobs on that backend: another process may. Their ids."""
        ids = [job_id for job_id, tasks in self._hands.items() if place in tasks.values()]
        for job_id in ids:
            self.break_off(job_id)
        return ids

    async def freed(self, job_id: str) -> None:
        """Until nothing is done for it any more."""
        while tasks := self.tasks(job_id):
            await asyncio.wait(tasks)

    async def over(self) -> None:
        """Until nothing is done for any."""
        while self._all:
            await asyncio.wait(self._all)
