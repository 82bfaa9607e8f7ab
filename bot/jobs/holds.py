"""Which waiting jobs must not begin yet, and why."""

from __future__ import annotations

from collections.abc import Callable, Collection, Set
from enum import StrEnum

from bot.jobs.rules import UNLIMITED
from bot.jobs.waiting import Waiting

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

    Both are asked again after `forget` only. Somebody's jobs count per Discord server, direct messages as one.
    """

    def __init__(
        self,
        paused: Callable[[], Set[int]] = frozenset,
        running_limit: Callable[[Waiting], int] = lambda job: UNLIMITED,
    ) -> None:
        self._paused = paused
        self._running_limit = running_limit
        self._paused_now: Set[int] | None = None
        self._limits: dict[tuple[int | None, tuple[int, ...]], int] = {}

    def forget(self) -> None:
        """What servers set is something else now."""
        self._paused_now = None
        self._limits.clear()

    def of(self, job: Waiting, begun: Collection[Waiting]) -> Hold | None:
        """Why this one must wait whatever comes before it; None where its turn decides.

        `begun` are the jobs that were taken out of the queue and are neither back there nor over.
        """
        if self._paused_now is None:
            self._paused_now = self._paused()
        if job.guild_id in self._paused_now:
            return Hold.PAUSED
        limit = self._limit(job)
        if limit != UNLIMITED and sum(_whose(other) == _whose(job) for other in begun) >= limit:
            return Hold.ENOUGH
        return None

    def _limit(self, job: Waiting) -> int:
        """Kept by what it depends on: it is asked for every waiting job whenever one of them moves."""
        key = (job.guild_id, job.roles)
        if (known := self._limits.get(key)) is not None:
            return known
        if len(self._limits) >= MOST:
            self._limits.clear()
        limit = self._limits[key] = self._running_limit(job)
        return limit


def _whose(job: Waiting) -> tuple[int | None, int]:
    return (job.guild_id, job.user_id)
