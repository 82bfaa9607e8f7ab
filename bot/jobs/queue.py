"""Open jobs in order: who waits where, what begun jobs count, and who is woken when that changes."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType

from bot.jobs.holds import Hold
from bot.jobs.turns import Turn, after, turn
from bot.jobs.waiting import Key, Waiting

Holding = Callable[[Waiting, Collection[Waiting]], Hold | None]


class JobQueue:
    """The waiting jobs in order, and those that were taken out of it and are not over yet.

    A job for which `hold` has a reason keeps its place and is passed over; `release` says that reasons may have gone.
    """

    def __init__(self, hold: Holding = lambda job, begun: None) -> None:
        self._hold = hold
        #: the virtual time
        self.now = 0.0
        self._order: list[Key] = []
        self._jobs: dict[str, Waiting] = {}
        self._lines: dict[int, list[Key]] = {}
        self._begun: dict[str, Waiting] = {}
        self._promised: dict[int, list[float]] = {}
        self._watchers: set[asyncio.Future[None]] = set()

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._jobs

    def __iter__(self) -> Iterator[Waiting]:
        """Next one first."""
        return (self._jobs[key[-1]] for key in self._order)

    @property
    def begun(self) -> Mapping[str, Waiting]:
        """Those that were taken and are open still, by id."""
        return MappingProxyType(self._begun)

    def turn(self, user_id: int, cost: float) -> Turn:
        """The place of one more job of that person, arriving now; it is theirs until it is put, or `forgo`."""
        mine = [job for job in self._begun.values() if job.user_id == user_id]
        mine += [self._jobs[key[-1]] for key in self._lines.get(user_id, ())]
        finished = [job.tag + job.cost for job in mine] + self._promised.get(user_id, [])
        others = (line for other, line in self._lines.items() if other != user_id)
        heads = ([self._jobs[key[-1]] for key in line[:2]] for line in others)
        found = turn(max(finished, default=None), heads, self.now)
        self._promised[user_id] = [found.tag + cost]
        return found

    def forgo(self, user_id: int) -> None:
        """What was promised to that person is in the queue, or will never be."""
        self._promised.pop(user_id, None)

    def hold(self, job: Waiting) -> Hold | None:
        """Why this one must not begin, whatever comes before it."""
        return self._hold(job, self._begun.values())

    def put(self, job: Waiting) -> None:
        """Let it wait in its place; one that waits already is replaced."""
        self._discard(job.id)
        self._begun.pop(job.id, None)
        self.forgo(job.user_id)
        insort(self._order, job.key)
        insort(self._lines.setdefault(job.user_id, []), job.key)
        self._jobs[job.id] = job
        self.touch()

    def startable(self) -> Iterator[Waiting]:
        """Those that may begin, next one first."""
        return (job for job in self if self.hold(job) is None)

    def take(self, job_id: str) -> Waiting | None:
        """Out of the line, to a backend; None when it is not in it."""
        job = self._discard(job_id)
        if job is not None:
            self.begin(job)
        return job

    def begin(self, job: Waiting) -> None:
        """It is on a backend, as after a restart."""
        self._discard(job.id)
        if job.id in self._begun:
            return
        self._begun[job.id] = job
        self.now = after(self.now, job, len(self._lines))
        self.touch()

    def end(self, job_id: str) -> None:
        """It is on no backend any more. Twice is once."""
        if self._begun.pop(job_id, None) is not None:
            self.touch()

    def remove(self, job_id: str) -> Waiting | None:
        """Take this one out of the line, for good: its person's later ones move up. None when it is not in it."""
        job = self._discard(job_id)
        if job is None:
            return None
        mine = [self._jobs[key[-1]] for key in self._lines.get(job.user_id, ())]
        for later in [other for other in mine if (other.tag, other.created_at) > (job.tag, job.created_at)]:
            self.put(replace(later, tag=later.tag - job.cost))
        self.touch()
        return job

    def release(self) -> None:
        """What was held may begin now, or some of it."""
        self.touch()

    def position(self, job_id: str) -> int | None:
        """How many come before it, without those that are held; None when it is held itself or not in the line."""
        job = self._jobs.get(job_id)
        if job is None or self.hold(job) is not None:
            return None
        before = self._order[: bisect_left(self._order, job.key)]
        return sum(self.hold(self._jobs[key[-1]]) is None for key in before)

    def get(self, job_id: str) -> Waiting | None:
        """The waiting job of that id."""
        return self._jobs.get(job_id)

    def order(self) -> list[str]:
        """The ids, next one first."""
        return [key[-1] for key in self._order]

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

    def _discard(self, job_id: str) -> Waiting | None:
        job = self._jobs.pop(job_id, None)
        if job is None:
            return None
        del self._order[bisect_left(self._order, job.key)]
        line = self._lines[job.user_id]
        line.remove(job.key)
        if not line:
            del self._lines[job.user_id]
        return job
