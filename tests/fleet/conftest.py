"""Gateways and workers in one loop: a Discord, several ComfyUI servers and a PostgreSQL between them."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.app import EaselBot, use_loopback_discord
from bot.comfy.simulator import Simulator
from bot.jobs.job import Job, JobState
from bot.jobs.signals import Kind
from bot.jobs.store import Store
from bot.playground import DiscordServer
from bot.tasks import end
from tests.whole.conforming import traffic  # noqa: F401 (holds every test against Discord's description)
from tests.whole.conftest import (  # noqa: F401 (fixtures)
    SD15,
    WORKFLOWS,
    Easel,
    _all_is_logged_that_operators_read,
    _discord_as_it_was,
    discord_server,
)

LEASE = 2.0  # seconds: a busy machine may be late by one
PATIENCE = 20.0


class Fleet:
    """Its processes are bots in this loop; each can be stopped, and broken off as if it were killed."""

    def __init__(self, server: DiscordServer, database: str, folder: Path) -> None:
        self.server = server
        self.database = database
        self.folder = folder
        self.changes: dict[str, Any] = {}
        self.store: Store
        self._bots = 0
        self._news = asyncio.Event()
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Fleet:
        few = self.folder / "workflows"  # what is read by every process
        few.mkdir()
        for file in (file for name in ("imagine", "upscale") for file in WORKFLOWS.glob(f"{name}.*")):
            shutil.copy(file, few)
        use_loopback_discord(self.server.url)
        self.store = await Store.open(self.database)
        self._open.push_async_callback(self.store.close)
        self.store.signals.when(Kind.JOB, self._hear)
        self._open.push_async_callback(end, asyncio.create_task(self.store.signals.follow()))
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._open.aclose()

    async def gateway(self, **changes: Any) -> Process:
        """Ready for commands."""
        process = await self._start("gateway", (), changes)
        await process.ready()
        return process

    async def bot(self, *simulators: Simulator, **changes: Any) -> Process:
        """Ready for commands, and its servers are its own."""
        process = await self._start("all", tuple(each.url for each in simulators), changes)
        await process.ready()
        await process.holds(*simulators)
        return process

    async def worker(self, *simulators: Simulator, up: bool = True, **changes: Any) -> Process:
        """Its servers are up, and its own."""
        process = await self._start("worker", tuple(each.url for each in simulators), changes)
        if up:
            await process.holds(*simulators)
        return process

    async def jobs(self) -> list[Job]:
        return await self.store.select(states=JobState)

    async def wait(self, wanted: Callable[[list[Job]], bool]) -> None:
        """Until all jobs there are, are as wanted."""
        async with asyncio.timeout(PATIENCE):
            while not wanted(await self.jobs()):
                await self._changed()

    async def begun(self, *, wanted: Callable[[list[Job]], bool]) -> list[Job]:
        """Those on backends, as soon as they are as wanted."""
        async with asyncio.timeout(PATIENCE):
            while not wanted(found := await self.store.begun()):
                await self._changed()
        return found

    async def tickets(self) -> int:
        """How many nobody has taken, once those are through that were."""
        async with asyncio.timeout(PATIENCE):
            while await self._count("procrastinate_jobs WHERE status = 'doing'"):  # noqa: ASYNC110 - nobody tells a test
                await asyncio.sleep(0.02)
        return await self._count("procrastinate_jobs")

    async def errands(self) -> int:
        return await self._count("errands")

    async def _hear(self, _job_id: str | None) -> None:
        self._news.set()

    async def _changed(self) -> None:
        """Until something is told of a job; that one was delivered is not."""
        with suppress(TimeoutError):
            async with asyncio.timeout(0.2):
                await self._news.wait()
        self._news.clear()

    async def _count(self, what: str) -> int:
        statement = text(f"SELECT count(*) FROM {what}")  # noqa: S608 - ours
        return int(await self.store.transact(lambda connection: connection.scalar(statement)) or 0)

    async def _start(self, role: str, urls: tuple[str, ...], changes: Mapping[str, Any]) -> Process:
        self._bots += 1
        easel = Easel(self.server, urls or ("http://127.0.0.1:1",), self.folder / f"{role}{self._bots}")
        facts = {
            "role": role,
            "database_url": self.database,
            "lease_seconds": LEASE,
            "drain_seconds": 0.0,
            "workflows_dir": self.folder / "workflows",
        }
        easel.changes = {**facts, **self.changes, **changes}
        bot = EaselBot(
            easel.settings(),
            clock=easel.now,
            pace=0.0,
            guild_ready_timeout=0.05,
            intervals=replace(easel.intervals, poll=0.5),
        )
        task = asyncio.create_task(bot.run_until_stopped(self.server.token))
        process = Process(bot, task)
        self._open.push_async_callback(process.stop)
        return process


class Process:
    """A bot, and the task that runs it."""

    def __init__(self, bot: EaselBot, task: asyncio.Task[None]) -> None:
        self.bot = bot
        self.task = task

    def check(self) -> None:
        """Raise what it failed of."""
        if self.task.done():
            self.task.result()

    async def stop(self) -> None:
        """As after SIGTERM; one that ended by itself has said why."""
        if self.task.done():
            return
        self.bot.stop()
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait([self.task])
        self.check()

    async def ready(self) -> None:
        """Until it takes commands."""
        async with asyncio.timeout(PATIENCE):
            while not self.bot.is_ready():
                self.check()
                await asyncio.sleep(0.02)

    async def holds(self, *simulators: Simulator) -> None:
        """Until these are its own, and up, with what they have known."""
        async with asyncio.timeout(PATIENCE):
            while not hasattr(self.bot, "member") or not all(map(self._holds, simulators)):
                self.check()
                await asyncio.sleep(0.02)  # there is no event for all of it at once

    def _holds(self, simulator: Simulator) -> bool:
        backend = self.bot.pool.get(simulator.url)
        member = self.bot.member
        held = member is not None and backend is not None and member.left(backend.name) > 0
        return held and backend is not None and backend.state == "up" and backend.catalogue is not None

    async def sees(self, *simulators: Simulator) -> None:
        """Until it knows what workers say of these."""
        async with asyncio.timeout(PATIENCE):
            while not hasattr(self.bot, "pool") or not all(map(self._sees, simulators)):
                self.check()
                await asyncio.sleep(0.02)
            await self.bot.keeper.wait_known()

    def _sees(self, simulator: Simulator) -> bool:
        backend = self.bot.pool.get(simulator.url)
        return backend is not None and backend.state == "up" and backend.catalogue is not None


@pytest.fixture
async def fleet(discord_server: DiscordServer, fleet_database: str, tmp_path: Path) -> AsyncIterator[Fleet]:  # noqa: F811
    async with Fleet(discord_server, fleet_database, tmp_path) as fleet:
        yield fleet


@pytest.fixture
async def simulators(tmp_path: Path) -> AsyncIterator[Callable[[int], Any]]:
    async with AsyncExitStack() as stack:

        async def make(count: int) -> list[Simulator]:
            start = (Simulator(data_dir=tmp_path / f"comfyui{number}", models=SD15) for number in range(count))
            return [await stack.enter_async_context(each) for each in start]

        yield make


@asynccontextmanager
async def within(seconds: float = PATIENCE) -> AsyncIterator[None]:
    """A bounded wait."""
    async with asyncio.timeout(seconds):
        yield
