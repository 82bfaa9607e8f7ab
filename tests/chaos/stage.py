"""The processes of a run: two ComfyUIs and a Discord that outlive it, and bots that do not."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import Mapping
from contextlib import AsyncExitStack, closing, suppress
from pathlib import Path
from typing import Protocol

from bot.comfy.simulator import Simulator
from bot.jobs.job import Job, JobState
from bot.jobs.store import Store
from bot.playground import DiscordServer
from tests.whole.conftest import SD15
from tests.whole.processes import PATIENCE, WarmBot, offline, settings


class Stage(Protocol):
    """Where a run plays. All of it is left running until `close`."""

    #: with the ComfyUIs' own folders, `comfy-*`
    folder: Path
    discord: DiscordServer
    servers: list[Simulator]
    #: ids of jobs that a ComfyUI has forgotten
    excused: set[str]

    async def open(self) -> None:
        """Everything runs, and commands are taken."""

    async def close(self) -> None:
        """Nothing runs any more."""

    async def ready(self) -> None:
        """Until commands are taken."""

    async def process_of(self, job_id: str | None) -> str:
        """The name of the process that has the job in hand; of the one that takes commands where none has."""

    async def kill(self, name: str) -> None:
        """SIGKILL; it is started again by itself."""

    async def freeze(self, name: str) -> None:
        """SIGSTOP, for longer than a lease; goes on by itself."""

    async def kill_database(self) -> None:
        """And start it again."""

    async def state(self, job_id: str) -> JobState | None:
        """What the database says of it now."""

    async def stored(self, prompt: str) -> bool:
        """Whether there is a job that asks for it."""

    async def undelivered(self) -> int:
        """Jobs whose person has not seen how they ended."""

    async def jobs(self) -> list[Job]:
        """All of them, once no bot runs."""


class Solo:
    """One bot with its file of SQLite, and two ComfyUIs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.excused: set[str] = set()
        self._stack = AsyncExitStack()
        self._restarts: set[asyncio.Task[None]] = set()
        self._up = asyncio.Event()
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        self.discord = await self._stack.enter_async_context(DiscordServer(answer_window=15.0))
        self.servers = [
            await self._stack.enter_async_context(Simulator(data_dir=self.folder / name, models=SD15))
            for name in ("comfy-one", "comfy-two")
        ]
        (self.folder / "bot").mkdir()
        self._bot = WarmBot(self.environment(), self.folder / "bot")
        await self._start()

    def environment(self) -> Mapping[str, str]:
        """Of the bot."""
        urls = ",".join(server.url for server in self.servers)
        return settings(self.discord, urls, self.folder / "data", LIMIT_WAITING="0", DRAIN_SECONDS="1")

    async def close(self) -> None:
        for task in self._restarts:
            task.cancel()
        await asyncio.gather(*self._restarts, return_exceptions=True)
        self._bot.kill()
        with suppress(TimeoutError):
            await self._bot.end()
        await self._stack.aclose()

    async def ready(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self._up.wait()

    async def process_of(self, job_id: str | None) -> str:
        return "bot"

    async def kill(self, name: str) -> None:
        if not self._up.is_set():
            return
        self._up.clear()
        self._bot.kill()
        self._soon(self._again())

    async def freeze(self, name: str) -> None:
        pid = self._bot.process.pid
        if not self._up.is_set() or pid is None:
            return
        os.kill(pid, signal.SIGSTOP)
        self._soon(self._thaw(pid))

    async def kill_database(self) -> None:
        """It has no process of its own."""

    async def state(self, job_id: str) -> JobState | None:
        state = self._value("SELECT max(state) FROM jobs WHERE id = ?", job_id)
        return None if state is None else JobState(str(state))

    async def stored(self, prompt: str) -> bool:
        return bool(self._value('SELECT count(*) FROM jobs WHERE "values" LIKE ?', f"%{prompt}%"))

    async def undelivered(self) -> int:
        return int(str(self._value("SELECT count(*) FROM jobs WHERE delivered_at IS NULL")))

    def _value(self, statement: str, *parameters: str) -> object:
        path = self.folder / "data" / "easel.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as database:
            found: object = database.execute(statement, parameters).fetchone()[0]
        return found

    async def jobs(self) -> list[Job]:
        self._bot.kill()
        store = await Store.open(self.environment()["DATABASE_URL"])
        try:
            return await store.select(states=JobState)
        finally:
            await store.close()

    async def _start(self) -> None:
        await self._bot.start(self.discord)
        self._up.set()

    async def _again(self) -> None:
        async with self._turn:
            await self._bot.end()
            await offline(self.discord)
            await self._start()

    async def _thaw(self, pid: int) -> None:
        await asyncio.sleep(1.0)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    def _soon(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]  # a coroutine of ours
        self._restarts.add(task)
        task.add_done_callback(self._restarts.discard)
