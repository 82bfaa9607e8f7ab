"""The bot is stopped and started again on the same data: its jobs go on from where they stood."""

from __future__ import annotations

import pytest

from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.playground import DiscordServer
from tests.whole.conftest import Easel, finished, shows
from tests.whole.restarts import cut_short, imagine, running, stored


async def test_waiting_jobs_keep_their_place(easel: Easel, discord_server: DiscordServer, comfyui: Simulator) -> None:
    comfyui.hold()
    async with cut_short(easel):
        people = ["alice", "bob", "mona", "alice", "bob"]
        messages = [await imagine(discord_server, who) for who in people]
        assert len(comfyui.executed) <= 2

    order = [job.id for job in await easel.jobs()]
    states = [job.state for job in await easel.jobs()]
    async with easel.running():
        await messages[4].wait(shows("4 jobs before"))
        comfyui.release()
        for message in messages:
            await message.wait(finished)

    assert states[2:] == [JobState.WAITING] * 3
    assert comfyui.executed == order
    assert all(message.images for message in messages)


async def test_a_job_that_runs_is_attached_to_again(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    async with cut_short(easel):
        message = await running(discord_server, comfyui)

    assert shows("The bot is being restarted")(message)
    async with easel.running():
        await message.wait(shows("Still running"))
        comfyui.release()
        await message.wait(finished)

    (job,) = await easel.jobs()
    assert comfyui.executed == [job.id]
    assert job.delivered
    assert len(message.images) == 1


async def test_a_job_past_its_days_is_forgotten_at_the_next_start(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    easel.changes["keep_jobs_days"] = 90
    async with easel.running():
        await (await imagine(discord_server)).wait(finished)
    (old,) = await easel.jobs()
    discord_server.advance(91 * 24 * 3600)

    async with easel.running():
        await (await imagine(discord_server)).wait(finished)

    (new,) = await easel.jobs()
    assert new.id != old.id


async def test_a_cancel_the_server_has_not_confirmed_is_repeated(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    comfyui.faults.lost_interrupts = 1000
    async with cut_short(easel):
        message = await running(discord_server, comfyui)
        await discord_server.person("alice").click(message, "Cancel")
        await message.wait(shows("Stopping"))
    comfyui.faults.lost_interrupts = 0

    async with easel.running():
        await message.wait(shows("Cancelled"))

    (job,) = await easel.jobs()
    assert job.state is JobState.CANCELLED
    assert job.delivered


async def test_a_fault_inside_one_job_leaves_the_others_alone(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    comfyui.faults.down = True
    async with cut_short(easel):
        messages = [await imagine(discord_server) for _ in range(3)]
    async with stored(easel) as store:
        broken = (await store.unfinished())[1]
        await store.change(broken, files={"picture": "files/gone.png"})
    comfyui.faults.down = False

    async with easel.running():
        for message in messages:
            await message.wait(finished)

    assert [len(message.images) for message in messages] == [1, 0, 1]
    assert shows("went wrong on the bot's side")(messages[1])
    assert f"job {broken.id} failed inside the bot" in caplog.text
