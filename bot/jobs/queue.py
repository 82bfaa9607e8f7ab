"""Open jobs in order: who waits where, what begun jobs count, and who is woken when that changes."""

from __future__ import annotations

import asyncio
from bisect import bisect_left, insort
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from bot.jobs.holds import Hold
from bot.jobs.turns import Turn, after, closed_up, turn
from bot.jobs.waiting import Key, Waiting
from bot.workflow.needs import Needs

Holding = Callable[[Waiting, Collection[Waiting]], Hold | None]


@dataclass(frozen=True, slots=True)
class Promised:
    """A place that is kept for a job until it is put there."""

    id: str
    user_id: int
    tag: float
    first: bool
    cost: float
    created_at: datetime


class JobQueue:
    """The waiting jobs in order, and those that were taken out of it and are not over yet.

    A job for which `hold` has a reason keeps its place and is passed over. It may go by which of its person's jobs have
    begun; `release` says that other reasons may have come or gone.
    """

    def __init__(self, hold: Holding = lambda job, begun: None) -> None:
        self._hold = hold
        #: the virtual time
        self.now = 0.0
        self._order: list[Key] = []
        self._jobs: dict[str, Waiting] = {}
        self._lines: dict[int, list[Key]] = {}
        self._begun: dict[str, Waiting] = {}
        self._promised: dict[str, Promised] = {}
        self._held: dict[str, Hold] = {}
        #: those that are not held, by what they need
        self._free: dict[Needs, list[Key]] = {}
        self._watchers: set[asyncio.Future[None]] = set()

    def __len__(self) -> int:
        return len(self._order)

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._jobs

    def __iter__(self) -> Iterator[Waiting]:
        """Next one first."""
        return (self._jobs[key[3]] for key in self._order)

    @property
    def begun(self) -> Mapping[str, Waiting]:
        """Those that were taken and are open still, by id."""
        return MappingProxyType(self._begun)

    def turn(self, job_id: str, user_id: int, cost: float, created_at: datetime) -> Turn:
        """The place of one more job of that person, arriving now; it is kept until the job is put, or `forgo`."""
        mine: list[Waiting | Promised] = [job for job in self._begun.values() if job.user_id == user_id]
        mine += [*self._line(user_id), *self._promises(user_id)]
        finish = max((job.tag + job.cost for job in mine), default=None)
        found = turn(finish, floor=self._floor(user_id), second=self._second(user_id), now=self.now)
        self._promised[job_id] = Promised(job_id, user_id, found.tag, found.first, cost, created_at)
        return found

    def forgo(self, job_id: str) -> None:
        """What was promised will never be put."""
        self._promised.pop(job_id, None)

    def hold(self, job: Waiting) -> Hold | None:
        """Why this one must not begin, whatever comes before it."""
        return self._held.get(job.id) if job.id in self._jobs else self._hold(job, self._begun.values())

    def put(self, job: Waiting) -> None:
        """Let it wait in its place, where one was promised there; one that waits already is replaced."""
        promised = self._promised.pop(job.id, None)
        if promised is not None:
            job = replace(job, tag=promised.tag, first=promised.first)
        self._discard(job.id)
        begun = self._begun.pop(job.id, None)
        if begun is not None:
            self._judge(begun.user_id)
        insort(self._order, job.key)
        insort(self._lines.setdefault(job.user_id, []), job.key)
        self._jobs[job.id] = job
        self._sort_out(job)
        self.touch()

    def startable(self) -> Iterator[Waiting]:
        """Those that may begin, next one first."""
        return (job for job in self if job.id not in self._held)

    def take(self, job_id: str) -> Waiting | None:
        """Out of the line, to a backend; None when it is not in it."""
        job = self._jobs.get(job_id)
        if job is not None:
            self.begin(job)
        return job

    def begin(self, job: Waiting) -> None:
        """It is on a backend, as after a restart."""
        self._discard(job.id)
        if job.id in self._begun:
            return
        self._begun[job.id] = job
        self._judge(job.user_id)
        self.now = after(self.now, job, len(self._lines))
        self.touch()

    def end(self, job_id: str) -> None:
        """It is on no backend any more. Twice is once."""
        job = self._begun.pop(job_id, None)
        if job is not None:
            self._judge(job.user_id)
            self.touch()

    def remove(self, job_id: str) -> Waiting | None:
        """It was stopped before any backend had it: its person's later ones move up. None when it is not in the line.

        Also where it was taken a moment ago, or where its place was only promised.
        """
        waited = self._discard(job_id)
        gone = waited or self._begun.get(job_id) or self._promised.pop(job_id, None)
        self.end(job_id)
        if gone is None:
            return None
        mine: list[Waiting | Promised] = [*self._line(gone.user_id), *self._promises(gone.user_id)]
        later = sorted((job for job in mine if _place(job) > _place(gone)), key=_place)
        turns = closed_up(gone, later, sorted(self._firsts(gone.user_id)))
        self.move({job.id: moved for job, moved in zip(later, turns, strict=True)})
        self.touch()
        return waited

    def leave(self, job_id: str) -> None:
        """It is none of the open jobs any more; the others are where they were."""
        self._discard(job_id)
        self._promised.pop(job_id, None)
        self.end(job_id)
        self.touch()

    def move(self, turns: Mapping[str, Turn]) -> None:
        """These open jobs have these places now; others are as they were."""
        for job_id, (tag, first) in ((job_id, (found.tag, found.first)) for job_id, found in turns.items()):
            job = self._jobs.get(job_id)
            if job is not None:
                if (job.tag, job.first) != (tag, first):
                    self.put(replace(job, tag=tag, first=first))
            elif job_id in self._begun:
                self._begun[job_id] = replace(self._begun[job_id], tag=tag, first=first)
            elif job_id in self._promised:
                self._promised[job_id] = replace(self._promised[job_id], tag=tag, first=first)

    def release(self) -> None:
        """What was held may begin now, or some of it; or more is held."""
        self._held.clear()
        self._free.clear()
        for job in self:
            self._sort_out(job)
        self.touch()

    def position(self, job_id: str, of: Callable[[Needs], bool] = lambda needs: True) -> int | None:
        """How many come before it, without those that are held, and with such needs only.

        None when it is held itself or not in the line.
        """
        job = self._jobs.get(job_id)
        if job is None or job_id in self._held:
            return None
        return sum(bisect_left(keys, job.key) for needs, keys in self._free.items() if of(needs))

    def expects(self, job_id: str) -> bool:
        """Whether it waits in the line, or its place is kept."""
        return job_id in self._jobs or job_id in self._promised

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

    def _line(self, user_id: int) -> Iterable[Waiting]:
        return (self._jobs[key[-1]] for key in self._lines.get(user_id, ()))

    def _promises(self, user_id: int) -> Iterable[Promised]:
        return (promised for promised in self._promised.values() if promised.user_id == user_id)

    def _firsts(self, user_id: int) -> Iterable[float]:
        """The tags of others' first jobs that wait."""
        yield from (job.tag for job in self._jobs.values() if job.first and job.user_id != user_id)
        yield from (each.tag for each in self._promised.values() if each.first and each.user_id != user_id)

    def _floor(self, user_id: int) -> float:
        promised = [each.tag for each in self._promised.values() if each.first and each.user_id != user_id]
        jobs = (self._jobs[key[-1]] for key in reversed(self._order) if not key[1])
        return max([next((job.tag for job in jobs if job.user_id != user_id), 0.0), *promised])

    def _second(self, user_id: int) -> float:
        """The first tag of another's job that waits behind one of theirs which waits or is on a backend."""
        seen = {job.user_id for job in self._begun.values()} - {user_id}
        for job in self:
            if job.user_id in seen:
                return job.tag
            if job.user_id != user_id:
                seen.add(job.user_id)
        return float("inf")

    def _discard(self, job_id: str) -> Waiting | None:
        job = self._jobs.pop(job_id, None)
        if job is None:
            return None
        del self._order[bisect_left(self._order, job.key)]
        line = self._lines[job.user_id]
        line.remove(job.key)
        if not line:
            del self._lines[job.user_id]
        self._unsort(job)
        return job

    def _judge(self, user_id: int) -> None:
        """Others of that person's jobs may be held now."""
        for job in self._line(user_id):
            self._unsort(job)
            self._sort_out(job)

    def _sort_out(self, job: Waiting) -> None:
        hold = self._hold(job, self._begun.values())
        if hold is not None:
            self._held[job.id] = hold
        else:
            insort(self._free.setdefault(job.needs, []), job.key)

    def _unsort(self, job: Waiting) -> None:
        if self._held.pop(job.id, None) is not None:
            return
        keys = self._free[job.needs]
        del keys[bisect_left(keys, job.key)]
        if not keys:
            del self._free[job.needs]


def _place(job: Waiting | Promised) -> tuple[float, datetime, str]:
    return (job.tag, job.created_at, job.id)
