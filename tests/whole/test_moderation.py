"""/jobs: what moderators see and stop."""

from __future__ import annotations

import pytest

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer
from tests.whole.conftest import finished, hold_at, listed, shows
from tests.whole.test_imagine import SMALL


@pytest.mark.parametrize("command", ["jobs list", "jobs interrupt"])
async def test_members_are_not_offered_it(discord_server: DiscordServer, bot: EaselBot, command: str) -> None:
    with pytest.raises(PermissionError):
        await discord_server.person("alice").slash(command)


async def test_list_shows_everybody_s_jobs_on_this_server(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice, bob, mona = [discord_server.person(name) for name in ("alice", "bob", "mona")]
    other = discord_server.add_guild("Elsewhere")
    comfyui.hold()
    await listed(bot)
    first = await alice.slash("imagine", prompt="a fox", **SMALL)
    second = await bob.slash("imagine", prompt="a cat", **SMALL)
    last = await bob.slash("imagine", prompt="a secret", guild=other, **SMALL)
    await first.wait(shows("🎨"))
    await second.wait(shows("1 job before yours"))

    everybody = await mona.slash("jobs list")
    bob_s = await mona.slash("jobs list", user=bob)
    none = await mona.slash("jobs list", state="failed")

    assert everybody.ephemeral
    assert everybody.message.text.splitlines() == [
        f"• <@{alice.id}> · `/imagine` a fox · running",
        f"• <@{bob.id}> · `/imagine` a cat · 1 job before it",
    ]
    assert bob_s.message.text.splitlines() == [f"• <@{bob.id}> · `/imagine` a cat · 1 job before it"]
    assert none.message.text == "There are no such jobs on this server."
    comfyui.release()
    await last.wait(finished)
    assert "a fox · done" in (await mona.slash("jobs list", user=alice, state="done")).message.text


async def test_interrupt_stops_the_channel_s_running_job(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    hold_at(comfyui, 1)
    started = await alice.slash("imagine", prompt="a fox", **SMALL)
    await started.wait(shows("step 1 of 2"))

    elsewhere = await mona.slash("jobs interrupt", channel="art")
    answer = await mona.slash("jobs interrupt")
    message = await started.wait(finished)

    assert elsewhere.message.text == "No job runs for this channel. Choose one with the option `job`."
    assert answer.ephemeral
    await answer.wait(shows("Stopping `/imagine` a fox"))
    assert "⏹️ Stopped by a moderator." in message.text


async def test_interrupt_stops_a_waiting_job_chosen_from_the_list(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    comfyui.hold()
    await listed(bot)
    answers = [await alice.slash("imagine", prompt=prompt, **SMALL) for prompt in ("one", "two", "three")]
    await answers[2].wait(shows("2 jobs before yours"))

    (chosen,) = await mona.autocomplete("jobs interrupt", "job", "three")
    answer = await mona.slash("jobs interrupt", job=chosen["value"])
    await answers[2].wait(shows("Stopped by a moderator."))

    assert chosen["name"] == "Alice: /imagine three (waiting)"
    await answer.wait(shows("Cancelled: `/imagine` three"))
    comfyui.release()
    await answers[1].wait(finished)


async def test_another_server_s_job_is_neither_offered_nor_stopped(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    other = discord_server.add_guild("Elsewhere")
    hold_at(comfyui, 1)
    started = await alice.slash("imagine", prompt="a fox", guild=other, **SMALL)
    message = await started.wait(shows("step 1 of 2"))

    offered = await mona.autocomplete("jobs interrupt", "job", "")
    answer = await mona.slash("jobs interrupt", job=message.buttons[0].custom_id.removeprefix("job:cancel:"))

    assert offered == []
    assert answer.ephemeral
    assert answer.message.text == "Only the person who asked for it and the moderators of its server can stop that job."
    comfyui.release()
    assert (await message.wait(finished)).images


async def test_a_moderators_stop_that_came_too_late_shows_no_picture(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    comfyui.faults.lost_interrupts = 1000
    hold_at(comfyui, 1)
    started = await alice.slash("imagine", prompt="a fox", **SMALL)
    message = await started.wait(shows("step 1 of 2"))

    await mona.click(message, "Cancel")
    comfyui.release()
    message = await started.wait(finished)

    assert "⏹️ Stopped by a moderator." in message.text
    assert not message.images


async def test_a_cancel_of_ones_own_that_came_too_late_gives_the_picture_after_all(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice = discord_server.person("alice")
    comfyui.faults.lost_interrupts = 1000
    hold_at(comfyui, 1)
    started = await alice.slash("imagine", prompt="a fox", **SMALL)
    message = await started.wait(shows("step 1 of 2"))

    await alice.click(message, "Cancel")
    comfyui.release()
    message = await started.wait(finished)

    assert len(message.images) == 1
