"""What events do not tell: prompts whose events were missed, places in the server queue, cancels that hit nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from bot.comfy.client import ComfyClient, ServerQueue
from bot.comfy.intervals import Intervals
from bot.comfy.lookup import look_up, send_cancel
from bot.comfy.runs import Run, Runs
from bot.comfy.standing import BackendState, Standing
from bot.comfy.stuck import StuckWatch
from bot.errors import BackendStuck, BackendUnreachable

log = logging.getLogger(__name__)


class Upkeep:
    """Asks the server at intervals, and sooner when one of the three events is set."""

    def __init__(self, client: ComfyClient, runs: Runs, standing: Standing, intervals: Intervals) -> None:
        self._client = client
        self._runs = runs
        self._standing = standing
        self._intervals = intervals
        self._watch = StuckWatch(intervals.stuck)
        self.look_now = asyncio.Event()
        self.queue_moved = asyncio.Event()
        self.stop_wanted = asyncio.Event()

    async def serve(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            for loop in (self._poll, self._watch_queue, self._keep_cancelling):
                group.create_task(loop())

    async def look_at_all(self) -> None:
        """Look up every prompt in flight. Raises BackendUnreachable at the first that cannot be."""
        for run in self._runs.sent:
            await self._look_at(run)

    async def cancel(self, prompt_id: str) -> None:
        """Send one cancel. Raises BackendUnreachable."""
        if self._standing.version is None:
            raise BackendUnreachable(self._standing.name, "not connected yet")
        await send_cancel(self._client, self._standing.version, prompt_id)

    async def _poll(self) -> None:
        while True:
            await _set_or_after(self.look_now, self._intervals.poll)
            with suppress(BackendUnreachable):
                await self.look_at_all()
            await asyncio.sleep(self._intervals.queue)

    async def _look_at(self, run: Run) -> None:
        if self._standing.version is not None:
            sighting = await look_up(self._client, self._standing.version, run.prompt_id)
            self._runs.see(run, sighting, asyncio.get_running_loop().time())

    async def _watch_queue(self) -> None:
        while True:
            doubtful = self._watch.suspects or self._standing.state is BackendState.STUCK
            await _set_or_after(self.queue_moved, self._intervals.queue if doubtful else self._intervals.poll)
            if doubtful or self._runs.waiting:
                with suppress(BackendUnreachable):
                    self._see_queue(await self._client.queue())
            await asyncio.sleep(self._intervals.queue)

    def _see_queue(self, queue: ServerQueue) -> None:
        dead = self._watch.saw(queue, asyncio.get_running_loop().time())
        if dead and self._standing.state is BackendState.UP:
            log.error("%s runs nothing although %d prompts wait", self._standing.name, len(queue.pending))
            self._standing.become(BackendState.STUCK, BackendStuck(self._standing.name))
        elif not dead and self._standing.state is BackendState.STUCK:
            self._standing.become(BackendState.UP)
        self._runs.see_queue(queue)

    async def _keep_cancelling(self) -> None:
        """Again and again: a cancel may hit nothing, as when the prompt is just being started (recorded on 0.33)."""
        while True:
            await self.stop_wanted.wait()
            while self._runs.stopping:
                self.stop_wanted.clear()
                await self._each_stopping(self._look_at)
                await _set_or_after(self.stop_wanted, self._intervals.cancel)
                await self._each_stopping(lambda run: self.cancel(run.prompt_id))
            self.stop_wanted.clear()

    async def _each_stopping(self, do: Callable[[Run], Coroutine[Any, Any, None]]) -> None:
        for run in self._runs.stopping:
            with suppress(BackendUnreachable):
                await do(run)


async def _set_or_after(event: asyncio.Event, seconds: float) -> None:
    """Until the event is set, or the time is up; the event is clear again afterwards."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    event.clear()
