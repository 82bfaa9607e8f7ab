"""Child processes: the bot as an operator runs it, the bare client beside it; each stopped by its own handle."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
PATIENCE = 15.0  # seconds a child has to end by itself


@asynccontextmanager
async def running_bot(folder: Path, settings: Mapping[str, str]) -> AsyncGenerator[Process, None]:
    """`python -m bot` with these settings and nothing else of this machine's; its log is `bot.log` in the folder."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    own = {
        "DATA_DIR": str(folder / "data"),
        "DATABASE_URL": f"sqlite+aiosqlite:///{(folder / 'data' / 'easel.db').as_posix()}",
        "WORKFLOWS_DIR": str(ROOT / "workflows"),
        "DRAIN_SECONDS": "1",
        "LIMIT_WAITING": "0",
    }
    with (folder / "bot.log").open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", cwd=folder, env=_environment(folder, {**own, **settings}), stderr=log
        )
    async with _stopped_at_the_end(process):
        yield process


@asynccontextmanager
async def running_module(module: str, *arguments: str) -> AsyncGenerator[Process, None]:
    """A module of ours that is spoken to line by line."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, *arguments), cwd=ROOT, stdin=PIPE, stdout=PIPE, limit=2**20
    )
    async with _stopped_at_the_end(process):
        yield process


def _environment(folder: Path, settings: Mapping[str, str]) -> dict[str, str]:
    """Where programs are found, and the settings: no other variable may change what is measured."""
    kept = {name: value for name, value in os.environ.items() if name.upper() in {"PATH", "SYSTEMROOT", "LANG"}}
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    return {**kept, **temporary, "PYTHONPATH": str(ROOT), **settings}


@asynccontextmanager
async def _stopped_at_the_end(process: Process) -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            async with asyncio.timeout(PATIENCE):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
