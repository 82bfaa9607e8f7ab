"""Waiting jobs go to a backend, are followed, and their outcome is delivered; a restart picks all of it up."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from time import time
from typing import Any

from bot.comfy.backend import Backend, BackendState
from bot.comfy.events import Accepted, Event, Executing, ExecutionCached, ExecutionStart, Output, ProgressState, Settled
from bot.comfy.pool import Pool
from bot.errors import BackendUnreachable, Fenced, JobFailed, JobLost, NoOutputs, WorkflowError
from bot.jobs.board import Board, Run
from bot.jobs.delivery import Delivery, DeliveryDelayed, Note
from bot.jobs.estimates import Estimates
from bot.jobs.job import Job, JobState
from bot.jobs.progress import Progress
from bot.jobs.queue import JobQueue, next_tag
from bot.jobs.store import Store, utc_now
from bot.workflow.binding import Facts, Placed, place
from bot.workflow.library import Library

log = logging.getLogger(__name__)

SLOTS = 2  # one prompt runs and one waits on each server, so that it never idles; the rest is ours to order
DAY = 24 * 3600.0  # seconds
SUBMITS = 2  # a job the server forgot is sent once more
STARTED = (ExecutionStart, ExecutionCached, Executing, ProgressState)


class Runner:
    """One per process. `serve()` runs until cancelled; everything else may be called while it does."""

    def __init__(
        self,
        *,
        store: Store,
        queue: JobQueue,
        pool: Pool,
        library: Library,
        delivery: Delivery,
        data_dir: Path,
        keep_days: int = 400,
        retry_seconds: float = 5.0,
    ) -> None:
        self.store = store
        self.queue = queue
        self.pool = pool
        self.estimates = Estimates(store)
        self.board = Board(queue, pool, delivery, self.estimates)
        self._library = library
        self._delivery = delivery
        self._data_dir = data_dir
        self._keep_days = keep_days
        self._retry_seconds = retry_seconds
        self._slots = {backend.name: _Slots(SLOTS) for backend in pool.backends}
        self._tasks: set[asyncio.Task[None]] = set()
        self._tag = 0.0
        self._dispatchers: list[asyncio.Task[None]] = []

    async def serve(self) -> None:
        """Resume what an earlier process left, then take jobs as backends have room."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            for job in await self.store.undelivered():
                self._spawn(self._deliver(job))
            for job in await self.store.unfinished():
                await self._resume(job)
            for backend in self.pool.backends:
                group.create_task(backend.serve(), name=f"backend {backend.name}")
                self._dispatchers.append(group.create_task(self._dispatch(backend), name=f"dispatch {backend.name}"))
            group.create_task(self.board.redraw(), name="positions")
            group.create_task(self._prune(), name="pruning")

    def next_tag(self) -> float:
        """The place in the queue of a job that arrives now: behind all others."""
        self._tag = next_tag(time(), self._tag)
        return self._tag

    async def submit(self, job: Job) -> None:
        """Put a stored job into the queue."""
        await self.estimates.load(job.workflow)
        self.board.waiting[job.id] = job
        self.queue.put(job)
        if self.board.stopping:
            self.board.show_waiting(job)

    async def cancel(self, job_id: str, by: int) -> Job:
        """Stop a job in whatever state it is. Raises `Fenced` where it has ended already.

        A waiting job is out at once; for one on a server this returns when the request is on its way, and the outcome
        follows when the server confirms.
        """
        for _attempt in range(3):
            job = await self.store.get(job_id)
            if job is None or job.state.ended:
                break
            try:
                job = await self.store.cancel_request(job, by)
            except Fenced:
                continue  # it went from waiting to the server in between
            await self._cancelled(job)
            return job
        raise Fenced(job_id)

    async def drain(self, seconds: float) -> None:
        """Take no more jobs, let running ones finish for a while, and tell the rest that they survive."""
        self.board.stopping = True
        for dispatcher in self._dispatchers:
            dispatcher.cancel()
        for job in self.board.waiting.values():
            self.board.show_waiting(job)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)
        log.info("stopping; %d jobs survive", len(self.board.waiting) + len(self.board.runs))
        await self.board.farewell()

    def message_gone(self, job: Job) -> None:
        """The person or a moderator deleted the job's message: the job is not wanted any more."""
        if not self.board.stopping:
            self._spawn(self._abandon(job))

    async def _prune(self) -> None:
        """Once a day: forget old jobs, and remove the files that went with them."""
        while True:
            pruned = await self.store.prune(before=utc_now() - timedelta(days=self._keep_days))
            await asyncio.to_thread(self._remove, pruned.files)
            await asyncio.sleep(DAY)

    def _remove(self, files: Iterable[str]) -> None:
        for path in (self._data_dir / file for file in files):
            path.unlink(missing_ok=True)
            if path.parent.is_dir() and not any(path.parent.iterdir()):
                path.parent.rmdir()

    async def _dispatch(self, backend: Backend) -> None:
        slots = self._slots[backend.name]
        while True:
            await slots.room()
            await backend.wait_up()
            job = await self.queue.take()
            if backend.state is not BackendState.UP:
                self.queue.put(job)
                continue
            slots.hold()
            self.board.waiting.pop(job.id, None)
            self._spawn(self._run(job, backend))

    async def _resume(self, job: Job) -> None:
        await self.estimates.load(job.workflow)
        backend = self.pool.get(job.backend)
        if job.state is JobState.WAITING or backend is None:
            await self._wait_again(job)
            return
        log.info("job %s is looked up on %s", job.id, backend.name)
        self._slots[backend.name].hold()
        self._spawn(self._run(job, backend, known=True))

    async def _run(self, job: Job, backend: Backend, *, known: bool = False) -> None:
        try:
            ended = await self._carry(job, backend, known=known)
        finally:
            self.board.runs.pop(job.id, None)
            self._slots[backend.name].release()
            self.queue.touch()
        if ended is not None:
            await self._deliver(ended)

    async def _carry(self, job: Job, backend: Backend, *, known: bool) -> Job | None:
        """The ended job; None where it waits again or somebody else ended it."""
        try:
            job = job if known else await self.store.claim(job, backend.name)
            return await self._follow(job, backend, known=known)
        except Fenced:
            return None
        except BackendUnreachable:
            await self._wait_again(await self._latest(job))
            return None
        except JobFailed as failure:
            return await self._fail(job, failure)
        except WorkflowError:
            log.exception("job %s: its workflow cannot be used any more", job.id)
            return await self._fail(job, JobFailed())
        except Exception:  # the border of one job: a fault of ours must not take the others down
            log.exception("job %s failed inside the bot", job.id)
            return await self._fail(job, JobFailed())

    async def _follow(self, job: Job, backend: Backend, *, known: bool) -> Job | None:
        run = self.board.runs[job.id] = Run(job, backend, Progress.of(job.graph))
        self.board.show_run(run)
        placed = Placed(job.graph, job.used) if known else await self._place(job, backend)
        if placed.used != job.used:
            run.job = await self.store.change(run.job, used=placed.used)
        async with aclosing(backend.run(placed.graph, job.id, known=known)) as events:
            if known and job.cancelled_by is not None:
                await self._stop(run)
            async for event in events:
                run.follow(event)
                if isinstance(event, Settled):
                    return await self._settle(run, event)
                await self._take_note(run, event)
                self.board.show_run(run)
        raise BackendUnreachable(backend.name, "its events ended")

    async def _place(self, job: Job, backend: Backend) -> Placed:
        uploads = {}
        for key, path in job.files.items():
            data = await asyncio.to_thread((self._data_dir / path).read_bytes)
            uploads[key] = await backend.upload(data, f"{job.id}-{key}{Path(path).suffix}")
        workflow = self._library.workflows.get(job.workflow)
        defaults = {o.name: o.default for o in workflow.manifest.options if o.default is not None} if workflow else {}
        facts = Facts(catalogue=backend.catalogue, uploads=uploads, prefix=f"easel/{job.id}")
        placed = place(job.graph, facts, workflow=workflow, values=job.values)
        return replace(placed, used={**defaults, **job.values, **placed.used})

    async def _take_note(self, run: Run, event: Event) -> None:
        if isinstance(event, Accepted):
            if event.warnings:
                run.job = await self.store.change(run.job, outcome=replace(run.job.outcome, warnings=event.warnings))
            if run.note is Note.CANCELLING:
                await self._stop(run)  # asked between the claim and the server's answer
        elif isinstance(event, STARTED) and run.job.state is JobState.SUBMITTED:
            run.job = await self.store.change(run.job, state=JobState.RUNNING)
            self.queue.touch()

    async def _settle(self, run: Run, event: Settled) -> Job | None:
        job = await self._latest(run.job)
        log.info("job %s %s on %s", job.id, event.result, run.backend.name)
        if event.result == "lost" and job.cancelled_by is None:
            return await self._lost(job)
        if event.result == "done" and not _stopped_by_another(job):
            return await self._done(job, event)
        if event.result == "failed" and not _stopped_by_another(job):
            return await self._fail(job, event.failure or JobFailed())
        return await self.store.change(job, state=JobState.CANCELLED)

    async def _done(self, job: Job, event: Settled) -> Job | None:
        if not event.outputs:
            return await self._fail(job, NoOutputs())
        outcome = replace(job.outcome, outputs=event.outputs)
        job = await self.store.change(job, state=JobState.DONE, outcome=outcome, seconds=event.seconds)
        if event.seconds is not None:
            self.estimates.learn(job.workflow, event.seconds)
        return job

    async def _lost(self, job: Job) -> Job | None:
        if job.submits >= SUBMITS:
            return await self._fail(job, JobLost())
        log.warning("job %s is unknown to %s; it is sent again", job.id, job.backend)
        await self._wait_again(job, note=Note.AGAIN)
        return None

    async def _fail(self, job: Job, failure: JobFailed) -> Job | None:
        try:
            job = await self._latest(job)
            outcome = replace(job.outcome, failure=failure)
            return await self.store.change(job, state=JobState.FAILED, outcome=outcome)
        except Fenced:
            return None

    async def _wait_again(self, job: Job, note: Note | None = None) -> None:
        if job.cancelled_by is not None:
            self._spawn(self._deliver(await self.store.change(job, state=JobState.CANCELLED)))
            return
        if job.state is not JobState.WAITING:
            job = await self.store.change(job, state=JobState.WAITING)
        self.board.waiting[job.id] = job
        self.queue.put(job)
        self.board.show_waiting(job, note)

    async def _latest(self, job: Job) -> Job:
        """The job as stored, with what was written beside the run (its message, a wish to stop it)."""
        latest = await self.store.get(job.id)
        if latest is None or latest.fence != job.fence:
            raise Fenced(job.id)
        return latest

    async def _cancelled(self, job: Job) -> None:
        if job.state.ended:
            self.queue.remove(job.id)
            self.board.waiting.pop(job.id, None)
            self._spawn(self._deliver(job))
            return
        run = self.board.runs.get(job.id)
        if run is not None:
            run.job = replace(run.job, cancelled_by=job.cancelled_by)
            run.note = Note.CANCELLING
            self.board.show_run(run)
            await self._stop(run)

    async def _stop(self, run: Run) -> None:
        try:
            await run.backend.cancel(run.job.id)
        except BackendUnreachable:
            log.info("job %s will be stopped when %s is back", run.job.id, run.backend.name)

    async def _abandon(self, job: Job) -> None:
        try:
            await self.cancel(job.id, job.place.user_id)
        except Fenced:
            log.debug("job %s had ended when its message was deleted", job.id)

    async def _deliver(self, job: Job) -> None:
        backend = self.pool.get(job.backend)

        async def fetch(output: Output, ceiling: int) -> bytes:
            if backend is None:
                raise BackendUnreachable(job.backend or "?")
            return await backend.fetch(output, ceiling=ceiling)

        wait = self._retry_seconds
        while True:
            try:
                await self._delivery.deliver(job, fetch)
                break
            except (DeliveryDelayed, BackendUnreachable) as delay:
                log.warning("job %s is not delivered yet: %s", job.id, delay)
            await asyncio.sleep(wait)
            wait = min(wait * 2, 60.0)
        await self.store.deliver(job)
        log.info("job %s delivered (%s)", job.id, job.state)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._group.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _stopped_by_another(job: Job) -> bool:
    """A moderator's stop holds even when it came too late; a person's own then gives them the result after all."""
    return job.cancelled_by is not None and job.cancelled_by != job.place.user_id


class _Slots:
    """How many more prompts a backend takes. Jobs attached after a restart may hold more than there are."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._wake = asyncio.Event()
        self._wake.set()

    async def room(self) -> None:
        await self._wake.wait()

    def hold(self) -> None:
        self._add(-1)

    def release(self) -> None:
        self._add(1)

    def _add(self, change: int) -> None:
        self._free += change
        if self._free > 0:
            self._wake.set()
        else:
            self._wake.clear()
