"""A ComfyUI server kept connected; events reach whoever runs the prompt, whatever a dropped socket missed."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

from bot.comfy.backoff import backoff
from bot.comfy.client import ComfyClient, NotConnected, ServerQueue
from bot.comfy.events import Detached, Event, Output, Settled, Status
from bot.comfy.history import settle
from bot.comfy.intervals import Intervals
from bot.comfy.lookup import look_up, send_cancel
from bot.comfy.runs import Ended, Graph, Run, Runs
from bot.comfy.shelf import CatalogueShelf
from bot.comfy.stuck import StuckWatch
from bot.comfy.submission import Submission
from bot.comfy.version import Version
from bot.errors import (
    BackendError,
    BackendStuck,
    BackendTooOld,
    BackendUnreachable,
    BadInput,
    MissingModel,
    MissingNode,
)
from bot.workflow.catalogue import Catalogue

log = logging.getLogger(__name__)

UPLOADS = "easel"


class BackendState(StrEnum):
    #: at the start, and after a socket closed, until the next attempt has an outcome
    CONNECTING = "connecting"
    #: connected, and everything in flight has been looked up: prompts can be sent
    UP = "up"
    #: the last attempt to connect failed
    DOWN = "down"
    #: it answers, but cannot take our prompt ids
    TOO_OLD = "too old"
    #: it answers, but its worker is dead
    STUCK = "stuck"


class Backend:
    """One server. `serve()` must run; all else may be called from anywhere in the same loop.

    `problem` says why it is not UP; `queue_remaining` counts everybody's prompts there; `catalogue` is there before the
    first connection if the server was ever seen. `on_change` is called when state or catalogue changed.
    """

    def __init__(
        self,
        client: ComfyClient,
        *,
        data_dir: Path,
        on_change: Callable[[], None] | None = None,
        intervals: Intervals = Intervals(),  # noqa: B008 - frozen
        rng: Random | None = None,
    ) -> None:
        self.name = client.name
        self.state = BackendState.CONNECTING
        self.problem: BackendError | None = None
        self.version: Version | None = None
        self.queue_remaining = 0
        self._client = client
        self._on_change = on_change
        self._intervals = intervals
        self._rng = rng or Random()  # noqa: S311 - jitter
        self._shelf = CatalogueShelf(client, data_dir / "catalogues")
        self._runs = Runs(intervals)
        self._watch = StuckWatch(intervals.stuck)
        self._client_id = ""
        self._reading: asyncio.Task[None] | None = None
        self._changes: list[asyncio.Future[None]] = []
        self._look_now, self._queue_moved = asyncio.Event(), asyncio.Event()
        self._catalogue_stale, self._stop_wanted = asyncio.Event(), asyncio.Event()

    @property
    def catalogue(self) -> Catalogue | None:
        """The server's nodes, as last seen."""
        return self._shelf.catalogue

    async def serve(self) -> None:
        """Connect, and again whenever the connection is gone; until cancelled."""
        async with asyncio.TaskGroup() as group:
            for loop in (self._poll, self._watch_queue, self._keep_cancelling):
                group.create_task(loop(), name=f"{loop.__name__} {self.name}")
            await self._stay_connected()

    async def wait_up(self) -> None:
        """Until prompts can be sent."""
        while self.state is not BackendState.UP:
            await self.changed()

    def changed(self) -> asyncio.Future[None]:
        """Done at the next change of state, catalogue or server queue, from this call on."""
        self._changes = [future for future in self._changes if not future.done()]
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._changes.append(future)
        return future

    async def run(self, graph: Graph, prompt_id: str, *, known: bool = False) -> AsyncGenerator[Event, None]:
        """The events of one prompt, the last one Settled; wrap it in `aclosing`.

        `known` prompts were sent earlier and are only followed. Others are posted: raises PromptRefused and its kin
        when the server does not take it, BackendUnreachable when it certainly never got it.
        """
        with self._runs.open(prompt_id, graph) as run:
            if known:
                run.sent = True
                self._look_now.set()
                if not run.here:
                    yield Detached(prompt_id)
            else:
                accepted = await self._submit(run)
                yield accepted
                if isinstance(accepted, Settled):
                    return
            while True:
                event: Event | None = await run.inbox.get()
                if isinstance(event, Ended):
                    event = await self._settle(run)
                if event is not None:
                    yield event
                if isinstance(event, Settled):
                    return

    async def cancel(self, prompt_id: str) -> None:
        """Stop that prompt, whatever its state; returns when the wish is on its way, which repeats until it ended.

        Raises BackendUnreachable when it could not be sent now; it will be when the server is back.
        """
        run = self._runs.stop(prompt_id)
        if run is not None and not run.sent:
            return
        self._stop_wanted.set()
        if self.version is None:
            raise BackendUnreachable(self.name, "not connected yet")
        await send_cancel(self._client, self.version, prompt_id)

    async def upload(self, data: bytes, name: str) -> str:
        """Give the server a file; what a node's input must say to use it. Raises PromptRefused, BackendUnreachable."""
        return await self._client.upload(data, re.sub(r"[^A-Za-z0-9._-]", "_", name)[-120:].lstrip("."), UPLOADS)

    async def fetch(self, output: Output, *, ceiling: int) -> bytes:
        """A file a prompt made. Raises TooLarge above `ceiling` bytes, ServerLost when it is gone."""
        return await self._client.fetch(output, ceiling=ceiling)

    # -- one connection -----------------------------------------------------------------------------------------------

    async def _stay_connected(self) -> None:
        loop = asyncio.get_running_loop()
        most = self._intervals.reconnect_most
        waits = backoff(self._rng, first=self._intervals.reconnect, ceiling=most)
        while True:
            began = loop.time()
            wait = None
            try:
                await self._connection()
                log.warning("%s: the connection closed", self.name)
                if self.state is not BackendState.DOWN:
                    self._become(BackendState.CONNECTING)
            except BackendTooOld as problem:
                self._become(BackendState.TOO_OLD, problem)
                wait = self._intervals.too_old
            except BackendUnreachable as problem:
                self._become(BackendState.DOWN, problem)
            if loop.time() - began > most:
                waits = backoff(self._rng, first=self._intervals.reconnect, ceiling=most)
            await asyncio.sleep(next(waits) if wait is None else wait)

    async def _connection(self) -> None:
        """Until the socket closes. A fresh client id each time: a reused one goes deaf when its old socket ends."""
        version = await self._client.version()
        if not version.takes_our_ids:
            raise BackendTooOld(self.name, version.text)
        self.version = version
        client_id = uuid4().hex
        async with self._client.connect(client_id) as events, asyncio.TaskGroup() as group:
            self._client_id = client_id
            reading = self._reading = group.create_task(self._read(events))
            others = [group.create_task(self._open()), group.create_task(self._keep_catalogue())]
            try:
                await asyncio.wait([reading])
            finally:
                self._client_id, self._reading, self.queue_remaining = "", None, 0
                self._runs.detach()
                for other in others:
                    other.cancel()

    async def _read(self, events: AsyncGenerator[Event, None]) -> None:
        async for event in events:  # nothing else is awaited: one unread socket stalls everybody's events
            if isinstance(event, Status):
                self._queue_moved.set()
                if event.queue_remaining != self.queue_remaining:
                    self.queue_remaining = event.queue_remaining
                    self._notify()
            self._runs.deliver(event)

    async def _open(self) -> None:
        """Look up all that is in flight, and only then let new prompts out."""
        while True:
            with suppress(BackendUnreachable):
                await self._look_at_all()
                if not self._runs.missing:
                    break
            await asyncio.sleep(self._intervals.lost)
        log.info("%s is up (ComfyUI %s)", self.name, self.version.text if self.version else "?")
        self._become(BackendState.UP)

    async def _keep_catalogue(self) -> None:
        while True:
            self._catalogue_stale.clear()
            try:
                if await self._shelf.refresh():
                    self._notify(outside=True)
            except BackendUnreachable as error:
                log.warning("%s did not list its nodes: %s", self.name, error.reason)
            await self._catalogue_stale.wait()

    # -- one prompt ---------------------------------------------------------------------------------------------------

    async def _submit(self, run: Run) -> Event:
        if self.state is not BackendState.UP or self.version is None:
            raise BackendUnreachable(self.name, f"it is {self.state}")
        submission = Submission(
            self._client, self.version, run, choices=self._shelf.choices, again=self._intervals.lost
        )
        try:
            accepted = await submission.send(lambda: self._socket_for(run))
        except NotConnected as problem:
            self._lose(problem)
            raise
        except (MissingModel, MissingNode, BadInput):
            self._catalogue_stale.set()
            raise
        self._queue_moved.set()
        if accepted is None:
            return Settled(run.prompt_id, "cancelled")
        run.sent = True
        if run.stopping:
            self._stop_wanted.set()
        return accepted

    async def _socket_for(self, run: Run) -> str:
        await self.wait_up()
        self._runs.sending(run)
        return self._client_id

    async def _settle(self, run: Run) -> Settled | None:
        """How it ended, from history; None when that is not to be had now, and a later look finds it."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._intervals.history
        while True:
            with suppress(BackendUnreachable):
                entry = await self._client.history(run.prompt_id)
                if entry is not None:
                    return self._heed_cancel(run, settle(entry, run.prompt_id, run.graph))
            if loop.time() >= until:
                return None
            await asyncio.sleep(self._intervals.history / 20)

    def _heed_cancel(self, run: Run, settled: Settled) -> Settled:
        """A server that could not stop a running prompt finishes it; nobody wants what it made."""
        if run.stopping and self.version is not None and not self.version.interrupts_by_id:
            return Settled(run.prompt_id, "cancelled", seconds=settled.seconds)
        return settled

    # -- what events do not tell --------------------------------------------------------------------------------------

    async def _poll(self) -> None:
        while True:
            await _set_or_after(self._look_now, self._intervals.poll)
            with suppress(BackendUnreachable):
                await self._look_at_all()

    async def _look_at_all(self) -> None:
        for run in self._runs.sent:
            await self._look_at(run)

    async def _look_at(self, run: Run) -> None:
        if self.version is not None:
            sighting = await look_up(self._client, self.version, run.prompt_id)
            self._runs.see(run, sighting, asyncio.get_running_loop().time())

    async def _watch_queue(self) -> None:
        while True:
            suspicious = self._watch.suspects or self.state is BackendState.STUCK
            await _set_or_after(self._queue_moved, self._intervals.queue if suspicious else self._intervals.poll)
            if self._client_id and (suspicious or self._runs.waiting):
                with suppress(BackendUnreachable):
                    self._see_queue(await self._client.queue())
            await asyncio.sleep(self._intervals.queue)

    async def _keep_cancelling(self) -> None:
        """Again and again: a cancel may hit nothing, as when the prompt is just being started (recorded on 0.33)."""
        while True:
            await self._stop_wanted.wait()
            while self._runs.stopping:
                self._stop_wanted.clear()
                await self._each_stopping(self._look_at)
                await _set_or_after(self._stop_wanted, self._intervals.cancel)
                await self._each_stopping(self._cancel_again)
            self._stop_wanted.clear()

    async def _each_stopping(self, do: Callable[[Run], Coroutine[Any, Any, None]]) -> None:
        for run in self._runs.stopping:
            with suppress(BackendUnreachable):
                await do(run)

    async def _cancel_again(self, run: Run) -> None:
        if self.version is not None:
            await send_cancel(self._client, self.version, run.prompt_id)

    # -- state --------------------------------------------------------------------------------------------------------

    def _see_queue(self, queue: ServerQueue) -> None:
        dead = self._watch.saw(queue, asyncio.get_running_loop().time())
        if dead and self.state is BackendState.UP:
            log.error("%s runs nothing although %d prompts wait", self.name, len(queue.pending))
            self._become(BackendState.STUCK, BackendStuck(self.name))
        elif not dead and self.state is BackendState.STUCK:
            self._become(BackendState.UP)
        self._runs.see_queue(queue)

    def _lose(self, problem: BackendUnreachable) -> None:
        """A request found nobody: whatever the socket looks like, connect anew."""
        self._become(BackendState.DOWN, problem)
        if self._reading is not None:
            self._reading.cancel()

    def _become(self, state: BackendState, problem: BackendError | None = None) -> None:
        if problem is not None and state is not self.state:
            log.warning("%s is %s: %s", self.name, state, getattr(problem, "reason", "") or problem)
        changed = state is not self.state or problem != self.problem
        self.state, self.problem = state, problem
        if changed:
            self._notify(outside=True)

    def _notify(self, *, outside: bool = False) -> None:
        changes, self._changes = self._changes, []
        for future in changes:
            if not future.done():
                future.set_result(None)
        if outside and self._on_change is not None:
            self._on_change()


async def _set_or_after(event: asyncio.Event, seconds: float) -> None:
    """Until the event is set, or the time is up; the event is clear again afterwards."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    event.clear()
