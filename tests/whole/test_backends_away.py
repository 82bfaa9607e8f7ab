"""A server stays away: its jobs go to another one, and what it still runs is stopped once it is back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import func, select

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import Job, JobState
from bot.jobs.tables import strays
from bot.playground import DiscordServer
from tests.whole.conftest import SD15, Easel, finished
from tests.whole.restarts import bounded, running


@pytest.fixture
async def second(tmp_path: Path) -> AsyncIterator[Simulator]:
    async with Simulator(data_dir=tmp_path / "second", models=SD15) as simulator:
        yield simulator


@pytest.fixture
def pair(easel: Easel, second: Simulator) -> Easel:
    """Its first server is up when the bot begins; the second is down."""
    easel.urls = (*easel.urls, second.url)
    easel.changes["backend_lost_seconds"] = 0.1
    second.faults.down = True
    return easel


async def left(bot: EaselBot) -> int:
    """Runs that were given up and may still be somewhere."""
    count = select(func.count()).select_from(strays)

    async def read(connection: object) -> int:
        return int(await connection.scalar(count))  # type: ignore[attr-defined]

    return await bot.store.transact(read)


async def collected(bot: EaselBot) -> None:
    """Until nothing is left on any server."""
    async with asyncio.timeout(10):
        while await left(bot):
            change = bot.pool.changed()
            await asyncio.wait([change], timeout=0.1)


def gone(comfyui: Simulator) -> None:
    """Nobody reaches it any more; it goes on with what it has."""
    comfyui.faults.down = True
    comfyui.drop_sockets()


async def known(comfyui: Simulator) -> set[str]:
    """The prompts that a server has, waiting, running or ended."""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"{comfyui.url}/api/queue") as answer:
            queue = await answer.json()
        async with session.get(f"{comfyui.url}/api/history") as answer:
            return {*await answer.json(), *(each[1] for part in queue.values() for each in part)}


async def sole(easel: Easel) -> Job:
    (job,) = await easel.jobs()
    return job


async def test_a_job_moves_to_another_server_and_its_first_run_is_stopped(
    pair: Easel, discord_server: DiscordServer, comfyui: Simulator, second: Simulator
) -> None:
    async with pair.running() as bot:
        message = await running(discord_server, comfyui)
        second.hold()
        gone(comfyui)
        second.faults.down = False
        await bounded(second, "start")
        comfyui.faults.down = False
        await collected(bot)
        second.release()
        await message.wait(finished)

    job = await sole(pair)
    assert (job.state, job.backend, job.submits) == (JobState.DONE, second.url, 1)
    assert len(message.images) == 1
    assert second.executed == [job.id]
    assert await known(comfyui) == set()
