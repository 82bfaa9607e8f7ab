"""A Comfy API v2 as a backend: paid, on machines of others; it mints ids of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing, suppress
from pathlib import Path
from random import Random
from time import monotonic
from uuid import uuid4

from bot.cloud.endpoint import Endpoint
from bot.cloud.following import Following
from bot.cloud.runs import Ask, Asset, Run, Runs, with_references
from bot.cloud.troubles import Graph, KeyReused, Unknown
from bot.comfy.backoff import backoff
from bot.comfy.base import BackendBase
from bot.comfy.events import Accepted, Event, Output, Settled
from bot.comfy.http import NotConnected, Uncertain
from bot.comfy.intervals import Intervals
from bot.comfy.paths import safe_file_name
from bot.comfy.shelf import safe_name
from bot.comfy.standing import BackendState, Standing
from bot.errors import BackendUnreachable, CloudBusy, CloudStopped, CreditsGone, KeyRefused, NotComfyApi
from bot.failures import MissingModel, MissingNode, NothingToFree, PromptRefused
from bot.workflow.catalogue import Catalogue

log = logging.getLogger(__name__)

SLOTS = 2
TRIES = 3  # of one POST whose answers got lost
CHECK = 60.0  # seconds between looks whether it still takes the key
COST = 1.0

#: what does not pass by itself: whoever runs the bot must do something
LASTING = (KeyRefused, CreditsGone, CloudStopped, NotComfyApi)


class CloudBackend(BackendBase):
    """One endpoint. `serve()` must run; all else may be called from anywhere in the same loop.

    `lacks` are the nodes and models it was heard not to have, as it lists none; `cost` is above 0. Its queue is ours:
    it does not say how many others wait.
    """

    cost = COST
    version = None
    catalogue: Catalogue | None = None

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        data_dir: Path,
        on_change: Callable[[], None] | None = None,
        intervals: Intervals = Intervals(),  # noqa: B008 - frozen
        rng: Random | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._intervals = intervals
        self._rng = rng or Random()  # noqa: S311 - jitter
        self._standing = Standing(endpoint.name, on_change)
        self._runs = Runs()
        self._doubt = asyncio.Event()
        self._held_until = 0.0
        self._busy_until = 0.0
        self._busy: CloudBusy | None = None
        self._lacks: frozenset[str] = frozenset()
        self.nodes_file = data_dir / "catalogues" / f"{safe_name(endpoint.name)}.json.gz"

    @property
    def slots(self) -> int:
        """None while it asked for a pause: what is there goes on."""
        return 0 if self.busy else SLOTS

    @property
    def busy(self) -> CloudBusy | None:
        """That it asked for a pause, as long as that lasts."""
        return self._busy if monotonic() < self._busy_until else None

    @property
    def lacks(self) -> frozenset[str]:
        return self._lacks

    async def serve(self) -> None:
        """Ask whether it is there and takes the key, again and again; until cancelled, which closes its connections."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                for wait in backoff(self._rng, first=self._intervals.reconnect, ceiling=self._intervals.reconnect_most):
                    await asyncio.sleep(self._held_until - loop.time())
                    if await self._is_up():
                        break
                    await asyncio.sleep(wait)
                with suppress(TimeoutError):
                    async with asyncio.timeout(CHECK):
                        await self._doubt.wait()
        finally:
            await self._endpoint.close()

    async def run(
        self, graph: Graph, prompt_id: str, *, known: bool = False, remote_id: str | None = None
    ) -> AsyncGenerator[Event, None]:
        """The events of one prompt, the last one Settled; wrap it in `aclosing`.

        A `known` one without `remote_id` is lost: it was sent, if at all, by a process that never heard the answer.
        """
        with self._runs.open(prompt_id, graph) as run:
            self._standing.count(len(self._runs))
            try:
                first = self._attach(run, remote_id) if known else await self._submit(run)
                yield first
                if run.remote_id is not None and isinstance(first, Accepted):
                    async with aclosing(self._follow(run, run.remote_id)) as events:
                        async for event in events:
                            yield event
            finally:
                self._standing.count(max(0, len(self._runs) - 1))

    async def cancel(self, prompt_id: str, *, remote_id: str | None = None) -> None:
        """Stop that prompt; the wish repeats until it ended. Nobody need follow it where its `remote_id` is given.

        Raises BackendUnreachable when it could not be sent now; for one that is followed it will be.
        """
        run = self._runs.stop(prompt_id)
        known = run.remote_id if run is not None else remote_id
        if known is not None:
            with suppress(Unknown):
                await self._endpoint.cancel(known)
        if run is not None:
            run.inbox.put(Ask(prompt_id))
            self._standing.notify()

    async def upload(self, data: bytes, name: str) -> str:
        """Make it an asset. Raises PromptRefused, BackendUnreachable."""
        name = safe_file_name(name)
        try:
            return Asset(name, await self._endpoint.upload(data, name))
        except BackendUnreachable as problem:
            self._lose(problem)
            raise

    async def fetch(self, output: Output, *, ceiling: int) -> bytes:
        """A file a prompt made. Raises TooLarge above `ceiling` bytes, ServerLost when it is gone."""
        return await self._endpoint.download(output.subfolder, ceiling=ceiling)

    async def forget(self, prompt_ids: Sequence[str]) -> None:
        """It forgets by itself, some time after they ended, and cannot be asked to."""
        raise BackendUnreachable(self.name, "it forgets by itself")

    async def free(self) -> None:
        raise NothingToFree("free")

    async def _is_up(self) -> bool:
        self._doubt.clear()
        try:
            await self._endpoint.probe()
        except CloudBusy as problem:
            self._lose(problem)
            return self.state is BackendState.UP
        except BackendUnreachable as problem:
            self._lose(problem)
            return False
        if self._held_until > asyncio.get_running_loop().time():
            return False  # something lasting was found meanwhile
        if self.state is not BackendState.UP:
            log.info("%s is up", self.name)
        self._standing.become(BackendState.UP)
        return True

    def _lose(self, problem: BackendUnreachable) -> None:
        """Down until it was asked again; one that is busy is let alone as long as it wants, and no more."""
        loop = asyncio.get_running_loop()
        if isinstance(problem, CloudBusy):
            log.info("%s takes no more jobs for %.0f s: %s", self.name, problem.seconds, problem.reason)
            self._busy, self._busy_until = problem, monotonic() + problem.seconds
            loop.call_later(problem.seconds + 0.01, self._standing.notify)
            self._standing.notify()
            return
        if isinstance(problem, LASTING):
            self._held_until = loop.time() + self._intervals.too_old
        self._standing.become(BackendState.DOWN, problem)
        self._doubt.set()

    def _attach(self, run: Run, remote_id: str | None) -> Event:
        run.remote_id = remote_id
        if remote_id is None:
            return Settled(run.prompt_id, "cancelled" if run.stopping else "lost")
        return Accepted(run.prompt_id, remote_id=remote_id)

    def _follow(self, run: Run, remote_id: str) -> AsyncGenerator[Event, None]:
        following = Following(self._endpoint, run, remote_id, intervals=self._intervals, rng=self._rng, lose=self._lose)
        return following.events()

    async def _submit(self, run: Run) -> Event:
        if self.state is not BackendState.UP:
            raise BackendUnreachable(self.name, f"it is {self.state}")
        if self.busy:
            raise CloudBusy(self.name, "it asked for a pause", seconds=self._busy_until - monotonic())
        try:
            return await self._post(run, f"{run.prompt_id}-{uuid4().hex}")
        except PromptRefused as refusal:
            self._learn(refusal)
            raise

    async def _post(self, run: Run, key: str) -> Event:
        """Until it is certain whether it is there; with the same key, so that no try makes a second job."""
        doubtful = False
        for _attempt in range(TRIES):
            while self.state is not BackendState.UP and not run.stopping:
                await self.changed()
            if run.stopping:
                return Settled(run.prompt_id, "cancelled")
            try:
                run.remote_id = (await self._endpoint.submit(with_references(run.graph), key)).id
            except KeyReused:
                break
            except Uncertain as problem:
                doubtful = True
                log.warning(
                    "job %s: no answer from %s (%s); it is sent again", run.prompt_id, self.name, problem.reason
                )
                self._lose(problem)
                await asyncio.sleep(self._intervals.lost)
            except BackendUnreachable as problem:
                self._lose(problem)
                if not (doubtful and isinstance(problem, NotConnected)):
                    raise
            else:
                return Accepted(run.prompt_id, remote_id=run.remote_id)
        log.warning("job %s may be on %s under an id that nobody knows", run.prompt_id, self.name)
        return Settled(run.prompt_id, "lost")

    def _learn(self, refusal: PromptRefused) -> None:
        """Nobody need send it another graph with that."""
        match refusal:
            case MissingNode(class_type=name) | MissingModel(value=name) if name:
                self._lacks |= {name}
                self._standing.notify()
