"""One job in a cloud until it ended: events are for showing, what its state says when asked is for knowing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from random import Random

from bot.cloud.endpoint import Endpoint
from bot.cloud.reading import Reader, ending, is_end
from bot.cloud.runs import Ask, Run
from bot.cloud.troubles import Unknown
from bot.comfy.backoff import backoff
from bot.comfy.events import Ahead, Detached, Event, ExecutionStart, Settled
from bot.comfy.intervals import Intervals
from bot.errors import BackendUnreachable, CloudBusy, EaselError

log = logging.getLogger(__name__)


class Following:
    """`lose` is told when the cloud cannot be asked; then it is asked again, however long that takes."""

    def __init__(
        self,
        endpoint: Endpoint,
        run: Run,
        remote_id: str,
        *,
        intervals: Intervals,
        rng: Random,
        lose: Callable[[BackendUnreachable], None],
    ) -> None:
        self._endpoint = endpoint
        self._run = run
        self._remote_id = remote_id
        self._intervals = intervals
        self._rng = rng
        self._lose = lose
        self._loop = asyncio.get_running_loop()
        self._missed_at: float | None = None
        self._pause = 0.0
        self._is_seen = True

    async def events(self) -> AsyncGenerator[Event, None]:
        """The last one is Settled."""
        listening = asyncio.create_task(self._listen(), name=f"events of job {self._run.prompt_id}")
        due = self._loop.time()
        try:
            while True:
                event = await self._next(due)
                if not isinstance(event, Ask):
                    yield event
                    continue
                if (end := await self._look()) is not None:
                    yield end
                    return
                due = self._loop.time() + max(self._intervals.poll, self._pause)
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)

    async def _next(self, due: float) -> Event:
        try:
            async with asyncio.timeout_at(due):
                return await self._run.inbox.get()
        except TimeoutError:
            return Ask(self._run.prompt_id)

    async def _listen(self) -> None:
        """Pass on what it tells while it runs, and have it asked once it says that it ended."""
        reader = Reader(self._run.prompt_id)
        for wait in backoff(self._rng, first=self._intervals.reconnect, ceiling=self._intervals.reconnect_most):
            try:
                async with aclosing(self._endpoint.events(self._remote_id)) as events:
                    async for event in events:
                        for ours in reader.read(event):
                            self._hear(ours)
                        if is_end(event):
                            self._run.inbox.put(Ask(self._run.prompt_id))
                            return
            except EaselError as problem:
                log.debug("job %s: its events cannot be heard: %s", self._run.prompt_id, problem)
            await asyncio.sleep(wait)

    async def _look(self) -> Settled | None:
        run = self._run
        try:
            job = await self._endpoint.job(self._remote_id)
            if run.stopping and job.status.value in {"queued", "running"}:
                job = await self._endpoint.cancel(self._remote_id)
        except Unknown:
            return self._missing()
        except BackendUnreachable as problem:
            self._pause = problem.seconds if isinstance(problem, CloudBusy) else 0.0
            self._lose(problem)
            self._see(isinstance(problem, CloudBusy))
            return None
        self._pause = 0.0
        self._see(True)
        if job.status.value == "expired":
            return self._missing()
        self._missed_at = None
        if job.status.value == "running" and run.began is None:
            self._hear(ExecutionStart(run.prompt_id))
        if job.status.value == "queued" and job.queue_position is not None:
            self._hear(Ahead(run.prompt_id, max(0, job.queue_position)))
        measured = None if run.began is None else self._loop.time() - run.began
        return ending(job, run.prompt_id, run.graph, measured)

    def _see(self, is_seen: bool) -> None:
        if self._is_seen and not is_seen:
            self._hear(Detached(self._run.prompt_id))
        self._is_seen = is_seen

    def _missing(self) -> Settled | None:
        """Unknown twice, a while apart, is lost: for a moment a job may be neither in a queue nor in a history."""
        run, now = self._run, self._loop.time()
        if run.stopping:
            return Settled(run.prompt_id, "cancelled")
        if self._missed_at is None:
            self._missed_at = now
            self._loop.call_later(self._intervals.lost, run.inbox.put, Ask(run.prompt_id))
        elif now - self._missed_at >= self._intervals.lost:
            return Settled(run.prompt_id, "lost")
        return None

    def _hear(self, event: Event) -> None:
        self._run.hear(event, self._loop.time())
