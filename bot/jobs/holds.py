"""Which waiting jobs must not begin yet, and why."""

from __future__ import annotations

from collections.abc import Callable, Set
from enum import StrEnum

from bot.jobs.job import Job
from bot.jobs.rules import UNLIMITED

MOST = 10_000  # limits that are kept


class Hold(StrEnum):
    """Why a job keeps its place and does not begin."""

    #: a moderator paused its server
    PAUSED = "paused"
    #: its person has as many on ComfyUI already as they may
    ENOUGH = "enough"


class Holds:
    """`paused` says which servers are; `running_limit` how many jobs this one's person may have on ComfyUI, going by
    its server and their roles; 0: any.

    Both are asked again after `forget` only. Somebody's jobs count per Discord server, direct messages as one. A job
    counts from the moment it is taken out of the queue until it is back there or has ended.
    """

    def __init__(
        self,
        paused: Callable[[], Set[int]] = frozenset,
        running_limit: Callable[[Job], int] = lambda job: UNLIMITED,
    ) -> None:
        self._paused = paused
        self._running_limit = running_limit
        self._begun: dict[str, tuple[int | None, int]] = {}
        self._paused_now: Set[int] | None = None
        self._limits: dict[tuple[int | None, tuple[int, ...]], int] = {}

    def forget(self) -> None:
        """What servers set is something else now."""
        self._paused_now = None
        self._limits.clear()

    def of(self, job: Job) -> Hold | None:
        """Why this one must wait whatever comes before it; None where its turn decides."""
        if self._paused_now is None:
            self._paused_now = self._paused()
        if job.place.guild_id in self._paused_now:
            return Hold.PAUSED
        limit = self._limit(job)
        if limit != UNLIMITED and self._count(job) >= limit:
            return Hold.ENOUGH
        return None

    def begin(self, job: Job) -> None:
        """It left the queue for a backend."""
        self._begun[job.id] = _whose(job)

    def end(self, job_id: str) -> None:
        """It is there no longer. Twice is once."""
        self._begun.pop(job_id, None)

    def _limit(self, job: Job) -> int:
        """Kept by what it depends on: it is asked for every waiting job whenever one of them moves."""
        key = (job.place.guild_id, job.place.roles)
        if (known := self._limits.get(key)) is not None:
            return known
        if len(self._limits) >= MOST:
            self._limits.clear()
        limit = self._limits[key] = self._running_limit(job)
        return limit

    def _count(self, job: Job) -> int:
        mine = _whose(job)
        return sum(whose == mine for whose in self._begun.values())


def _whose(job: Job) -> tuple[int | None, int]:
    return (job.place.guild_id, job.place.user_id)
