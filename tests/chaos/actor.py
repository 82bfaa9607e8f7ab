"""A process that is killed and frozen, and comes back by itself."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from bot.playground import DiscordServer
from tests.whole.processes import PATIENCE, WarmBot, offline


class Actor:
    """`discord` where it takes commands. `away` is how many seconds a killed one stays dead."""

    def __init__(
        self, env: Mapping[str, str], folder: Path, *, discord: DiscordServer | None = None, away: float = 0.0
    ) -> None:
        folder.mkdir(parents=True)
        self.up = asyncio.Event()
        self._bot = WarmBot(env, folder)
        self._log = folder / "log.txt"
        self._discord = discord
        self._away = away
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def said(self) -> str:
        """Since it was started last."""
        return self._bot.output.text

    async def start(self) -> None:
        """Returns when it takes commands, or runs."""
        if self._discord is not None:
            await self._bot.start(self._discord)
        else:
            await self._bot.launch()
        self.up.set()

    def kill(self) -> None:
        """SIGKILL, unless it is dead or coming back."""
        if self.up.is_set():
            self.up.clear()
            self._bot.kill()
            self._soon(self._come_back())

    def freeze(self, seconds: float) -> None:
        """SIGSTOP for so long."""
        if self.up.is_set() and self._bot.process.pid is not None:
            os.kill(self._bot.process.pid, signal.SIGSTOP)
            self._soon(self._thaw(self._bot.process.pid, seconds))

    async def end(self) -> None:
        """For good."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.up.clear()
        with suppress(AttributeError, TimeoutError):  # it was never started, or its pipe outlives it
            self._bot.kill()
            await self._bot.end()
            self._keep()

    async def _come_back(self) -> None:
        await self._bot.end()
        self._keep()
        if self._discord is not None:
            await offline(self._discord)
        await asyncio.sleep(self._away)
        await self.start()

    async def _thaw(self, pid: int, seconds: float) -> None:
        await asyncio.sleep(seconds)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    def _keep(self) -> None:
        with self._log.open("a", encoding="utf-8") as log:
            log.write(self.said)

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def wait_up(actor: Actor) -> None:
    """Until it is there, or it has taken too long."""
    async with asyncio.timeout(PATIENCE):
        await actor.up.wait()
