"""SIGTERM: running jobs may finish for a while, the rest survives and says so."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path

from bot.comfy.simulator import Simulator
from bot.jobs.job import Job, JobState
from bot.jobs.store import Store
from bot.playground import DiscordServer, Message
from tests.whole.conftest import finished, shows
from tests.whole.processes import program, settings


async def imagine(server: DiscordServer, who: str = "alice") -> Message:
    answer = await server.person(who).slash("imagine", prompt="a fox", size="256x256", steps=2)
    return await answer.wait(lambda message: bool(message.buttons))


async def stored(folder: Path) -> list[Job]:
    store = await Store.open(f"sqlite+aiosqlite:///{folder / 'easel.db'}")
    try:
        return await store.select(states=JobState)
    finally:
        await store.close()


async def test_a_job_that_finishes_in_time_is_delivered_and_the_rest_survives(
    discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    comfyui.hold()
    async with program(env=settings(discord_server, comfyui.url, tmp_path / "data"), cwd=tmp_path) as bot:
        await discord_server.wait_ready()
        jobs = [await imagine(discord_server) for _ in range(3)]
        async with asyncio.timeout(10):
            await comfyui.wait_for("start")
        bot.send(signal.SIGTERM)
        await bot.output.wait("jobs may finish")
        late = await imagine(discord_server, "bob")
        await late.wait(shows("The bot is being restarted"))
        comfyui.release()
        code = await bot.end()

    assert code == 0
    assert [bool(message.images) for message in jobs] == [True, True, False]
    assert shows("The bot is being restarted")(jobs[2])
    states = [job.state for job in await stored(tmp_path / "data")]
    assert states == [JobState.DONE, JobState.DONE, JobState.WAITING, JobState.WAITING]


async def test_a_job_that_does_not_finish_in_time_survives_and_says_so(
    discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    comfyui.hold()
    env = settings(discord_server, comfyui.url, tmp_path / "data", DRAIN_SECONDS="0.2")
    async with program(env=env, cwd=tmp_path) as bot:
        await discord_server.wait_ready()
        message = await imagine(discord_server)
        async with asyncio.timeout(10):
            await comfyui.wait_for("start")
        bot.send(signal.SIGTERM)
        code = await bot.end()
    said = message.text

    async with program(env=env, cwd=tmp_path) as bot:
        await discord_server.wait_ready()
        comfyui.release()
        await message.wait(finished)
        await bot.output.wait("delivered (done)")
        bot.send(signal.SIGTERM)
        await bot.end()

    assert code == 0
    assert "The bot is being restarted" in said
    assert len(message.images) == 1
    assert len(comfyui.executed) == 1


async def test_a_second_signal_stops_at_once(discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path) -> None:
    comfyui.hold()
    env = settings(discord_server, comfyui.url, tmp_path / "data", DRAIN_SECONDS="600")
    async with program(env=env, cwd=tmp_path) as bot:
        await discord_server.wait_ready()
        await imagine(discord_server)
        bot.send(signal.SIGTERM)
        await bot.output.wait("jobs may finish")
        bot.send(signal.SIGINT)
        code = await bot.end()

    (job,) = await stored(tmp_path / "data")
    assert code == 0
    assert not job.state.ended
    assert "Traceback" not in bot.output.text
