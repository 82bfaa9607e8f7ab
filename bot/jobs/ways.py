"""Where a waiting job may go, and what keeps it from beginning there whatever comes before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.comfy.backend import Backend
from bot.comfy.pool import Pool
from bot.errors import BackendAsleep, BackendError, BackendPaused
from bot.jobs.waiting import Waiting
from bot.workflow.needs import Needs


@dataclass(frozen=True, slots=True)
class Way:
    """What keeps all jobs with some needs. `paid`: they go to paid backends only; `later`: to those too, in a while."""

    trouble: BackendError | None
    paid: bool
    later: bool


class Ways:
    """`fits` is whether a job with such needs may go to that backend; `may_pay` whether paid ones may have a job by
    now, and `dear` what keeps one from them that only they could run. Backends go by their number in the pool.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.fits: Callable[[Needs, Backend], bool] = lambda needs, backend: True
        self.may_pay: Callable[[Waiting], bool] = lambda job: False
        self.dear: Callable[[Waiting], BackendError | None] = lambda job: None

    def of(self, needs: Needs) -> tuple[int, ...]:
        """Those that may take it, as far as they are at work; paid ones where none of one's own is waited for."""
        backends = self._pool.backends
        found = [number for number, backend in enumerate(backends) if self._may_go(needs, backend)]
        own = [number for number in found if not backends[number].cost and backends[number].name not in self._pool.lost]
        at_work = [number for number in own or found if self.trouble(backends[number]) is None]
        return tuple(at_work or own or found)

    def trouble(self, backend: Backend) -> BackendError | None:
        """Why it gets nothing new now."""
        if backend.name in self._pool.paused:
            return BackendPaused(backend.name)
        return self._pool.problem_of(backend) or backend.busy

    def look(self) -> Callable[[Waiting], BackendError | None]:
        """What keeps each job at this moment; looked at once for all that need the same, mostly one object."""
        known: dict[int, Way] = {}

        def keeps(job: Waiting) -> BackendError | None:
            way = known.get(id(job.needs))
            if way is None:
                way = known[id(job.needs)] = self._way(job.needs)
            if way.trouble is None:
                return self.dear(job) if way.paid else None
            return None if way.later and self.may_pay(job) else way.trouble

        return keeps

    def _way(self, needs: Needs) -> Way:
        backends = [self._pool.backends[number] for number in self.of(needs)]
        paid = bool(backends) and all(backend.cost for backend in backends)
        others = (other for other in self._pool.backends if other.cost and self._may_go(needs, other))
        later = not paid and any(self.trouble(other) is None for other in others)
        return Way(_common([self.trouble(backend) for backend in backends]), paid, later)

    def _may_go(self, needs: Needs, backend: Backend) -> bool:
        return backend.name not in self._pool.leaving and self.fits(needs, backend)


def _common(troubles: Sequence[BackendError | None]) -> BackendError | None:
    """What keeps a job that may go to any of them: nothing where one has none, else what should end first."""
    known = [trouble for trouble in troubles if trouble is not None]
    return min(known, key=_lasts, default=None) if len(known) == len(troubles) else None


def _lasts(trouble: BackendError) -> int:
    return 0 if isinstance(trouble, BackendAsleep) else 2 if isinstance(trouble, BackendPaused) else 1
