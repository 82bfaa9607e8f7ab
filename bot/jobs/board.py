"""Where every open job stands: its position, its expected end, and what its message should show."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import monotonic

from bot.comfy.backend import Backend
from bot.comfy.events import Event
from bot.comfy.pool import Pool
from bot.jobs.delivery import Delivery, Note, Showing
from bot.jobs.estimates import Estimates, remaining
from bot.jobs.job import Job
from bot.jobs.progress import Progress
from bot.jobs.queue import JobQueue


@dataclass
class Run:
    """A job on a backend, while it is followed. `began` is on the monotonic clock."""

    job: Job
    backend: Backend
    progress: Progress
    began: float = field(default_factory=monotonic)
    note: Note | None = None

    def follow(self, event: Event) -> None:
        """Fold one more event; the clock of the run starts when the server starts it."""
        waited = not self.progress.started
        self.progress = self.progress.after(event)
        if waited and self.progress.started:
            self.began = monotonic()


class Board:
    """The open jobs of this process: `waiting` in our queue, `runs` on a backend."""

    def __init__(self, queue: JobQueue, pool: Pool, delivery: Delivery, estimates: Estimates) -> None:
        self.waiting: dict[str, Job] = {}
        self.runs: dict[str, Run] = {}
        self.stopping = False
        self._queue = queue
        self._pool = pool
        self._delivery = delivery
        self._estimates = estimates

    def position(self, job_id: str) -> int | None:
        """How many jobs come before this one, ours and everybody's on the servers; None for unknown ones."""
        run = self.runs.get(job_id)
        if run is not None:
            return run.progress.ahead
        place = self._queue.position(job_id)
        return None if place is None else place + sum(map(self._on_server, self._pool.backends))

    def eta(self, job_id: str) -> float | None:
        """Seconds until the job's end, as far as earlier runs tell."""
        run = self.runs.get(job_id)
        if run is not None:
            return self._eta_of_run(run)
        order = self._queue.order()
        if job_id not in order:
            return None
        ahead = [self.waiting[other].workflow for other in order[: order.index(job_id) + 1] if other in self.waiting]
        return _sum([self._estimates.total(ahead), self._until_free()])

    def show_waiting(self, job: Job, note: Note | None = None) -> None:
        """Its position, or why nothing moves."""
        trouble = self._pool.problem
        if self.stopping:
            note = Note.STOPPING
        elif trouble is not None:
            note = Note.OFFLINE
        self._delivery.show(job, Showing(None, self.position(job.id), self.eta(job.id), note, trouble))

    def show_run(self, run: Run) -> None:
        """Its progress, and what the person should know besides."""
        note, trouble = run.note, run.backend.problem
        if note is None and trouble is not None:
            note = Note.OFFLINE
        showing = Showing(run.progress, run.progress.ahead, self._eta_of_run(run), note, trouble)
        self._delivery.show(run.job, showing)

    async def redraw(self) -> None:
        """Whenever the order or a server changes, everybody who waits sees the new position; until cancelled."""
        shown: dict[str, tuple[object, ...]] = {}
        while True:
            trouble = type(self._pool.problem)
            now = {job_id: (self.position(job_id), trouble) for job_id in self.waiting}
            for job_id, seen in now.items():
                if shown.get(job_id) != seen:
                    self.show_waiting(self.waiting[job_id])
            for run in self.runs.values() if trouble is not shown.get("", (None, None))[1] else ():
                self.show_run(run)
            shown = {**now, "": (None, trouble)}
            await self._changed()

    async def farewell(self) -> None:
        """Tell everybody whose job is not done that it survives; returns when they can read it."""
        self.stopping = True
        for job in self.waiting.values():
            self.show_waiting(job)
        for run in self.runs.values():
            run.note = Note.STOPPING
            self.show_run(run)
        await asyncio.gather(*(self._delivery.flush(job_id) for job_id in [*self.waiting, *self.runs]))

    async def _changed(self) -> None:
        waits = [asyncio.ensure_future(self._queue.changed())]
        waits += [asyncio.ensure_future(backend.changed()) for backend in self._pool.backends]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _on_server(self, backend: Backend) -> int:
        """Prompts that are there already, ours and others'; what we sent counts before the server reports it."""
        ours = sum(run.backend is backend for run in self.runs.values())
        return max(backend.queue_remaining, ours)

    def _until_free(self) -> float | None:
        ends = [self._eta_of_run(run) for run in self.runs.values()]
        return None if None in ends else max((end for end in ends if end is not None), default=0.0)

    def _eta_of_run(self, run: Run) -> float | None:
        usual = self._estimates.of(run.job.workflow)
        if run.progress.started:
            return remaining(usual=usual, elapsed=monotonic() - run.began, fraction=run.progress.fraction)
        return None if usual is None else usual * (1 + (run.progress.ahead or 0))


def _sum(parts: Iterable[float | None]) -> float | None:
    known = list(parts)
    return None if None in known else sum(part for part in known if part is not None)
