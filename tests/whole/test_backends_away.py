"""A server stays away: its jobs go to another one, and what it still runs is stopped once it is back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import func, select

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import Job, JobState
from bot.jobs.moving import move
from bot.jobs.tables import strays
from bot.playground import DiscordServer
from tests.whole.conftest import SD15, Easel, finished, shows
from tests.whole.restarts import bounded, running

AWAY = "⚠️ ComfyUI does not answer. Jobs wait and run when it is back."


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


async def given_up(bot: EaselBot, comfyui: Simulator) -> None:
    """Until nobody waits for it any longer."""
    async with asyncio.timeout(10):
        while comfyui.url not in bot.pool.lost:
            await asyncio.wait([bot.pool.changed()], timeout=0.1)


def gone(comfyui: Simulator) -> None:
    """Nobody reaches it any more; it goes on with what it has."""
    comfyui.faults.down = True
    comfyui.drop_sockets()


def gone_when_done(comfyui: Simulator) -> Callable[[str, dict[str, Any]], None]:
    """As soon as it has handed out how a prompt ended."""
    seen: set[str] = set()

    def watch(moment: str, facts: dict[str, Any]) -> None:
        if moment == "answer" and "/history/" in str(facts["path"]) and "finished" in seen:
            gone(comfyui)
        seen.add(moment)

    return watch


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


async def test_whoever_looks_at_the_jobs_sees_which_are_on_a_server_that_is_away_though_another_is_up(
    pair: Easel, discord_server: DiscordServer, comfyui: Simulator, second: Simulator
) -> None:
    pair.changes["backend_lost_seconds"] = 600.0
    async with pair.running() as bot:
        message = await running(discord_server, comfyui)
        second.faults.down = False
        async with asyncio.timeout(10):
            await bot.pool.backends[1].wait_up()
        gone(comfyui)
        await message.wait(shows(AWAY))
        queue = await discord_server.person("bob").slash("queue")
        jobs = await discord_server.person("mona").slash("jobs list")
        comfyui.faults.down = False
        comfyui.release()
        await message.wait(finished)
        over = await discord_server.person("mona").slash("jobs list", state="done")

    assert queue.message.text.startswith(f"{AWAY}\n")
    assert "⚠️ running" in queue.message.text
    assert jobs.message.text.startswith(f"{AWAY}\n")
    assert "⚠️ running for" in jobs.message.text
    assert "⚠️" not in over.message.text


async def test_a_job_that_nobody_took_up_is_followed_where_it_was(
    pair: Easel, discord_server: DiscordServer, comfyui: Simulator, second: Simulator
) -> None:
    """Over a restart, too: the first run is written down."""
    pair.changes["drain_seconds"] = 0.0
    async with pair.running() as bot:
        message = await running(discord_server, comfyui)
        await bot.pauses.pause(second.url, 1)
        (run,) = bot.runner.board.runs.values()
        await bot.store.transact(lambda connection: move(connection, comfyui.url, bot.clock()))
        gone(comfyui)
        assert run.job.id in message.buttons[0].custom_id
    async with pair.running() as bot:
        waiting = await left(bot)
        comfyui.faults.down = False
        await collected(bot)
        comfyui.release()
        await message.wait(finished)

    job = await sole(pair)
    assert waiting == 1
    assert (job.state, job.backend) == (JobState.DONE, comfyui.url)
    assert comfyui.executed == [job.id]
    assert len(message.images) == 1


async def test_without_another_server_a_job_waits_for_its_own(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    easel.changes["backend_lost_seconds"] = 0.0
    async with easel.running() as bot:
        message = await running(discord_server, comfyui)
        gone(comfyui)
        await given_up(bot, comfyui)
        strays_left = await left(bot)
        comfyui.faults.down = False
        comfyui.release()
        await message.wait(finished)

    job = await sole(easel)
    assert strays_left == 0
    assert comfyui.executed == [job.id]
    assert message.images


async def test_a_job_somebody_stops_on_a_lost_server_ends_and_its_run_is_stopped_later(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    easel.changes["backend_lost_seconds"] = 0.0
    async with easel.running() as bot:
        message = await running(discord_server, comfyui)
        gone(comfyui)
        await discord_server.person("alice").click(message, "Cancel")
        await message.wait(finished)
        comfyui.faults.down = False
        await collected(bot)

    job = await sole(easel)
    assert job.state is JobState.CANCELLED
    assert await known(comfyui) == set()


async def test_a_job_is_stopped_at_once_though_its_server_was_given_up_before(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    easel.changes["backend_lost_seconds"] = 0.0
    async with easel.running() as bot:
        message = await running(discord_server, comfyui)
        gone(comfyui)
        await given_up(bot, comfyui)
        await discord_server.person("alice").click(message, "Cancel")
        await message.wait(shows("Cancelled"))


async def test_a_result_on_a_server_that_stays_away_is_not_waited_for(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    easel.changes["backend_lost_seconds"] = 0.3
    async with easel.running():
        message = await running(discord_server, comfyui)
        comfyui.on(gone_when_done(comfyui))
        comfyui.release()
        await message.wait(shows("has not answered for a while"))

    job = await sole(easel)
    assert job.delivered
