"""The bot is started again, and ComfyUI is away, has forgotten the job, or is another server."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.comfy.simulator import Simulator
from bot.jobs.follower import SUBMITS, UNSEEN
from bot.jobs.job import JobState
from bot.playground import DiscordServer, Message
from tests.whole.conftest import Easel, finished, shows
from tests.whole.restarts import bounded, cut_short, imagine, running, stored


async def test_a_job_the_server_never_got_is_sent_under_the_same_id(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    """The process died between writing the backend down and the POST."""
    comfyui.faults.down = True
    async with cut_short(easel):
        message = await imagine(discord_server)
    async with stored(easel) as store:
        (job,) = await store.unfinished()
        await store.claim(job, comfyui.url)
    comfyui.faults.down = False

    async with easel.running():
        await message.wait(finished)

    assert comfyui.executed == [job.id]
    assert len(message.images) == 1


async def test_a_server_that_forgot_gets_the_job_once_more(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    async with cut_short(easel):
        message = await running(discord_server, comfyui)
        await message.wait(shows("🎨"))
    await comfyui.restart()
    comfyui.hold()

    async with easel.running():
        await message.wait(shows("sent again"))
        comfyui.release()
        await message.wait(finished)

    (job,) = await easel.jobs()
    assert comfyui.executed == [job.id, job.id]
    assert len(message.images) == 1


async def test_a_job_the_server_forgets_twice_fails_in_plain_words(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    async with easel.running():
        message = await running(discord_server, comfyui)
        await lost_twice(message, comfyui)
        await message.wait(finished)

    (job,) = await easel.jobs()
    assert job.state is JobState.FAILED
    assert shows("ComfyUI lost this job twice")(message)
    assert comfyui.executed == [job.id, job.id]


async def test_who_only_waits_behind_it_is_not_lost_with_it(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    async with easel.running():
        first = await running(discord_server, comfyui)
        await comfyui.wait_for("queued")
        second = await imagine(discord_server, "bob")
        await comfyui.wait_for("queued")
        await lost_twice(first, comfyui)
        await first.wait(finished)
        comfyui.release()
        await second.wait(finished)

    assert shows("ComfyUI lost this job twice")(first)
    assert len(second.images) == 1


async def test_what_stops_comfyui_before_anybody_sees_it_run_is_not_tried_without_end(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    times = 0

    async def dies(moment: str, facts: dict[str, Any]) -> None:
        nonlocal times
        if moment == "turn" and facts["at"] == "begin":
            times += 1
            async with asyncio.timeout(10):
                while not any(run.job.remote_id for run in bot.runner.board.runs.values()):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)  # no event tells that the bot knows it taken
            await comfyui.restart()

    comfyui.on(dies)
    async with easel.running() as bot:
        message = await imagine(discord_server)
        await message.wait(finished, timeout=30)

    assert shows("ComfyUI lost this job")(message)
    assert times == UNSEEN + SUBMITS


async def lost_twice(message: Message, comfyui: Simulator) -> None:
    """The job runs on a server that is started anew, twice."""
    await message.wait(shows("🎨"))
    await comfyui.restart()
    comfyui.hold()
    await message.wait(lambda shown: shows("🎨")(shown) and shows("sent again")(shown))
    await comfyui.restart()


async def test_a_job_of_a_server_that_was_taken_out_of_the_settings_goes_to_another(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    async with Simulator(data_dir=tmp_path / "other") as other:
        async with cut_short(easel):
            message = await running(discord_server, comfyui)
        easel.urls = (other.url,)

        async with easel.running():
            await message.wait(finished)

        (job,) = await easel.jobs()
        assert other.executed == [job.id]
        assert len(message.images) == 1


async def test_files_on_a_server_that_was_taken_out_of_the_settings_are_explained(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    async with cut_short(easel):
        message = await running(discord_server, comfyui)
        comfyui.on(_down_when_done(comfyui))
        comfyui.release()
        await message.wait(shows("Your job is done, but ComfyUI does not answer"))

    async with Simulator(data_dir=tmp_path / "other") as other:
        easel.urls = (other.url,)
        async with easel.running():
            await message.wait(shows("can no longer be had"))

    (job,) = await easel.jobs()
    assert job.delivered


async def test_comfyui_down_at_the_start_is_said_and_waited_for(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    comfyui.hold()
    async with cut_short(easel):
        messages = [await imagine(discord_server) for _ in range(3)]
    comfyui.faults.down = True

    async with easel.running():
        for message in messages:
            await message.wait(shows("ComfyUI does not answer"))
        comfyui.faults.down = False
        comfyui.release()
        for message in messages:
            await message.wait(finished)

    assert len(comfyui.executed) == 3
    assert all(message.images for message in messages)


async def test_files_that_are_gone_are_explained(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    async with cut_short(easel):
        message = await running(discord_server, comfyui)
    comfyui.release()
    await bounded(comfyui, "finished")
    shutil.rmtree(tmp_path / "comfyui" / "output")

    async with easel.running():
        await message.wait(finished)

    assert shows("can no longer be had from ComfyUI")(message)


async def test_comfyui_down_between_the_end_and_the_download_is_waited_for(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    async with easel.running():
        message = await running(discord_server, comfyui)
        comfyui.on(_down_when_done(comfyui))
        comfyui.release()
        await message.wait(shows("Your job is done, but ComfyUI does not answer"))
        comfyui.faults.down = False
        await message.wait(lambda message: bool(message.images))

    (job,) = await easel.jobs()
    assert job.delivered
    assert comfyui.executed == [job.id]


def _down_when_done(comfyui: Simulator) -> Callable[[str, dict[str, Any]], None]:
    """ComfyUI is gone as soon as it has handed out how a prompt ended."""

    def watch(moment: str, facts: dict[str, Any]) -> None:
        if moment == "answer" and "/history/" in str(facts["path"]) and "finished" in seen:
            comfyui.faults.down = True
        seen.add(moment)

    seen: set[str] = set()
    return watch
