"""Waiting jobs of this process: their order, their positions, and who is woken when they change."""

from __future__ import annotations

import asyncio
import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterator

from bot.jobs.holds import Hold
from bot.jobs.job import Job

Key = tuple[float, str]


def order_key(job: Job) -> Key:
    """What decides who comes first: the tag, then the id."""
    return (job.tag, job.id)


def next_tag(now: float, last: float) -> float:
    """The tag of a job that arrives now (seconds since the epoch): above the last one even if clocks go back."""
    return max(now, math.nextafter(last, math.inf))


class Turns:
    """Tags by virtual time: a person's further jobs stand as far apart as they take, so that nobody waits for all of
    somebody's before their first (start-time fair queueing). A weight of 2 halves the distance."""

    def __init__(self) -> None:
        self._last: dict[int, float] = {}

    def take(self, user_id: int, arrived: float, seconds: float, weight: float) -> float:
        """The tag of one more job of theirs that arrives now and takes so long."""
        tag = max(arrived, self._last.get(user_id, 0.0))
        self._last = {who: free for who, free in self._last.items() if free > arrived}
        self._last[user_id] = tag + seconds / weight
        return tag


class JobQueue:
    """Jobs in order. Whoever takes one when there is none waits; several takers are served in turn.

    A job for which `hold` has a reason keeps its place and is passed over; `release` says that reasons may have gone.
    """

    def __init__(self, hold: Callable[[Job], Hold | None] = lambda job: None) -> None:
        self.hold = hold
        self._order: list[Key] = []
        self._jobs: dict[str, Job] = {}
        self._takers: deque[asyncio.Future[None]] = deque()
        self._watchers: set[asyncio.Future[None]] = set()

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._jobs

    def put(self, job: Job) -> None:
        """Let it wait in its place; one that waits already is replaced."""
        self._discard(job.id)
        insort(self._order, order_key(job))
        self._jobs[job.id] = job
        if self.hold(job) is None:
            self._wake_taker()
        self.touch()

    def take_nowait(self) -> Job | None:
        """The first job that may begin; None when there is none."""
        job = next((job for job in self._in_order() if self.hold(job) is None), None)
        return None if job is None else self.remove(job.id)

    async def take(self) -> Job:
        """The first job that may begin, as soon as there is one."""
        while (job := self.take_nowait()) is None:
            await self._turn()
        return job

    def remove(self, job_id: str) -> Job | None:
        """Take this one out of the line; None when it is not in it."""
        job = self._discard(job_id)
        if job is not None:
            self.touch()
        return job

    def release(self) -> None:
        """What was held may begin now, or some of it: whoever takes looks again."""
        for taker in self._takers:
            if not taker.done():
                taker.set_result(None)
        self._takers.clear()
        self.touch()

    def position(self, job_id: str) -> int | None:
        """How many come before it, without those that are held; None when it is held itself or not in the line."""
        job = self._jobs.get(job_id)
        if job is None or self.hold(job) is not None:
            return None
        return sum(self.hold(self._jobs[other]) is None for _tag, other in self._order[: self._index(job)])

    def order(self) -> list[str]:
        """The ids, next one first."""
        return [job_id for _tag, job_id in self._order]

    def jobs(self) -> list[Job]:
        """The jobs, next one first."""
        return list(self._in_order())

    def changed(self) -> asyncio.Future[None]:
        """Done at the next change after this call, or at `touch()`; the caller's own, to be awaited or cancelled."""
        watcher = asyncio.get_running_loop().create_future()
        self._watchers.add(watcher)
        watcher.add_done_callback(self._watchers.discard)
        return watcher

    def touch(self) -> None:
        """Wake whoever watches, though the order is the same."""
        for watcher in self._watchers:
            if not watcher.done():
                watcher.set_result(None)

    def _discard(self, job_id: str) -> Job | None:
        job = self._jobs.pop(job_id, None)
        if job is not None:
            del self._order[self._index(job)]
        return job

    def _index(self, job: Job) -> int:
        return bisect_left(self._order, order_key(job))

    def _in_order(self) -> Iterator[Job]:
        return (self._jobs[job_id] for _tag, job_id in self._order)

    async def _turn(self) -> None:
        taker = asyncio.get_running_loop().create_future()
        self._takers.append(taker)
        try:
            await taker
        except asyncio.CancelledError:
            if taker in self._takers:
                self._takers.remove(taker)
            elif self._order:
                self._wake_taker()  # it was woken and leaves: the next in turn has the job
            raise

    def _wake_taker(self) -> None:
        while self._takers:
            taker = self._takers.popleft()
            if not taker.done():
                taker.set_result(None)
                return
