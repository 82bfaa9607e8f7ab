"""Stand-ins for what a runner drives: a server that only says how it stands, and a person who reads along."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.comfy.events import Output
from bot.comfy.server import ServerBackend
from bot.comfy.standing import BackendState, Standing
from bot.errors import BackendError
from bot.jobs.delivery import Fetch, Showing
from bot.jobs.job import Job
from bot.workflow.catalogue import Catalogue


class Server(ServerBackend):
    """A backend that is not connected to anything; its standing is the test's to change."""

    def __init__(self, name: str = "http://one", *, queue: int = 0) -> None:
        self._standing = Standing(name)
        self.fetched: list[Output] = []
        self._standing.become(BackendState.UP)
        self._standing.count(queue)

    def count(self, queue: int) -> None:
        self._standing.count(queue)

    def fail(self, problem: BackendError) -> None:
        self._standing.become(BackendState.DOWN, problem)

    def come_back(self) -> None:
        self._standing.become(BackendState.UP)

    async def fetch(self, output: Output, *, ceiling: int) -> bytes:
        self.fetched.append(output)
        return b"a picture"


class Machine(Server):
    """One whose nodes and models are the test's to say."""

    def __init__(self, name: str, catalogue: Catalogue | None = None, *, queue: int = 0) -> None:
        super().__init__(name, queue=queue)
        self._catalogue = catalogue

    @property
    def catalogue(self) -> Catalogue | None:
        return self._catalogue

    @property
    def lacks(self) -> frozenset[str]:
        return frozenset()


class Screen:
    """A delivery that notes what would be seen. `deliver` first does what `attempts` say, one each."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, Showing]] = []
        self.delivered: list[str] = []
        self.flushed: list[str] = []
        self.attempts: list[Callable[[Fetch], object]] = []
        self.changed = asyncio.Event()

    def show(self, job: Job, showing: Showing) -> None:
        self.shown.append((job.id, showing))
        self.changed.set()

    async def deliver(self, job: Job, fetch: Fetch) -> None:
        if self.attempts:
            result = self.attempts.pop(0)(fetch)
            if asyncio.iscoroutine(result):
                await result
        self.delivered.append(job.id)

    async def flush(self, job_id: str) -> None:
        self.flushed.append(job_id)

    async def close(self) -> None:
        self.shown.clear()

    def of(self, job: Job) -> list[Showing]:
        return [showing for job_id, showing in self.shown if job_id == job.id]

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not holds():
                self.changed.clear()
                await self.changed.wait()
