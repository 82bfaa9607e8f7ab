"""Where every open job stands: its position, its expected end, and what its message should show."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from time import monotonic
from typing import Protocol

from bot.comfy.backend import Backend
from bot.comfy.events import Event
from bot.comfy.pool import Pool
from bot.errors import BackendError
from bot.jobs.delivery import Delivery, Note, Showing
from bot.jobs.estimates import Estimates, remaining
from bot.jobs.forecast import Forecast, Lane, Standing
from bot.jobs.holds import Hold
from bot.jobs.job import Job, JobState
from bot.jobs.progress import Progress
from bot.jobs.queue import JobQueue
from bot.jobs.waiting import Waiting
from bot.jobs.ways import Ways

#: what a person is told whose job is held
HELD = {Hold.PAUSED: Note.PAUSED, Hold.ENOUGH: Note.ENOUGH}

FAREWELLS = 20  # of those who wait: Discord takes no more edits in the time there is


@dataclass
class Run:
    """A job on a backend, while it is followed. `began` is on the monotonic clock."""

    job: Job
    backend: Backend
    progress: Progress
    began: float = field(default_factory=monotonic)

    def follow(self, event: Event) -> None:
        """Fold one more event; the clock of the run starts when the server starts it."""
        waited = not self.progress.started
        self.progress = self.progress.after(event)
        if waited and self.progress.started:
            self.began = monotonic()


class Kept(Protocol):
    """Where the whole of a waiting job is."""

    async def get(self, job_id: str) -> Job | None:
        """The job as it is now."""


class Board:
    """The open jobs of this process: those in the queue, and `runs` on a backend.

    `estimates` learns from those that end. `stopping` from when the process takes no more jobs, `leaving` from when it
    waits for none any longer. `ways` is where each may go.
    """

    def __init__(self, queue: JobQueue, pool: Pool, delivery: Delivery, estimates: Estimates, kept: Kept) -> None:
        self.runs: dict[str, Run] = {}
        self.stopping = False
        self.leaving = False
        self.estimates = estimates
        self.ways = Ways(pool)
        #: which waiting jobs this process shows: in a fleet each gateway has its own
        self.shows: Callable[[Waiting], bool] = lambda job: True
        #: called with the id of a job that was taken to a backend
        self.on_begin: Callable[[str], object] = lambda job_id: None
        self._queue = queue
        self._pool = pool
        self._delivery = delivery
        self._kept = kept

    def begin(self, job: Job, backend: Backend, *, known: bool = False) -> Run:
        """The job is on its way to that backend, behind all it has; where a `known` one stands there it will tell."""
        progress = replace(Progress.of(job.graph), ahead=None if known else self._on_server(backend))
        run = self.runs[job.id] = Run(job, backend, progress)
        self.on_begin(job.id)
        self.show_run(run)
        return run

    def end(self, job_id: str) -> None:
        """The job is not there any more."""
        if self.runs.pop(job_id, None) is not None:
            self.touch()

    def touch(self) -> None:
        """Positions may be others now."""
        self._queue.touch()

    def position(self, job_id: str) -> int | None:
        """How many may come before this one, ours and everybody's on the servers; None for unknown and held ones.

        On several backends those count that may go, or are, where this one may go.
        """
        run = self.runs.get(job_id)
        if run is not None:
            return run.progress.ahead
        job = self._queue.get(job_id)
        if job is None:
            return None
        mine = set(self.ways.of(job.needs))
        place = self._queue.position(job_id, lambda needs: not mine.isdisjoint(self.ways.of(needs)))
        return None if place is None else place + sum(self._on_server(self._pool.backends[number]) for number in mine)

    def hold(self, job: Job) -> Hold | None:
        """Why a job in our queue must wait whatever comes before it."""
        light = self._queue.get(job.id)
        return None if light is None else self._queue.hold(light)

    def trouble(self, job_id: str) -> BackendError | None:
        """What keeps a job from beginning anywhere, whatever comes before it, or is wrong where it is."""
        run = self.runs.get(job_id)
        if run is not None:
            return run.backend.problem
        job = self._queue.get(job_id)
        return None if job is None else self.ways.look()(job)

    def eta(self, job_id: str) -> float | None:
        """Seconds until the job's end, as far as earlier runs tell; None while its server is away."""
        return self.etas([job_id])[job_id]

    def etas(self, job_ids: Collection[str]) -> dict[str, float | None]:
        """The same of several, in one pass."""
        etas: dict[str, float | None] = dict.fromkeys(job_ids)
        etas |= {job_id: self._eta_of_run(self.runs[job_id]) for job_id in etas if job_id in self.runs}
        left = {job_id for job_id in etas if job_id in self._queue}
        for standing in self.standings() if left else ():
            if standing.job.id in left:
                etas[standing.job.id] = standing.eta
                left.discard(standing.job.id)
            if not left:
                break
        return etas

    def standings(self, jobs: Iterable[Waiting] | None = None) -> Iterator[Standing]:
        """All of our queue, in order; or of `jobs`, which are all of it at some time."""
        lanes = [self._lane(backend) for backend in self._pool.backends]
        forecast = Forecast(lanes, self.ways.of, self.estimates.of, self.ways.look())
        return forecast.standings(self._queue if jobs is None else jobs, self._queue.hold)

    def show_run(self, run: Run) -> None:
        """Its progress, and what the person should know besides."""
        trouble = run.backend.problem
        note = Note.OFFLINE if trouble is not None else _history(run.job, run.job.submits > 1)
        if run.job.cancelled_by is not None:
            note = Note.CANCELLING
        elif self.leaving:
            note = Note.STOPPING
        showing = Showing(run.progress, run.progress.ahead, self._eta_of_run(run), note, trouble)
        self._delivery.show(run.job, showing)

    def note(self, standing: Standing) -> Note | None:
        """What whoever waits should know besides their place."""
        if self.stopping:
            return Note.STOPPING
        if standing.hold is not None:
            return HELD[standing.hold]
        if standing.trouble is not None:
            return Note.OFFLINE
        return _history(standing.job, standing.job.submits > 0)

    async def show_waiting(self, standing: Standing, *, last: bool = False) -> None:
        """To one who waits: their position, or why nothing moves; the `last` time what stays true."""
        if not self.shows(standing.job):
            return
        job = await self._kept.get(standing.job.id)
        if job is None or job.state is not JobState.WAITING or job.id not in self._queue:
            return
        if last:
            showing = Showing(note=Note.UNCOUNTED)
        else:
            showing = Showing(None, standing.position, standing.eta, self.note(standing), standing.trouble)
        self._delivery.show(job, showing)

    async def farewell(self, most: int = FAREWELLS) -> None:
        """Tell those whose job is not done that it survives, the next ones first; returns when they can read it."""
        self.stopping = self.leaving = True
        waiting = list(islice(self.standings(), most))
        for standing in waiting:
            await self.show_waiting(standing)
        for run in self.runs.values():
            self.show_run(run)
        ids = [*(standing.job.id for standing in waiting), *self.runs]
        await asyncio.gather(*(self._delivery.flush(job_id) for job_id in ids))

    def _lane(self, backend: Backend) -> Lane:
        mine = [run for run in self.runs.values() if run.backend is backend]
        prompts = self._on_server(backend)
        if self.ways.trouble(backend) is not None:
            return Lane(prompts, [None])
        if backend.cost:  # a service works on all of them at once
            ends = [self._eta_of_run(run) for run in mine]
            return Lane(prompts, [*ends, *[0.0] * max(0, backend.slots - len(mine))])
        ends = [self._eta_of_run(run) for run in mine]
        end = None if None in ends else max([end or 0.0 for end in ends], default=0.0)
        before = max([(run.progress.ahead or 0) + 1 for run in mine], default=0)
        return Lane(prompts, [end], strangers=max(0, prompts - max(before, len(mine))))

    def _on_server(self, backend: Backend) -> int:
        """Prompts that are there already, ours and others'; what we sent counts before the server reports it."""
        ours = sum(run.backend is backend for run in self.runs.values())
        return max(backend.queue_remaining, ours)

    def _eta_of_run(self, run: Run) -> float | None:
        if run.backend.problem is not None:
            return None
        usual = self.estimates.of(run.job.workflow)
        if run.progress.started:
            return remaining(usual=usual, elapsed=monotonic() - run.began, fraction=run.progress.fraction)
        return _sum(self._until_turn(run), usual)

    def _until_turn(self, run: Run) -> float | None:
        """Seconds until a job that was sent begins: what ours before it need, and others' as if they were like it."""
        mine = [other for other in self.runs.values() if other.backend is run.backend]
        before = mine[: mine.index(run)]
        others = max(0, (run.progress.ahead or 0) - len(before))
        usual = self.estimates.of(run.job.workflow)
        ours = self._eta_of_run(before[-1]) if before else 0.0
        return ours if not others else _sum(ours, None if usual is None else usual * others)


def _history(job: Job | Waiting, again: bool) -> Note | None:
    """What became of it before, on another server or the same."""
    return Note.MOVED if job.moved else Note.AGAIN if again else None


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other
