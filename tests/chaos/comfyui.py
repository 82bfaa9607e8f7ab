"""A ComfyUI in a process of its own: what happens there waits until it was heard here, and it can be killed."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
import signal
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.comfy.simulator import Simulator
from bot.comfy.simulator.port import Port
from tests.whole.conftest import SD15
from tests.whole.crashes import Happening, Tell, watch_comfyui
from tests.whole.processes import PATIENCE, WARM

LINE = 2**24  # bytes: a graph is told in one
PROMPT = re.compile(r"'prompt_id': '([0-9a-f-]{36})'")


@asynccontextmanager
async def comfyui(folder: Path) -> AsyncIterator[ComfyUI]:
    """It answers within the block."""
    server = ComfyUI(folder)
    await server.open()
    try:
        yield server
    finally:
        await server.close()


@dataclass
class Life:
    """From a start to a kill."""

    #: the id of each prompt that it began
    ran: list[str] = field(default_factory=list)
    killed_at: datetime | None = None


class ComfyUI:
    """`folder` is its own and outlives it."""

    def __init__(self, folder: Path) -> None:
        self.lives: list[Life] = []
        self._folder = folder
        self._held = Port("127.0.0.1")
        self._tell: Tell | None = None
        self._up = asyncio.Event()
        self._orders: asyncio.StreamWriter | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._held.number}"

    async def open(self) -> None:
        """Returns when it answers."""
        self._ear = await asyncio.start_server(
            lambda reader, writer: self._soon(self._hear(reader, writer)), "127.0.0.1", 0, limit=LINE
        )
        await self._start()

    async def close(self) -> None:
        """For good."""
        self._die()
        self._ear.close()
        self._held.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def on(self, tell: Tell) -> None:
        """Told of everything there that concerns a prompt; ConnectionError: it must not arrive."""
        self._tell = tell

    def order(self, name: str, value: object = None) -> None:
        """Set one of its faults, or `drop` its sockets. Nobody hears it while it is dead."""
        if self._orders is not None and not self._orders.is_closing():
            self._orders.write(_line({"order": name, "value": value}))

    def kill(self) -> None:
        """SIGKILL: all it knew is gone, but for its files; it is started again at once."""
        if self._up.is_set():
            self._up.clear()
            self.lives[-1].killed_at = datetime.now(UTC)
            self._die()
            self._soon(self._start())

    def freeze(self, seconds: float) -> None:
        """SIGSTOP for so long."""
        if self._up.is_set() and self._process.pid is not None:
            os.kill(self._process.pid, signal.SIGSTOP)
            self._soon(self._thaw(self._process.pid, seconds))

    async def _start(self) -> None:
        ear = self._ear.sockets[0].getsockname()[1]
        self._process = WARM.Process(target=_main, args=(self._held.number, str(self._folder), ear), daemon=True)
        self._process.start()
        async with asyncio.timeout(PATIENCE):
            await self._up.wait()

    def _die(self) -> None:
        self._process.kill()
        self._process.join(PATIENCE)

    async def _thaw(self, pid: int, seconds: float) -> None:
        await asyncio.sleep(seconds)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One life of it: that it is up, then what happens, each by a number."""
        with closing(writer), suppress(ConnectionError):
            await reader.readline()
            self._orders = writer
            life = Life()
            self.lives.append(life)
            self._up.set()
            while line := await reader.readline():
                self._soon(self._answer(json.loads(line), writer, life))

    async def _answer(self, told: dict[str, Any], writer: asyncio.StreamWriter, life: Life) -> None:
        cut = False
        seen = Happening(told["what"], told["about"])
        if seen.what == "comfyui start" and (found := PROMPT.search(seen.about)) is not None:
            life.ran.append(found[1])
        try:
            if self._tell is not None:
                await self._tell(seen)
        except ConnectionError:
            cut = True
        if not writer.is_closing():
            writer.write(_line({"heard": told["number"], "cut": cut}))

    def _soon(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Mouth:
    """The same in the ComfyUI's own process."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, simulator: Simulator) -> None:
        self._reader = reader
        self._writer = writer
        self._simulator = simulator
        self._told: dict[int, asyncio.Future[bool]] = {}

    async def tell(self, seen: Happening) -> None:
        number = max(self._told, default=0) + 1
        self._told[number] = asyncio.get_running_loop().create_future()
        self._writer.write(_line({"number": number, "what": seen.what, "about": seen.about}))
        try:
            if await self._told[number]:
                raise ConnectionError
        finally:
            del self._told[number]

    async def listen(self) -> None:
        """Until whoever listens is gone."""
        while line := await self._reader.readline():
            said = json.loads(line)
            if "heard" in said:
                self._told[said["heard"]].set_result(said["cut"])
            elif said["order"] == "drop":
                self._simulator.drop_sockets()
            else:
                setattr(self._simulator.faults, said["order"], said["value"])


def _main(port: int, folder: str, ear: int) -> None:
    logging.disable()  # each request that is cut off would be an error
    asyncio.run(_run(port, Path(folder), ear))


async def _run(port: int, folder: Path, ear: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", ear, limit=LINE)
    async with Simulator(port=port, data_dir=folder, models=SD15) as simulator:
        mouth = _Mouth(reader, writer, simulator)
        watch_comfyui(simulator, mouth.tell)
        writer.write(_line("up"))
        await mouth.listen()


def _line(value: object) -> bytes:
    return json.dumps(value).encode() + b"\n"
