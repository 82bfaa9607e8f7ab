"""Discord's commands kept as the folder of workflows has them: read again whenever a file or a server changes."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import discord
from discord.app_commands import CommandSyncFailure
from watchfiles import awatch

from bot.comfy.backend import Backend
from bot.comfy.pool import Pool
from bot.jobs.store import Store
from bot.network import NETWORK_ERRORS
from bot.workflow.library import Library

log = logging.getLogger(__name__)

#: a file manager or an editor writes several times in a row: wait until so long nothing moved, in milliseconds
BURST = 300
#: under which key the store remembers what the owner turned on and off
SWITCHES = "workflow switches"
#: before Discord is told again after it did not answer, in seconds
AGAIN = 30.0


class CommandKeeper:
    """`show` brings Discord's commands in line with the library; it is called after every reading."""

    def __init__(
        self, library: Library, pool: Pool, store: Store, folder: Path, *, show: Callable[[], Awaitable[None]]
    ) -> None:
        self._library = library
        self._pool = pool
        self._store = store
        self._folder = folder
        self._show = show
        self._wanted = asyncio.Event()
        self._reading = asyncio.Lock()

    async def read(self) -> None:
        """Read the folder anew; nothing is shown yet. Converting saved workflows may take seconds."""
        async with self._reading:
            switches = json.loads(await self._store.recall(SWITCHES) or "{}")
            backend = next((each for each in self._pool.backends if each.catalogue is not None), None)
            await asyncio.to_thread(
                self._library.load,
                backend.catalogue if backend is not None else None,
                version=(backend.version or "") if backend is not None else "",
                switches=switches,
            )

    async def reload(self) -> None:
        """Read and show; raises what Discord answers."""
        await self.read()
        await self._show()

    async def switch(self, name: str, on: bool) -> None:
        """Turn a command on or off, whatever its manifest says, and reload."""
        switches = json.loads(await self._store.recall(SWITCHES) or "{}")
        await self._store.remember(SWITCHES, json.dumps({**switches, name: on}))
        await self.reload()

    async def run(self) -> None:
        """Forever: reload when a file in the folder changes, or a server's nodes and models."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch_files())
            for backend in self._pool.backends:
                group.create_task(self._watch_server(backend))
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                if not await self._reloaded():
                    await asyncio.sleep(AGAIN)
                    self._wanted.set()

    async def _watch_files(self) -> None:
        if not self._folder.is_dir():
            log.warning("there is no folder %s: no workflows", self._folder)
            return
        async for changes in awatch(self._folder, debounce=BURST, step=50, recursive=False):
            log.info("workflows changed: %s", ", ".join(sorted({Path(path).name for _change, path in changes})))
            self._wanted.set()

    async def _watch_server(self, backend: Backend) -> None:
        seen = backend.catalogue
        while True:
            await backend.changed()
            if backend.catalogue is not seen:
                seen = backend.catalogue
                self._wanted.set()

    async def _reloaded(self) -> bool:
        """Whether Discord took it, or never will."""
        try:
            await self.reload()
        except CommandSyncFailure as refusal:
            log.error("Discord refuses the commands: %s", refusal)
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            log.warning("the commands did not reach Discord: %s", error)
            return False
        return True
