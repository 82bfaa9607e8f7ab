"""The bot as a process of its own, which can be watched, stopped and killed."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.playground import DiscordServer

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0  # seconds; a machine under load is slow, a bot that hangs is slower

#: Starts a process from one that has imported everything, in a tenth of the time.
if sys.platform == "win32":
    pytest.skip("these processes are stopped by POSIX signals", allow_module_level=True)

WARM = multiprocessing.get_context("forkserver")
WARM.set_forkserver_preload(["bot.__main__", "cogs.generate", "cogs.queue", "cogs.moderation", __name__])


def settings(discord: DiscordServer, comfyui_url: str, folder: Path, **changes: str) -> dict[str, str]:
    """The environment of a bot between two servers of ours; no other setting reaches it."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "DISCORD_TOKEN": discord.token,
        "DISCORD_API_URL": discord.url,
        "COMFYUI_URLS": comfyui_url,
        "WORKFLOWS_DIR": str(ROOT / "workflows"),
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite+aiosqlite:///{(folder / 'easel.db').as_posix()}",
        **changes,
    }


class Output:
    """What a process says, line by line."""

    def __init__(self, stream: asyncio.StreamReader) -> None:
        self.text = ""
        self._stream = stream
        self._more = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def wait(self, *words: str, times: int = 1) -> None:
        """Until each of these was said so often; TimeoutError tells what was said instead."""
        try:
            async with asyncio.timeout(PATIENCE):
                while not all(self.text.count(word) >= times for word in words):
                    if self._reading.done():
                        raise TimeoutError
                    self._more.clear()
                    await self._more.wait()
        except TimeoutError:
            raise TimeoutError(f"waited for {words}; it said:\n{self.text}") from None

    async def end(self) -> str:
        """Everything, once nobody can say more."""
        await asyncio.wait([self._reading], timeout=PATIENCE)
        return self.text

    async def _read(self) -> None:
        while line := await self._stream.readline():
            self.text += line.decode()
            self._more.set()
        self._more.set()


class Program:
    """`python -m bot` with arguments; standard error and output are one stream."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        self.process = process
        self.output = Output(process.stdout)

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    async def end(self) -> int:
        """The exit code."""
        async with asyncio.timeout(PATIENCE):
            code = await self.process.wait()
        await self.output.end()
        return code


@asynccontextmanager
async def program(*arguments: str, env: Mapping[str, str], cwd: Path) -> AsyncIterator[Program]:
    """Started in that folder; killed at the end of the block if it still runs."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        env={"PATH": os.environ.get("PATH", ""), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **env},
        cwd=cwd,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        limit=2**24,  # a line of the log may hold every command in every language
    )
    running = Program(process)
    try:
        yield running
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await running.end()


class WarmBot:
    """A bot forked from a process that has its modules loaded already: for tests that start many."""

    def __init__(self, env: Mapping[str, str], folder: Path) -> None:
        self._env = dict(env)
        self._pipe = folder / "output"
        self._transport: asyncio.ReadTransport | None = None

    async def start(self, discord: DiscordServer) -> None:
        """Returns when it is ready for commands."""
        await self.launch()
        await discord.wait_ready(PATIENCE)

    async def launch(self) -> None:
        """Returns when it runs; what it says is heard from the first word on."""
        self._pipe.unlink(missing_ok=True)
        os.mkfifo(self._pipe)
        reader = asyncio.StreamReader()
        file = os.fdopen(os.open(self._pipe, os.O_RDONLY | os.O_NONBLOCK), "rb")
        self._transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), file
        )
        self.process = WARM.Process(target=_main, args=(self._env, str(self._pipe)), daemon=True)
        self.process.start()
        self.output = Output(reader)

    def kill(self) -> None:
        """SIGKILL; returns when it is dead."""
        if self.process.is_alive():
            self.process.kill()
            self.process.join(PATIENCE)

    async def end(self) -> int | None:
        """The exit code."""
        await asyncio.to_thread(self.process.join, PATIENCE)
        await self.output.end()
        if self._transport is not None:
            self._transport.close()
        code: int | None = self.process.exitcode
        return code


async def offline(discord: DiscordServer) -> None:
    """Until the Discord has noticed that the bot is gone."""
    async with asyncio.timeout(PATIENCE):
        while discord.gateway.online:
            await discord.gateway.changed.wait()


def _main(env: dict[str, str], pipe: str) -> None:
    os.environ.clear()
    os.environ.update(env)
    out = os.open(pipe, os.O_WRONLY)
    os.dup2(out, 1)
    os.dup2(out, 2)
    sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115 - as long as the process
    sys.argv = ["python -m bot"]
    from bot.__main__ import main

    main()
