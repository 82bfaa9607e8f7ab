"""The processes of a run: two ComfyUIs and a Discord that outlive it, and bots that do not."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractAsyncContextManager, AsyncExitStack, closing
from pathlib import Path
from typing import Protocol

from bot.jobs.job import Job, JobState
from bot.jobs.store import Store
from bot.playground import DiscordServer
from tests.chaos.actor import Actor, wait_up
from tests.chaos.comfyui import ComfyUI, comfyui
from tests.whole.processes import settings


class Stage(Protocol):
    """Where a run plays. All of it is left running until `close`."""

    #: with the ComfyUIs' own folders, `comfy-*`
    folder: Path
    discord: DiscordServer
    servers: list[ComfyUI]

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

    def database_away(self, *, hangs: bool) -> AbstractAsyncContextManager[None]:
        """Inside it is dead, or hangs; afterwards it is there again."""

    async def state(self, job_id: str) -> JobState | None:
        """What the database says of it now."""

    async def stored(self, prompt: str) -> bool:
        """Whether there is a job that asks for it."""

    async def undelivered(self) -> int:
        """Jobs whose person has not seen how they ended."""

    async def unplaced(self) -> int:
        """Undelivered jobs whose message is not noted yet."""

    async def jobs(self) -> list[Job]:
        """All of them, once no bot runs."""


class Ground:
    """A Discord and two ComfyUIs in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.stack = AsyncExitStack()

    async def build(self) -> None:
        """Both run."""
        self.discord = await self.stack.enter_async_context(DiscordServer(answer_window=15.0))
        self.servers = [
            await self.stack.enter_async_context(comfyui(self.folder / name)) for name in ("comfy-one", "comfy-two")
        ]

    def environment(self, data: str, **changes: str) -> dict[str, str]:
        """Of a process with that folder of data."""
        urls = ",".join(server.url for server in self.servers)
        quick = {"LIMIT_WAITING": "0", "DRAIN_SECONDS": "1"}
        return settings(self.discord, urls, self.folder / data, **quick, **changes)


class Solo(Ground):
    """One bot with its file of SQLite."""

    async def open(self) -> None:
        await self.build()
        self._bot = Actor(self.environment("data"), self.folder / "bot", discord=self.discord)
        await self._bot.start()

    async def close(self) -> None:
        await self._bot.end()
        await self.stack.aclose()

    async def ready(self) -> None:
        await wait_up(self._bot)

    async def process_of(self, job_id: str | None) -> str:
        return "bot"

    async def kill(self, name: str) -> None:
        self._bot.kill()

    async def freeze(self, name: str) -> None:
        self._bot.freeze(1.0)

    def database_away(self, *, hangs: bool) -> AbstractAsyncContextManager[None]:
        raise NotImplementedError("it has no process of its own")

    async def state(self, job_id: str) -> JobState | None:
        state = self._value("SELECT max(state) FROM jobs WHERE id = ?", job_id)
        return None if state is None else JobState(str(state))

    async def stored(self, prompt: str) -> bool:
        wanted = """SELECT count(*) FROM jobs WHERE state <> 'cancelled' AND "values" LIKE ?"""
        return bool(self._value(wanted, f"%{prompt}%"))

    async def undelivered(self) -> int:
        return int(str(self._value("SELECT count(*) FROM jobs WHERE delivered_at IS NULL")))

    async def unplaced(self) -> int:
        unplaced = "SELECT count(*) FROM jobs WHERE delivered_at IS NULL AND message_id IS NULL"
        return int(str(self._value(unplaced)))

    async def jobs(self) -> list[Job]:
        await self._bot.end()
        store = await Store.open(self.environment("data")["DATABASE_URL"])
        try:
            return await store.select(states=JobState)
        finally:
            await store.close()

    def _value(self, statement: str, *parameters: str) -> object:
        path = self.folder / "data" / "easel.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as database:
            found: object = database.execute(statement, parameters).fetchone()[0]
        return found
