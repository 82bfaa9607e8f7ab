"""Which waiting jobs must not begin yet, and why."""

from __future__ import annotations

from collections.abc import Callable, Set
from enum import StrEnum

from bot.jobs.job import Job
from bot.jobs.rules import UNLIMITED


class Hold(StrEnum):
    """Why a job keeps its place and does not begin."""

    #: a moderator paused its server
    PAUSED = "paused"
    #: its person has as many on ComfyUI already as they may
    ENOUGH = "enough"


class Holds:
    """`paused` says which servers are; `running_limit` how many jobs this one's person may have on ComfyUI, 0: any.

    Somebody's jobs count per Discord server, direct messages as one. A job counts from the moment it is taken out of
    the queue until it is back there or has ended.
    """

    def __init__(
        self,
        paused: Callable[[], Set[int]] = frozenset,
        running_limit: Callable[[Job], int] = lambda job: UNLIMITED,
    ) -> None:
        self._paused = paused
        self._running_limit = running_limit
        self._begun: dict[str, tuple[int | None, int]] = {}

    def of(self, job: Job) -> Hold | None:
        """Why this one must wait whatever comes before it; None where its turn decides."""
        if job.place.guild_id in self._paused():
            return Hold.PAUSED
        limit = self._running_limit(job)
        if limit != UNLIMITED and self._count(job) >= limit:
            return Hold.ENOUGH
        return None

    def begin(self, job: Job) -> None:
        """It left the queue for a backend."""
        self._begun[job.id] = _whose(job)

    def end(self, job_id: str) -> None:
        """It is there no longer. Twice is once."""
        self._begun.pop(job_id, None)

    def _count(self, job: Job) -> int:
        mine = _whose(job)
        return sum(whose == mine for whose in self._begun.values())


def _whose(job: Job) -> tuple[int | None, int]:
    return (job.place.guild_id, job.place.user_id)
