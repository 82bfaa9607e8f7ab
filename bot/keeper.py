"""Discord's commands kept as the folder of workflows has them: read again whenever a file or a server changes."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from pathlib import Path

import discord
from discord.app_commands import CommandSyncFailure

from bot.comfy.pool import Pool
from bot.command_refusals import refused_commands
from bot.jobs.signals import Kind
from bot.jobs.store import Store
from bot.network import NETWORK_ERRORS
from bot.text import _
from bot.watching import changes
from bot.workflow.folder import State
from bot.workflow.hosts import Host, same_hosts
from bot.workflow.library import Library
from bot.workflow.manifest import Manifest

log = logging.getLogger(__name__)

#: under which key the store remembers what the owner turned on and off
SWITCHES = "workflow switches"
#: seconds before Discord is told again after it did not answer: at first, and at most
AGAIN, AGAIN_MOST = 30.0, 600.0


class CommandKeeper:
    """`show` brings Discord's commands in line with the library, and raises what Discord answers."""

    def __init__(
        self, library: Library, pool: Pool, store: Store, folder: Path, *, show: Callable[[], Awaitable[None]]
    ) -> None:
        self._library = library
        self._pool = pool
        self._store = store
        self._folder = folder
        self._show = show
        self._wanted = asyncio.Event()
        self._known = asyncio.Event()
        self._turn = asyncio.Lock()
        self._files: Mapping[str, State] = {}
        self._judged: tuple[Host, ...] = ()
        self._refused: dict[str, tuple[Manifest, str]] = {}

    async def reload(self) -> None:
        """Read the folder anew and show what there is; raises what Discord answers. Converting may take seconds.

        Whatever goes wrong, what there was before stays.
        """
        async with self._turn:
            await self._read()
            try:
                await self._show_all()
            except CommandSyncFailure:
                raise
            except (discord.HTTPException, *NETWORK_ERRORS):
                self._wanted.set()  # whoever asked for it is told, and it is tried again
                raise

    async def read(self) -> None:
        """Read the folder anew; nothing is shown yet."""
        async with self._turn:
            await self._read()

    async def show(self) -> None:
        """Show what was read; raises what Discord answers."""
        async with self._turn:
            await self._show_all()

    async def wait_known(self) -> None:
        """Until the folder was read with what a server said of its nodes, and shown."""
        await self._known.wait()

    async def switch(self, name: str, on: bool) -> None:
        """From the next reading on a command is on or off, whatever its manifest says."""
        async with self._turn:
            await self._store.revise_fact(
                SWITCHES, lambda kept: json.dumps({**json.loads(kept or "{}"), name: on}), kind=Kind.SWITCHES
            )

    async def ask(self, _nothing: str | None = None) -> None:
        """Have `run` read the folder anew: the owner turned something on or off elsewhere, say."""
        self._wanted.set()

    async def run(self) -> None:
        """Forever: reload when a file in the folder changes, or a server's nodes and models."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._watch_files())
            group.create_task(self._watch_servers())
            pause = AGAIN
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                if await self._reloaded():
                    pause = AGAIN
                    continue
                await asyncio.sleep(pause)
                pause = min(pause * 2, AGAIN_MOST)
                self._wanted.set()

    async def _read(self) -> None:
        switches = json.loads(await self._store.recall(SWITCHES) or "{}")
        hosts = self._pool.hosts
        files = await asyncio.to_thread(self._library.state)  # before reading: what changes meanwhile is read again
        await asyncio.to_thread(self._library.load, hosts, switches=switches)
        self._files, self._judged = files, hosts
        for name, (manifest, reason) in self._refused.items():
            workflow = self._library.workflows.get(name)
            if workflow is not None and workflow.manifest == manifest:
                self._library.leave_out(name, reason)

    async def _show_all(self) -> None:
        """Discord takes all commands or none: what it refuses is left out, so that it takes the others."""
        while True:
            try:
                await self._show()
            except CommandSyncFailure as refusal:
                if not self._leave_out(refusal):
                    raise
            else:
                if self._judged:
                    self._known.set()
                return

    def _leave_out(self, refusal: CommandSyncFailure) -> bool:
        """Whether any workflow's command is to blame."""
        workflows = self._library.workflows
        refused = refused_commands(refusal, [workflow.manifest for workflow in workflows.values()])
        for name, said in refused.items():
            log.warning("/%s is left out: Discord refuses it: %s", name, said)
            reason = _("Discord refuses it: {reason}").format(reason=said)
            self._refused[name] = workflows[name].manifest, reason
            self._library.leave_out(name, reason)
        return bool(refused)

    async def _watch_files(self) -> None:
        if not self._folder.is_dir():
            log.warning("there is no folder %s: no workflows until there is", self._folder.absolute())
        async with aclosing(changes(self._library.state, lambda: self._files)) as watched:
            async for now in watched:
                changed = {name for name, _state in now.items() ^ self._files.items()}
                if changed:
                    log.info("workflows changed: %s", ", ".join(sorted(changed)))
                    self._files = now
                    self._wanted.set()

    async def _watch_servers(self) -> None:
        """Their versions too may be why a command is hidden; they are known some time after what was there before."""
        seen = self._judged
        while True:
            change = self._pool.changed()
            now = self._pool.hosts
            if not same_hosts(now, seen) and not same_hosts(now, self._judged):
                seen = now
                self._wanted.set()
            await change

    async def _reloaded(self) -> bool:
        """Whether Discord took it, or never will."""
        try:
            await self.reload()
        except CommandSyncFailure as refusal:
            log.error("Discord refuses the commands: %s", refusal)
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            log.warning("the commands did not reach Discord: %s", error)
            return False
        except Exception:  # the commands there are go on working
            log.exception("the workflows could not be read")
            return False
        return True
