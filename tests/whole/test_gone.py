"""Messages, channels and servers that go away while a job is under way."""

from __future__ import annotations

import asyncio

import pytest

from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.playground import Channel, DiscordServer, Message, Person
from tests.whole.conftest import Easel, finished, hold_at, shows
from tests.whole.test_imagine import SMALL


async def start(comfyui: Simulator, person: Person, *, channel: Channel | None = None) -> Message:
    """A job that waits at its first step."""
    hold_at(comfyui, 1)
    answer = await person.slash("imagine", prompt="a fox", channel=channel, size="256x256", steps=3)
    return await answer.wait(shows("step 1 of 3"))


async def ended(easel: Easel) -> JobState:
    """How the only job ended; its outcome counts as delivered."""
    (job,) = await easel.jobs()
    assert job.delivered
    return job.state


async def arrived(easel: Easel, person: Person) -> Message:
    """What the bot wrote to that person directly, once it has drained."""
    (message,) = person.dm.messages.values()
    return message


async def test_deleting_a_job_s_message_stops_the_job(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    async with easel.running():
        message = await start(comfyui, discord_server.person("alice"))
        discord_server.delete_message(message)
        hold_at(comfyui, 2)
        comfyui.release()
        async with asyncio.timeout(10):
            await comfyui.wait_for("interrupted")

    assert await ended(easel) is JobState.CANCELLED
    assert not discord_server.messages("general")
    assert not discord_server.person("alice").dm.messages


async def test_deleting_a_waiting_job_s_message_takes_it_out_of_the_queue_at_its_next_state(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    alice = discord_server.person("alice")
    comfyui.hold()
    async with easel.running():
        answers = [await alice.slash("imagine", prompt=f"{number}", **SMALL) for number in range(4)]
        last = await answers[3].wait(shows("3 jobs before yours"))
        discord_server.delete_message(last)
        comfyui.release()
        for answer in answers[:3]:
            await answer.wait(finished)

    jobs = {job.values["prompt"]: job for job in await easel.jobs()}
    assert jobs["3"].state is JobState.CANCELLED
    assert all(job.delivered for job in jobs.values())
    assert len(comfyui.executed) == 3


async def test_a_message_deleted_after_the_last_step_ends_quietly(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.pace = 3600.0
    async with easel.running():
        comfyui.hold()
        message = await (await discord_server.person("alice").slash("imagine", prompt="a fox", **SMALL)).wait(
            shows("a fox")
        )
        discord_server.delete_message(message)
        comfyui.release()
        async with asyncio.timeout(10):
            await comfyui.wait_for("finished")

    assert await ended(easel) is JobState.DONE
    assert not discord_server.messages("general")


@pytest.mark.parametrize("place", ["channel", "thread"])
async def test_a_deleted_channel_s_results_come_to_the_person(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, place: str
) -> None:
    alice = discord_server.person("alice")
    channel = discord_server.channel("art") if place == "channel" else discord_server.add_thread("art", "foxes")
    async with easel.running():
        await start(comfyui, alice, channel=channel)
        discord_server.delete_channel(channel)
        comfyui.release()

    assert await ended(easel) is JobState.DONE
    message = await arrived(easel, alice)
    assert len(message.images) == 1
    assert f"Sent here because I can no longer write in <#{channel.id}>." in message.text


async def test_a_deleted_channel_ends_quietly_where_the_person_takes_no_messages(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    alice, art = discord_server.person("alice"), discord_server.channel("art")
    alice.user.takes_dms = False
    async with easel.running():
        await start(comfyui, alice, channel=art)
        discord_server.delete_channel(art)
        comfyui.release()

    assert await ended(easel) is JobState.DONE
    assert not alice.dm.messages


@pytest.mark.parametrize("locked", [False, True])
async def test_an_archived_thread_s_results_come_to_the_person(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, locked: bool
) -> None:
    alice, thread = discord_server.person("alice"), discord_server.add_thread("art", "foxes")
    async with easel.running():
        await start(comfyui, alice, channel=thread)
        discord_server.archive_thread(thread, locked=locked)
        comfyui.release()

    assert await ended(easel) is JobState.DONE
    assert len((await arrived(easel, alice)).images) == 1


async def test_a_kicked_bot_ends_its_jobs(discord_server: DiscordServer, comfyui: Simulator, easel: Easel) -> None:
    """By the interaction's token while it lives; afterwards there is no way left."""
    alice = discord_server.person("alice")
    async with easel.running():
        message = await start(comfyui, alice)
        discord_server.kick_bot()
        comfyui.release()
        await message.wait(finished)

    assert await ended(easel) is JobState.DONE


async def test_a_bot_kicked_long_before_the_end_ends_its_jobs_quietly(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    async with easel.running():
        await start(comfyui, discord_server.person("alice"))
        discord_server.kick_bot()
        discord_server.advance(16 * 60)
        comfyui.release()

    assert await ended(easel) is JobState.DONE


async def test_a_batch_for_a_deleted_channel_comes_whole(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    alice, art = discord_server.person("alice"), discord_server.channel("art")
    hold_at(comfyui, 1)
    async with easel.running():
        answer = await alice.slash("imagine", prompt="a fox", channel=art, count=12, **SMALL)
        await answer.wait(shows("step 1 of 2"))
        discord_server.delete_channel(art)
        comfyui.release()

    assert await ended(easel) is JobState.DONE
    assert [len(message.images) for message in alice.dm.messages.values()] == [10, 2]
