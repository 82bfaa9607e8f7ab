"""A ComfyUI server kept connected; events reach whoever runs the prompt, whatever a dropped socket missed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from uuid import uuid4

from bot.comfy.backoff import backoff
from bot.comfy.base import BackendBase
from bot.comfy.client import ComfyClient
from bot.comfy.events import Detached, Event, Output, Settled, Status
from bot.comfy.http import NotConnected
from bot.comfy.intervals import Intervals
from bot.comfy.lookup import find_end
from bot.comfy.paths import safe_file_name
from bot.comfy.runs import Ended, Graph, Run, Runs
from bot.comfy.shelf import CatalogueShelf
from bot.comfy.standing import BackendState, Standing
from bot.comfy.submission import Submission
from bot.comfy.upkeep import Upkeep
from bot.errors import BackendTooOld, BackendUnreachable
from bot.failures import BadInput, MissingModel, MissingNode
from bot.workflow.catalogue import Catalogue

log = logging.getLogger(__name__)

UPLOADS = "easel"
SLOTS = 2  # one prompt runs and one waits, so that it never idles; the rest is ours to order
FORGOTTEN = 500  # prompts in one request


class ServerBackend(BackendBase):
    """One server. `serve()` must run; all else may be called from anywhere in the same loop.

    `catalogue` is there before the first connection if the server was ever seen. `on_change` is called when state or
    catalogue changed.
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
        self._client = client
        self._intervals = intervals
        self._rng = rng or Random()  # noqa: S311 - jitter
        self._standing = Standing(client.name, on_change)
        self._shelf = CatalogueShelf(client, data_dir / "catalogues")
        self._catalogue_stale = asyncio.Event()
        self._runs = Runs(intervals)
        self._upkeep = Upkeep(client, self._runs, self._standing, intervals)
        self._client_id = ""
        self._reading: asyncio.Task[None] | None = None

    @property
    def cost(self) -> float:
        """Nothing: it is one's own."""
        return 0.0

    @property
    def slots(self) -> int:
        """How many prompts of ours it may have at once."""
        return SLOTS

    @property
    def version(self) -> str | None:
        """The server's ComfyUI release, once it answered."""
        return None if self._standing.version is None else self._standing.version.text

    @property
    def catalogue(self) -> Catalogue | None:
        """The server's nodes, as last seen."""
        return self._shelf.catalogue

    @property
    def nodes_file(self) -> Path:
        """Where what the server said of its nodes lies, as it came; there once there is a catalogue."""
        return self._shelf.path

    async def serve(self) -> None:
        """Connect, and again whenever the connection is gone; until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._upkeep.serve(), name=f"upkeep of {self.name}")
            await self._stay_connected()

    async def run(
        self,
        graph: Graph,
        prompt_id: str,
        *,
        known: bool = False,
        remote_id: str | None = None,
    ) -> AsyncGenerator[Event, None]:
        """The events of one prompt, the last one Settled; wrap it in `aclosing`.

        `known` prompts were sent earlier and are only followed. Others are posted: raises PromptRefused and its kin
        when the server does not take it, BackendUnreachable when it certainly never got it.
        """
        with self._runs.open(prompt_id, graph) as run:
            if known:
                run.sent = True
                self._upkeep.look_now.set()
                if not run.here:
                    yield Detached(prompt_id)
            else:
                answer = await self._submit(run)
                yield answer
                if isinstance(answer, Settled):
                    return
            while True:
                event: Event | None = await run.inbox.get()
                if isinstance(event, Ended):
                    event = await self._settle(run)
                run.settled = isinstance(event, Settled)
                if event is not None:
                    yield event
                if run.settled:
                    return

    async def cancel(self, prompt_id: str, *, remote_id: str | None = None) -> None:
        """Stop that prompt, whatever its state; returns when the wish is on its way, which repeats until it ended.

        Raises BackendUnreachable when it could not be sent now; it will be when the server is back.
        """
        run = self._runs.stop(prompt_id)
        if run is None or run.sent:
            self._upkeep.stop_wanted.set()
            await self._upkeep.cancel(prompt_id)

    async def upload(self, data: bytes, name: str) -> str:
        """Give the server a file, over one of that name; what a node's input must say to use it.

        Raises PromptRefused, BackendUnreachable.
        """
        return await self._client.upload(data, safe_file_name(name), UPLOADS)

    async def fetch(self, output: Output, *, ceiling: int) -> bytes:
        """A file a prompt made. Raises TooLarge above `ceiling` bytes, ServerLost when it is gone."""
        return await self._client.fetch(output, ceiling=ceiling)

    async def forget(self, prompt_ids: Sequence[str]) -> None:
        """Take finished prompts out of the server's history. Raises BackendUnreachable."""
        for start in range(0, len(prompt_ids), FORGOTTEN):
            await self._client.forget(prompt_ids[start : start + FORGOTTEN])

    async def free(self) -> None:
        """Unload its models from memory. Raises BackendUnreachable."""
        await self._client.free()

    async def memory(self) -> tuple[int, int] | None:
        """Bytes that are free and that there are, of its graphics cards. Raises BackendUnreachable."""
        return await self._client.memory()

    async def _stay_connected(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            for wait in backoff(self._rng, first=self._intervals.reconnect, ceiling=self._intervals.reconnect_most):
                began = loop.time()
                await asyncio.sleep(max(wait, await self._attempt()))
                if loop.time() - began > self._intervals.reconnect_most / 3:
                    break  # it held for a while: the next attempt need not wait long

    async def _attempt(self) -> float:
        """Until the connection is gone; the least time to wait before the next."""
        try:
            await self._connection()
        except BackendTooOld as problem:
            self._standing.become(BackendState.TOO_OLD, problem)
            return self._intervals.too_old
        except BackendUnreachable as problem:
            self._standing.become(BackendState.DOWN, problem)
            return 0
        return 0

    async def _connection(self) -> None:
        """Until the socket closes. A fresh client id each time: a reused one goes deaf when its old socket ends."""
        self._standing.version = await self._client.version()
        if not self._standing.version.takes_our_ids:
            raise BackendTooOld(self.name, self._standing.version.text)
        client_id = uuid4().hex
        async with self._client.connect(client_id) as events, asyncio.TaskGroup() as group:
            self._client_id = client_id
            self._reading = group.create_task(self._read(events))
            others = [group.create_task(self._open()), group.create_task(self._keep_catalogue())]
            try:
                await asyncio.wait([self._reading])
                log.warning("%s: the connection closed", self.name)
            finally:
                for other in others:
                    other.cancel()
                self._disconnected()

    def _disconnected(self) -> None:
        """At once, before the socket is put away: no prompt may go out for an id that has no socket."""
        self._client_id, self._reading = "", None
        if self.state is not BackendState.DOWN:
            self._standing.become(BackendState.CONNECTING)
        self._runs.detach()

    async def _read(self, events: AsyncGenerator[Event, None]) -> None:
        async for event in events:  # nothing else is awaited: one unread socket stalls everybody's events
            if isinstance(event, Status):
                self._standing.count(event.queue_remaining)
                self._upkeep.queue_moved.set()
                if self._runs.detached:
                    self._upkeep.look_now.set()
            self._runs.deliver(event)

    async def _open(self) -> None:
        """Look up all that is in flight, and only then let new prompts out."""
        while True:
            with suppress(BackendUnreachable):
                await self._upkeep.look_at_all()
                if not self._runs.missing:
                    break
            await asyncio.sleep(self._intervals.lost)
        log.info("%s is up (ComfyUI %s)", self.name, self.version)
        self._standing.become(BackendState.UP)

    async def _keep_catalogue(self) -> None:
        while True:
            self._catalogue_stale.clear()
            try:
                if await self._shelf.refresh():
                    self._standing.notify()
            except BackendUnreachable as error:
                log.warning("%s did not list its nodes: %s", self.name, error.reason)
            await self._catalogue_stale.wait()

    def _lose(self, problem: BackendUnreachable) -> None:
        """A request found nobody: whatever the socket looks like, connect anew."""
        self._standing.become(BackendState.DOWN, problem)
        if self._reading is not None:
            self._reading.cancel()

    async def _submit(self, run: Run) -> Event:
        version = self._standing.version
        if self.state is not BackendState.UP or version is None:
            raise BackendUnreachable(self.name, f"it is {self.state}")
        submission = Submission(self._client, version, run, choices=self._shelf.choices, again=self._intervals.lost)
        try:
            accepted = await submission.send(lambda: self._socket_for(run))
        except NotConnected as problem:
            self._lose(problem)
            raise
        except (MissingModel, MissingNode, BadInput):
            self._catalogue_stale.set()
            raise
        if accepted is None:
            return Settled(run.prompt_id, "cancelled")
        run.sent = True
        self._upkeep.queue_moved.set()
        if run.stopping:  # asked while the prompt was on its way
            with suppress(BackendUnreachable):
                await self.cancel(run.prompt_id)
        return accepted

    async def _socket_for(self, run: Run) -> str:
        await self.wait_up()
        self._runs.sending(run)
        return self._client_id

    async def _settle(self, run: Run) -> Settled | None:
        settled = await find_end(self._client, run.prompt_id, run.graph, within=self._intervals.history)
        version = self._standing.version
        if settled is not None and run.stopping and version is not None and not version.interrupts_by_id:
            # the server could only finish it; nobody wants what it made
            return Settled(run.prompt_id, "cancelled", seconds=settled.seconds)
        return settled
