"""A backend that another process holds: known by what that one says of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

from bot.comfy.base import BackendBase
from bot.comfy.events import Event, Output
from bot.comfy.runs import Graph
from bot.comfy.standing import BackendState, Standing
from bot.errors import BackendError, BackendStuck, BackendTooOld, BackendUnreachable, NoWorker
from bot.fleet.errands import Errands
from bot.fleet.roster import Entry
from bot.workflow.catalogue import Catalogue


class RemoteBackend(BackendBase):
    """Nothing runs here through it; files come by way of whoever holds it."""

    def __init__(self, entry: Entry, errands: Errands) -> None:
        self._standing = Standing(entry.name)
        self._errands = errands
        self._entry = entry
        self._catalogue: Catalogue | None = None
        self._nodes_file = Path()

    def learn(self, entry: Entry, catalogue: Catalogue | None, nodes_file: Path) -> None:
        """What is said of it now; what it had stays known while nobody says."""
        if catalogue is not None and catalogue is not self._catalogue:
            self._catalogue, self._nodes_file = catalogue, nodes_file
            self._standing.notify()
        if entry.said.version != self._entry.said.version:
            self._standing.notify()
        self._entry = entry
        self._standing.count(entry.said.queue if entry.held else 0)
        state = entry.said.state if entry.held else BackendState.DOWN
        self._standing.become(state, self._problem(state))

    @property
    def digest(self) -> str | None:
        """Of the catalogue that is said to be its."""
        return self._entry.said.catalogue

    @property
    def held(self) -> bool:
        """Whether anybody has it."""
        return self._entry.held

    @property
    def cost(self) -> float:
        return self._entry.said.cost

    @property
    def slots(self) -> int:
        """None: it is not this process that gives it anything."""
        return 0

    @property
    def version(self) -> str | None:
        return self._entry.said.version

    @property
    def catalogue(self) -> Catalogue | None:
        return self._catalogue

    @property
    def loaded(self) -> frozenset[str]:
        return frozenset(self._entry.said.loaded)

    @property
    def nodes_file(self) -> Path:
        return self._nodes_file

    async def serve(self) -> None:
        """Somebody else keeps it connected."""
        await asyncio.get_running_loop().create_future()

    async def run(
        self, graph: Graph, prompt_id: str, *, known: bool = False, remote_id: str | None = None
    ) -> AsyncGenerator[Event, None]:
        """Raises BackendUnreachable."""
        raise BackendUnreachable(self.name, "another process holds it")
        yield Event()  # what makes it a generator

    async def cancel(self, prompt_id: str, *, remote_id: str | None = None) -> None:
        """Nothing: the wish is in the database, and whoever holds the backend was told."""

    async def upload(self, data: bytes, name: str) -> str:
        """Raises BackendUnreachable."""
        raise BackendUnreachable(self.name, "another process holds it")

    async def fetch(self, output: Output, *, ceiling: int) -> bytes:
        self._require()
        return await self._errands.fetch(self.name, output, ceiling)

    async def forget(self, prompt_ids: Sequence[str]) -> None:
        self._require()
        await self._errands.forget(self.name, list(prompt_ids))

    async def free(self) -> None:
        self._require()
        await self._errands.free(self.name)

    def _require(self) -> None:
        if not self._entry.held:
            raise NoWorker(self.name, "no worker holds it")

    def _problem(self, state: BackendState) -> BackendError | None:
        match state:
            case BackendState.DOWN:
                return BackendUnreachable(self.name) if self._entry.held else NoWorker(self.name, "no worker holds it")
            case BackendState.TOO_OLD:
                return BackendTooOld(self.name, self._entry.said.version or "")
            case BackendState.STUCK:
                return BackendStuck(self.name)
            case _:
                return None
