"""Which waiting jobs may go to a paid backend: what would wait too long for one's own, and is within the budget."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from time import monotonic

from bot.comfy.backend import Backend, BackendState
from bot.comfy.pool import Pool
from bot.errors import BudgetGone
from bot.jobs.board import Board, Run
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.estimates import USUAL_SECONDS, remaining
from bot.jobs.ledger import Ledger
from bot.jobs.queue import JobQueue
from bot.jobs.store import utc_now
from bot.jobs.waiting import Waiting
from bot.tasks import survive

LOOK = 5.0  # seconds between looks: time alone makes jobs too old, and takes spending out of the day
AT_ONCE = 2_000  # jobs that are looked at: where they take no time at all, none waits long


class Overflow:
    """The further rules of `dispatcher`. `seconds` is what jobs wait at most while there is room in the budget."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        pool: Pool,
        queue: JobQueue,
        board: Board,
        ledger: Ledger,
        *,
        seconds: float,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._dispatcher = dispatcher
        self._pool = pool
        self._queue = queue
        self._board = board
        self._ledger = ledger
        self._seconds = seconds
        self._clock = clock
        dispatcher.may_open, dispatcher.may_take = self.is_open, self.may_take
        board.ways.may_pay, board.ways.dear = self.may_pay, self.dear
        self._soon: frozenset[str] = frozenset()
        self._changed: asyncio.Future[None] | None = None
        self._looked = 0.0

    async def serve(self) -> None:
        """Have the dispatcher look again now and then; until cancelled."""
        while True:
            await asyncio.sleep(LOOK)
            if any(backend.cost for backend in self._pool.backends) and len(self._queue):
                await survive("looking what paid servers have cost", self._ledger.load())
                self._pool.touch()

    def is_open(self, backend: Backend) -> bool:
        """Whether it may have anything at all now."""
        return not backend.cost or self._ledger.is_open

    def may_take(self, job: Waiting, backend: Backend) -> bool:
        """Whether it may have that job now. One's own may always."""
        return not backend.cost or self.may_pay(job)

    def may_pay(self, job: Waiting) -> bool:
        """Whether any paid one may have it now."""
        if self.dear(job) is not None:
            return False
        own = self._own(job)
        if not own:
            return True
        if any(self._works(backend) for backend in own):
            return job.id not in self._begin_soon()
        return (self._clock() - job.created_at).total_seconds() > self._seconds

    def dear(self, job: Waiting) -> BudgetGone | None:
        """That the budget does not allow for that job now."""
        affordable = self._ledger.is_open and self._ledger.affords(job.workflow, self.usual(job.workflow))
        return None if affordable else BudgetGone()

    def usual(self, workflow: str) -> float:
        """The seconds a job of it takes."""
        return self._board.estimates.of(workflow) or USUAL_SECONDS

    def _own(self, job: Waiting) -> list[Backend]:
        """Which of one's own could run it, there or away for a moment."""
        own = (backend for backend in self._pool.present if not backend.cost)
        return [backend for backend in own if self._dispatcher.can_run(job, backend)]

    def _works(self, backend: Backend) -> bool:
        return backend.state is BackendState.UP and backend.name not in self._pool.paused

    def _begin_soon(self) -> frozenset[str]:
        """The jobs that one's own begin in time; looked at anew when the queue changed, and every second."""
        now = monotonic()
        if self._changed is None or self._changed.done() or now - self._looked > 1:
            if self._changed is not None:
                self._changed.cancel()
            self._changed, self._looked = self._queue.changed(), now
            free = {b.name: self._until_free(b) for b in self._pool.backends if not b.cost and self._works(b)}
            self._soon = soon(self._queue.startable(), free, self._places, self.usual, self._seconds)
        return self._soon

    def _places(self, job: Waiting) -> list[str]:
        return [backend.name for backend in self._own(job)]

    def _until_free(self, backend: Backend) -> float:
        """Seconds until all that is there has ended; prompts of others count as the usual."""
        runs = [run for run in self._board.runs.values() if run.backend is backend]
        others = max(self._dispatcher.crew(backend).held, backend.queue_remaining) - len(runs)
        return sum(map(self._left, runs)) + max(0, others) * USUAL_SECONDS

    def _left(self, run: Run) -> float:
        usual = self.usual(run.job.workflow)
        if not run.progress.started:
            return usual
        return remaining(usual=usual, elapsed=monotonic() - run.began, fraction=run.progress.fraction) or 0.0


def soon(
    jobs: Iterable[Waiting],
    free: Mapping[str, float],
    places: Callable[[Waiting], list[str]],
    seconds: Callable[[str], float],
    within: float,
) -> frozenset[str]:
    """Ids of those that begin within so many seconds, each on the first backend that is free of those it has `places`
    on; `free` says in how many seconds each is.
    """
    ends = dict(free)
    found: set[str] = set()
    for looked, job in enumerate(jobs):
        if looked >= AT_ONCE or not ends or min(ends.values()) > within:
            break
        able = [name for name in places(job) if name in ends]
        if not able:
            continue
        first = min(able, key=ends.__getitem__)
        if ends[first] <= within:
            found.add(job.id)
            ends[first] += seconds(job.workflow)
    return frozenset(found)
