"""Where a waiting job may go, and what keeps it from beginning there whatever comes before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from bot.comfy.backend import Backend
from bot.comfy.pool import Pool
from bot.errors import BackendAsleep, BackendError, BackendPaused
from bot.jobs.waiting import Waiting
from bot.workflow.needs import Needs


class Ways:
    """`fits` is whether a job with such needs may go to that backend; `dear` why paid ones may not have a job that they
    could run. Backends go by their number in the pool.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self.fits: Callable[[Needs, Backend], bool] = lambda needs, backend: True
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

    def trouble_of(self, job: Waiting) -> BackendError | None:
        """What keeps that job."""
        backends = [self._pool.backends[number] for number in self.of(job.needs)]
        found = common([self.trouble(backend) for backend in backends])
        return found or (self.dear(job) if backends and all(backend.cost for backend in backends) else None)

    def _may_go(self, needs: Needs, backend: Backend) -> bool:
        return backend.name not in self._pool.leaving and self.fits(needs, backend)


def common(troubles: Sequence[BackendError | None]) -> BackendError | None:
    """What keeps a job that may go to any of them: nothing where one has none, else what should end first."""
    known = [trouble for trouble in troubles if trouble is not None]
    return min(known, key=_lasts, default=None) if len(known) == len(troubles) else None


def _lasts(trouble: BackendError) -> int:
    return 0 if isinstance(trouble, BackendAsleep) else 2 if isinstance(trouble, BackendPaused) else 1
