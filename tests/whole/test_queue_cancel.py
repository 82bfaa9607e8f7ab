"""Stopping jobs: the button and /cancel."""

from __future__ import annotations

import asyncio

import pytest

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.playground import DiscordServer, Message
from tests.whole.conftest import Easel, finished, hold_at, listed, shows, stoppable, visible
from tests.whole.test_imagine import SMALL


def job_id(message: Message) -> str:
    return message.buttons[0].custom_id.removeprefix("job:cancel:")


async def running(server: DiscordServer, comfyui: Simulator) -> Message:
    """A job of alice's that stands at its first step."""
    hold_at(comfyui, 1)
    answer = await server.person("alice").slash("imagine", prompt="a fox", **SMALL)
    return await answer.wait(shows("step 1 of 2"))


async def waiting(server: DiscordServer, comfyui: Simulator) -> Message:
    """A job of alice's behind two others, so that ComfyUI does not have it yet."""
    comfyui.hold()
    for number in range(2):
        await server.person("bob").slash("imagine", prompt=f"{number}", **SMALL)
    answer = await server.person("alice").slash("imagine", prompt="a fox", **SMALL)
    return await answer.wait(shows("2 jobs before yours"))


async def test_the_owner_stops_a_running_job(discord_server: DiscordServer, comfyui: Simulator, easel: Easel) -> None:
    async with easel.running():
        message = await running(discord_server, comfyui)
        answer = await discord_server.person("alice").click(message, "Cancel")
        await message.wait(shows("⏹️ Cancelled."))

    assert answer.acknowledged
    assert not stoppable(message)
    assert not message.files
    (job,) = await easel.jobs()
    assert (job.state, job.delivered) == (JobState.CANCELLED, True)


async def test_the_owner_stops_a_waiting_job(discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot) -> None:
    message = await waiting(discord_server, comfyui)

    await discord_server.person("alice").click(message, "Cancel")
    await message.wait(shows("⏹️ Cancelled."))

    comfyui.release()
    for other in discord_server.messages("general"):
        await other.wait(finished)
    assert len(comfyui.executed) == 2


async def test_a_stranger_is_refused_alone(discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot) -> None:
    message = await running(discord_server, comfyui)

    answer = await discord_server.person("bob").click(message, "Cancel")

    assert answer.ephemeral
    assert answer.message.text == "Only the person who asked for it and the moderators of its server can stop that job."
    comfyui.release()
    assert (await message.wait(finished)).images


async def test_a_moderator_s_stop_says_so_and_names_nobody(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    mona = discord_server.person("mona")
    message = await running(discord_server, comfyui)

    await mona.click(message, "Cancel")

    assert "⏹️ Stopped by a moderator." in (await message.wait(finished)).text


async def test_a_stop_on_its_way_is_shown(discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot) -> None:
    comfyui.faults.lost_interrupts = 1
    message = await running(discord_server, comfyui)

    await discord_server.person("alice").click(message, "Cancel")
    await message.wait(shows("⏹️ Stopping…"))

    assert not stoppable(message)
    await message.wait(shows("⏹️ Cancelled."))


async def test_two_clicks_are_one(discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot) -> None:
    alice, message = discord_server.person("alice"), await running(discord_server, comfyui)

    await asyncio.gather(alice.click(message, "Cancel"), alice.click(message, "Cancel"))

    await message.wait(shows("⏹️ Cancelled."))


async def test_a_click_on_an_ended_job_says_so(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    """The person's screen was behind."""
    alice, message = discord_server.person("alice"), await running(discord_server, comfyui)
    old = message.components
    comfyui.release()
    await message.wait(finished)
    message.components = old

    answer = await alice.click(message, "Cancel")

    assert answer.ephemeral
    assert answer.message.text == "That job has already ended."


async def test_a_button_works_after_a_restart(discord_server: DiscordServer, comfyui: Simulator, easel: Easel) -> None:
    easel.changes["drain_seconds"] = 0.0
    async with easel.running():
        message = await running(discord_server, comfyui)
    async with easel.running():
        await discord_server.person("alice").click(message, "Cancel")

        await message.wait(shows("⏹️ Cancelled."))


async def test_cancel_without_an_option_stops_the_newest(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice = discord_server.person("alice")
    comfyui.hold()
    await listed(bot)
    first, second = [await alice.slash("imagine", prompt=prompt, **SMALL) for prompt in ("one", "two")]

    answer = await alice.slash("cancel")
    await second.wait(shows("⏹️ Cancelled."))

    assert answer.ephemeral
    assert "`/imagine` two" in (await answer.wait(lambda message: bool(message.text))).text
    comfyui.release()
    assert (await first.wait(finished)).images


async def test_cancel_stops_the_job_that_was_chosen(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice, bob = discord_server.person("alice"), discord_server.person("bob")
    comfyui.hold()
    await listed(bot)
    first = await alice.slash("imagine", prompt="a *fox*", **SMALL)
    second = await alice.slash("imagine", prompt="x" * 300, **SMALL)
    await bob.slash("imagine", prompt="a cat", **SMALL)
    await first.wait(shows("🎨"))

    offered = await alice.autocomplete("cancel", "job", "")
    (chosen,) = await alice.autocomplete("cancel", "job", "FOX")

    assert [len(choice["name"]) <= 100 for choice in offered] == [True, True]
    assert chosen["name"] == "/imagine a *fox* (running)"
    await alice.slash("cancel", job=chosen["value"])
    await first.wait(shows("⏹️ Cancelled."))
    comfyui.release()
    assert (await second.wait(finished)).images


async def test_cancel_refuses_what_is_not_one_s_own(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    message = await running(discord_server, comfyui)

    answer = await discord_server.person("bob").slash("cancel", job=job_id(message))

    assert answer.ephemeral
    assert answer.message.text == "That is somebody else's job. You can only stop your own."
    comfyui.release()
    await message.wait(finished)


@pytest.mark.parametrize("typed", ["fox", "' OR 1=1 --", "00000000-0000-4000-8000-000000000000", "x" * 6000])
async def test_cancel_refuses_what_is_no_job(discord_server: DiscordServer, bot: EaselBot, typed: str) -> None:
    answer = await discord_server.person("alice").slash("cancel", job=typed)

    assert answer.ephemeral
    assert answer.message.text == "There is no such job. Choose one from the list that appears while you type."


async def test_cancel_says_when_there_is_nothing_to_stop(discord_server: DiscordServer, bot: EaselBot) -> None:
    alice = discord_server.person("alice")
    message = await (await alice.slash("imagine", prompt="a fox", **SMALL)).wait(finished)
    (ended,) = [job.id for job in await bot.store.select(states=JobState)]

    none = await alice.slash("cancel")
    over = await alice.slash("cancel", job=ended)

    assert visible(none.message) == "You have no job that waits or runs."
    assert visible(over.message) == "That job has already ended."
    assert message.images
