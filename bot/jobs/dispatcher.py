"""Which waiting job goes to which backend next: where its nodes and models are, its models warm, then the freest."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass, field
from itertools import islice
from time import monotonic

from bot.comfy.backend import Backend
from bot.comfy.pool import Pool
from bot.jobs.queue import JobQueue
from bot.jobs.waiting import Waiting
from bot.workflow.needs import Fitness, Needs, fitness

AHEAD = 16  # of the order that are looked at: a job whose models are warm may overtake within these
PATIENCE = 20.0  # seconds a job may be overtaken for that, and wait for a backend whose models are warm


def may_take_all(job: Waiting, backend: Backend) -> bool:
    """Any backend may take any job."""
    return True


def may_open_all(backend: Backend) -> bool:
    """Any backend may be given something."""
    return True


@dataclass
class Crew:
    """What the dispatcher knows of one backend: our prompts there, and the models it loaded last."""

    backend: Backend
    held: int = 0
    loaded: frozenset[str] = field(default_factory=frozenset)

    @property
    def free(self) -> int:
        """How many more prompts it may have; jobs attached to after a restart may be more than it has slots."""
        return max(0, self.backend.slots - self.held)


class Dispatcher:
    """Decides, and remembers what is where; `begin` takes a job that was taken out of the queue to its backend.

    `may_open` and `may_take` are further rules: whether that backend may have anything now, and that job. Looks again
    when `queue` or `pool` change.
    """

    def __init__(
        self,
        queue: JobQueue,
        pool: Pool,
        begin: Callable[[Waiting, Backend], None],
        *,
        may_take: Callable[[Waiting, Backend], bool] = may_take_all,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._queue = queue
        self._pool = pool
        self._begin = begin
        self.may_take = may_take
        self.may_open: Callable[[Backend], bool] = may_open_all
        #: a job's id and a backend's name: that one must not go there now
        self.barred: Set[tuple[str, str]] = frozenset()
        self._clock = clock
        self._crews: dict[str, Crew] = {}
        self._overtaken: dict[str, float] = {}
        self._overtakers: dict[str, set[int]] = {}
        self._fitness: dict[tuple[Needs, str], tuple[object, Fitness]] = {}

    async def serve(self) -> None:
        """Give jobs to backends as they have room; until cancelled."""
        while True:
            waits = [self._queue.changed(), self._pool.changed()]
            self.assign()
            try:
                await asyncio.wait(waits, timeout=self._soonest(), return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()

    def assign(self) -> None:
        """All that can begin now begins."""
        while (pair := self._pair(self._open())) is not None:
            job, backend = pair
            self._overtaken.pop(job.id, None)
            self._queue.take(job.id)
            self._begin(job, backend)

    def choose(self, backend: Backend, own: str | None = None) -> Waiting | None:
        """The job that backend should have next, if it may have one at all; where nothing is warm, the `own` one, as
        others look after theirs.
        """
        pair = self._pair([backend] if self._is_open(backend) else [])
        if pair is None or own is None or self._is_warm(*pair):
            return None if pair is None else pair[0]
        ahead = islice(self._options([backend]), AHEAD)
        return next((job for job, _places in ahead if job.id == own), pair[0])

    def freer(self, job: Waiting, backend: Backend) -> bool:
        """Whether another one takes that job too, costs no more and has nothing to do, while this one has."""
        others = (other for other in self._pool.backends if other is not backend and other.cost <= backend.cost)
        return self.crew(backend).held > 0 and any(
            self._pool.takes(other)
            and not self.crew(other).held
            and not other.queue_remaining
            and self._may_go(job, other)
            for other in others
        )

    def hold(self, backend: Backend, needs: Needs | None = None) -> None:
        """One more prompt of ours is there, and loads what it needs."""
        crew = self.crew(backend)
        crew.held += 1
        if needs is not None and needs.loaded:
            crew.loaded = needs.loaded

    def release(self, backend: Backend) -> None:
        """One has ended."""
        self.crew(backend).held -= 1
        self._queue.touch()

    def crew(self, backend: Backend) -> Crew:
        """What is known of it."""
        crew = self._crews.get(backend.name)
        if crew is None or crew.backend is not backend:
            crew = self._crews[backend.name] = Crew(backend)
        return crew

    def fits(self, job: Waiting, backend: Backend) -> bool:
        """Whether no other backend, there or away for a moment, meets what it needs better; a dearer one only counts
        where this one cannot run it at all."""
        return self.suits(job.needs, backend)

    def suits(self, needs: Needs, backend: Backend) -> bool:
        """The same for a job with such needs. What it cannot run waits for one that can, however long that is away."""
        own = self._how_well(needs, backend)
        if own is Fitness.UNFIT:
            return all(self._how_well(needs, other) is Fitness.UNFIT for other in self._pool.staying)
        rivals = [other for other in self._pool.present if other.cost <= backend.cost]
        return own is max(self._how_well(needs, other) for other in [backend, *rivals])

    def can_run(self, job: Waiting, backend: Backend) -> bool:
        """Whether it has, or may have, all that it needs."""
        return self._how_well(job.needs, backend) is not Fitness.UNFIT

    def _open(self) -> list[Backend]:
        return [backend for backend in self._pool.backends if self._is_open(backend)]

    def _is_open(self, backend: Backend) -> bool:
        return self._pool.takes(backend) and self.crew(backend).free > 0 and self.may_open(backend)

    def _pair(self, backends: Sequence[Backend]) -> tuple[Waiting, Backend] | None:
        """The next job and where it goes; a job with warm models may go before others, for a while."""
        if not backends:
            return None
        options = list(islice(self._options(backends), AHEAD))
        if not options:
            return None
        now = self._clock()
        head, places = options[0]
        if now - self._overtaken.get(head.id, now) >= PATIENCE:
            return head, self._best(head, places)
        pairs = [(job, self._best(job, its)) for job, its in options]
        jobs = [job for job, _backend in pairs]
        may_go = (number for number, pair in enumerate(pairs) if self._is_warm(*pair))
        warm = next((number for number in may_go if self._may_overtake(jobs[number], jobs[:number])), 0)
        for job in jobs[:warm]:
            self._overtaken.setdefault(job.id, now)
            self._overtakers.setdefault(job.id, set()).add(jobs[warm].user_id)
        return pairs[warm]

    def _may_overtake(self, job: Waiting, passed: Sequence[Waiting]) -> bool:
        """Whether nobody is passed by two of its person's, nobody's first by another's further job, and none of its
        person's own: that would be before whoever comes next, beside the one that passed it.
        """
        if any(other.user_id == job.user_id for other in passed):
            return False
        again = (job.user_id in self._overtakers.get(other.id, ()) for other in passed)
        return not any(again) and (job.first or not any(other.first for other in passed))

    def _options(self, backends: Sequence[Backend]) -> Iterable[tuple[Waiting, list[Backend]]]:
        for job in self._queue.startable():
            places = [backend for backend in backends if self._may_go(job, backend)]
            if places:
                yield job, places

    def _may_go(self, job: Waiting, backend: Backend) -> bool:
        barred = (job.id, backend.name) in self.barred
        return not barred and self.fits(job, backend) and self.may_take(job, backend)

    def _is_warm(self, job: Waiting, backend: Backend) -> bool:
        return bool(job.needs.loaded) and job.needs.loaded == self.crew(backend).loaded

    def _best(self, job: Waiting, backends: Iterable[Backend]) -> Backend:
        """The cheapest; of these one with nothing to do, its models warm if possible; else a warm one; the freest."""

        def rank(backend: Backend) -> tuple[float, bool, bool, int]:
            busy = self.crew(backend).held
            return (backend.cost, busy > 0, not self._is_warm(job, backend), max(busy, backend.queue_remaining))

        return min(backends, key=rank)

    def _how_well(self, needs: Needs, backend: Backend) -> Fitness:
        if backend.lacks and not backend.lacks.isdisjoint(needs.nodes | needs.loaded):
            return Fitness.UNFIT
        known = self._fitness.get((needs, backend.name))
        if known is not None and known[0] is backend.catalogue:
            return known[1]
        if len(self._fitness) > 10_000:
            self._fitness.clear()
        found = fitness(needs, backend.catalogue)
        self._fitness[needs, backend.name] = backend.catalogue, found
        return found

    def _soonest(self) -> float | None:
        """Seconds until a job has been overtaken long enough, with something open; None: nothing to wait for."""
        self._overtaken = {job_id: since for job_id, since in self._overtaken.items() if job_id in self._queue}
        self._overtakers = {job_id: by for job_id, by in self._overtakers.items() if job_id in self._overtaken}
        if not self._overtaken:
            return None
        return max(0.05, min(self._overtaken.values()) + PATIENCE - self._clock())
