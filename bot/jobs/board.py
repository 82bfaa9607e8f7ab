"""Where every open job stands: its position, its expected end, and what its message should show."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from time import monotonic
from typing import Protocol

from bot.comfy.backend import Backend
from bot.comfy.events import Event
from bot.comfy.pool import Pool
from bot.jobs.delivery import Delivery, Note, Showing
from bot.jobs.estimates import Estimates, remaining
from bot.jobs.holds import Hold
from bot.jobs.job import Job, JobState
from bot.jobs.progress import Progress
from bot.jobs.queue import JobQueue
from bot.jobs.waiting import Waiting

#: what a person is told whose job is held
HELD = {Hold.PAUSED: Note.PAUSED, Hold.ENOUGH: Note.ENOUGH}

DRIFT = 5.0  # seconds by which an expected end may be off before a message is edited for that alone


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


@dataclass(frozen=True)
class Standing:
    """A job in our queue: how many come before it, ours and everybody's on the servers; seconds to its end.

    What is held comes before nobody, and when it begins is unknown.
    """

    job: Waiting
    position: int | None
    eta: float | None
    hold: Hold | None = None


class Kept(Protocol):
    """Where the whole of a waiting job is."""

    async def get(self, job_id: str) -> Job | None:
        """The job as it is now."""


class Board:
    """The open jobs of this process: those in the queue, and `runs` on a backend.

    `estimates` learns from those that end. `stopping` from when the process takes no more jobs, `leaving` from when it
    waits for none any longer.
    """

    def __init__(self, queue: JobQueue, pool: Pool, delivery: Delivery, estimates: Estimates, kept: Kept) -> None:
        self.runs: dict[str, Run] = {}
        self.stopping = False
        self.leaving = False
        self._queue = queue
        self._pool = pool
        self._delivery = delivery
        self._kept = kept
        self._ends: dict[str, float] = {}
        self.estimates = estimates
        #: which waiting jobs this process shows: in a fleet each gateway has its own
        self.shows: Callable[[Waiting], bool] = lambda job: True

    def begin(self, job: Job, backend: Backend, *, known: bool = False) -> Run:
        """The job is on its way to that backend, behind all it has; where a `known` one stands there it will tell."""
        progress = replace(Progress.of(job.graph), ahead=None if known else self._on_server(backend))
        run = self.runs[job.id] = Run(job, backend, progress)
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
        """How many jobs come before this one, ours and everybody's on the servers; None for unknown and held ones."""
        run = self.runs.get(job_id)
        if run is not None:
            return run.progress.ahead
        place = self._queue.position(job_id)
        return None if place is None else place + self._on_servers()

    def hold(self, job: Job) -> Hold | None:
        """Why a job in our queue must wait whatever comes before it."""
        light = self._queue.get(job.id)
        return None if light is None else self._queue.hold(light)

    def eta(self, job_id: str) -> float | None:
        """Seconds until the job's end, as far as earlier runs tell; None while its server is away."""
        run = self.runs.get(job_id)
        if run is not None:
            return self._eta_of_run(run)
        return next((standing.eta for standing in self.standings() if standing.job.id == job_id), None)

    def standings(self) -> Iterator[Standing]:
        """All of our queue, in order."""
        place, end = self._on_servers(), self._until_free() if self._pool.problem is None else None
        for job in self._queue:
            if (hold := self._queue.hold(job)) is not None:
                yield Standing(job, None, None, hold)
                continue
            end = _sum(end, self.estimates.of(job.workflow))
            yield Standing(job, place, end)
            place += 1

    def show_run(self, run: Run) -> None:
        """Its progress, and what the person should know besides."""
        trouble = run.backend.problem
        note = Note.OFFLINE if trouble is not None else Note.AGAIN if run.job.submits > 1 else None
        if run.job.cancelled_by is not None:
            note = Note.CANCELLING
        elif self.leaving:
            note = Note.STOPPING
        showing = Showing(run.progress, run.progress.ahead, self._eta_of_run(run), note, trouble)
        self._delivery.show(run.job, showing)

    async def show_waiting(self) -> None:
        """To everybody in the queue: their position, or why nothing moves."""
        for standing in list(self.standings()):
            await self._show_waiting(standing)

    async def redraw(self) -> None:
        """Whenever the order or a server changes, whoever it concerns sees it; until cancelled."""
        seen: dict[str, tuple[object, ...]] = {}
        last: object = type(None)
        while True:
            changes = [self._queue.changed(), self._pool.changed()]  # before looking: nothing is missed
            problem = type(self._pool.problem)
            before, seen = seen, {}
            moved: list[Standing] = []
            for standing in self.standings():
                job = standing.job
                seen[job.id] = (standing.position, standing.hold, job.submits, problem)
                if before.get(job.id) != seen[job.id] or self._moved(standing):
                    moved.append(standing)
            for standing in moved:
                await self._show_waiting(standing)
            self._ends = {job_id: end for job_id, end in self._ends.items() if job_id in seen}
            if problem is not last:
                for run in self.runs.values():
                    self.show_run(run)
            last = problem
            try:
                await asyncio.wait(changes, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for change in changes:
                    change.cancel()

    async def farewell(self) -> None:
        """Tell everybody whose job is not done that it survives; returns when they can read it."""
        self.stopping = self.leaving = True
        await self.show_waiting()
        for run in self.runs.values():
            self.show_run(run)
        ids = [*self._queue.order(), *self.runs]
        await asyncio.gather(*(self._delivery.flush(job_id) for job_id in ids))

    def _moved(self, standing: Standing) -> bool:
        """Whether its end is by now expected at quite another time than it was told."""
        told = self._ends.get(standing.job.id)
        if told is None or standing.eta is None:
            return told is not standing.eta
        return abs(monotonic() + standing.eta - told) > max(DRIFT, standing.eta / 4)

    async def _show_waiting(self, standing: Standing) -> None:
        if not self.shows(standing.job):
            return
        if standing.eta is None:
            self._ends.pop(standing.job.id, None)
        else:
            self._ends[standing.job.id] = monotonic() + standing.eta
        trouble = self._pool.problem
        note = Note.AGAIN if standing.job.submits else None
        if self.stopping:
            note = Note.STOPPING
        elif standing.hold is not None:
            note = HELD[standing.hold]
        elif trouble is not None:
            note = Note.OFFLINE
        job = await self._kept.get(standing.job.id)
        if job is None or job.state is not JobState.WAITING or job.id not in self._queue:
            return
        self._delivery.show(job, Showing(None, standing.position, standing.eta, note, trouble))

    def _on_servers(self) -> int:
        return sum(map(self._on_server, self._pool.backends))

    def _on_server(self, backend: Backend) -> int:
        """Prompts that are there already, ours and others'; what we sent counts before the server reports it."""
        ours = sum(run.backend is backend for run in self.runs.values())
        return max(backend.queue_remaining, ours)

    def _until_free(self) -> float | None:
        """Seconds until all that is on the backends has ended."""
        end: float | None = 0.0
        for run in self.runs.values():
            if run.backend.problem is not None:
                continue
            its = self._eta_of_run(run)
            end = None if end is None or its is None else max(end, its)
        return end

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


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other
