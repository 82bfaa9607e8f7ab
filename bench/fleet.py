"""Commands through a gateway and its workers: how many a second come out as pictures, by the number of workers."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import psycopg

from bench.processes import running_bot
from bench.stage import PATIENCE, BenchFailed, ended
from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer
from tests.postgres import Postgres, serving

TINY: dict[str, object] = {"prompt": "a fox in the snow", "size": "256x256", "steps": 1}
JOBS, AT_ONCE = 200, 16


async def per_second() -> tuple[float, float]:
    """With one worker, and with two; each has a ComfyUI of its own, all on this machine, a PostgreSQL too."""
    with serving() as postgres:
        return await _per_second(postgres, 1), await _per_second(postgres, 2)


async def _per_second(postgres: Postgres, workers: int) -> float:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="easel-bench-")))
        discord = await stack.enter_async_context(DiscordServer(latency=0.0))
        database = await asyncio.to_thread(lambda: postgres.create(postgres.template()))
        shared = {
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.url,
            "DATABASE_URL": postgres.url(database),
        }
        for number in range(workers):
            comfyui = await stack.enter_async_context(Simulator(data_dir=folder / f"comfyui{number}"))
            comfyui.pace = replace(comfyui.pace, preview=64)
            worker = {**shared, "ROLE": "worker", "COMFYUI_URLS": comfyui.url}
            await stack.enter_async_context(running_bot(folder / f"worker{number}", worker))
        await stack.enter_async_context(running_bot(folder / "gateway", {**shared, "ROLE": "gateway"}))
        async with asyncio.timeout(PATIENCE):
            await discord.wait_ready(PATIENCE)
            await _all_up(postgres, database, workers)
        await _imagine(discord)
        left = iter(range(JOBS))

        async def ask() -> None:
            for _ in left:
                await _imagine(discord)

        began = asyncio.get_running_loop().time()
        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(ask())
        return JOBS / (asyncio.get_running_loop().time() - began)


async def _imagine(discord: DiscordServer, values: Mapping[str, object] = TINY) -> None:
    answer = await discord.person("alice").slash("imagine", timeout=PATIENCE, values=dict(values))
    message = await answer.wait(ended, timeout=PATIENCE)
    if not message.files:
        raise BenchFailed(f"/imagine ended without a picture: {message.text}")


async def _all_up(postgres: Postgres, database: str, workers: int) -> None:
    """As the database says, which is all that processes know of each other."""
    while True:
        try:
            found = await asyncio.to_thread(postgres.ask, "SELECT name FROM backends WHERE state = 'up'", database)
        except psycopg.Error:
            found = []
        if len(found) >= workers:
            return
        await asyncio.sleep(0.1)
