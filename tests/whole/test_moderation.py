"""/jobs: what moderators see and stop."""

from __future__ import annotations

import re

import pytest
from discord import app_commands

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer
from tests.pure.jobs import make_job, make_place
from tests.whole.conftest import Easel, finished, hold_at, listed, shows, visible
from tests.whole.moderated import rename, running
from tests.whole.test_imagine import SMALL


async def test_members_are_not_offered_any_of_it(discord_server: DiscordServer, bot: EaselBot) -> None:
    group = bot.tree.get_command("jobs")
    assert isinstance(group, app_commands.Group)
    names = [command.name for command in group.commands]

    for name in names:
        with pytest.raises(PermissionError):
            await discord_server.person("alice").slash(f"jobs {name}")
    assert len(names) >= 8


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
    rows = everybody.message.text.splitlines()
    here, asked = f"<#{discord_server.channel('general').id}>", r"waiting since <t:\d+:t>"
    assert re.fullmatch(rf"• <@{alice.id}> · `/imagine` a fox · running for \d\.\d s · {here}", rows[0])
    assert re.fullmatch(rf"• <@{bob.id}> · `/imagine` a cat · {asked} · 1 job before it · {here}", rows[1])
    assert len(rows) == 2
    assert bob_s.message.text.splitlines() == rows[1:]
    assert none.message.text == "There are no such jobs on this server."
    comfyui.release()
    await last.wait(finished)
    done = (await mona.slash("jobs list", user=alice, state="done")).message.text
    assert re.fullmatch(rf"• <@{alice.id}> · `/imagine` a fox · done · took \S+ s · {here}", done)


async def test_pages_are_turned_and_counted_anew(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    mona = discord_server.person("mona")
    place = make_place(guild_id=discord_server.guild.id, channel_id=discord_server.channel("general").id)
    jobs = [make_job(place=place, tag=float(number), values={"prompt": f"no. {number}."}) for number in range(23)]
    await easel.remember(*jobs, make_job(place=make_place(guild_id=1), tag=0.5, values={"prompt": "a secret"}))
    comfyui.faults.down = True
    async with easel.running():
        answer = await mona.slash("jobs list")
        texts, buttons = [visible(answer.message)], [[button.label for button in answer.message.buttons]]
        for name in ("Next", "Next", "Previous"):
            await mona.click(answer.message, name)
            texts.append(visible(answer.message))
            buttons.append([button.label for button in answer.message.buttons])

    assert [re.findall(r"no\. (\d+)\.", text) for text in texts] == [
        [str(number) for number in numbers] for numbers in (range(10), range(10, 20), range(20, 23), range(10, 20))
    ]
    assert [text.splitlines()[-1] for text in texts] == [f"-# Page {number} of 3 · 23 jobs" for number in (1, 2, 3, 2)]
    assert buttons == [["Next"], ["Previous", "Next"], ["Previous"], ["Previous", "Next"]]
    assert not any("secret" in text for text in texts)


async def test_a_page_turned_after_a_restart_asks_again_who_turns_it(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    mona = discord_server.person("mona")
    place = make_place(guild_id=discord_server.guild.id)
    await easel.remember(*(make_job(place=place, tag=float(number)) for number in range(11)))
    comfyui.faults.down = True
    async with easel.running():
        message = (await mona.slash("jobs list")).message
    before = visible(message)
    discord_server.change_role(discord_server.guild.roles[1], manage_messages=False)
    async with easel.running():
        refused = await mona.click(message, "Next")
        unchanged = visible(message)
        discord_server.change_role(discord_server.guild.roles[1], manage_messages=True)
        await mona.click(message, "Next")

    assert refused.ephemeral
    assert refused.message.text == "Only moderators can see the list of this server's jobs."
    assert unchanged == before
    assert visible(message).endswith("-# Page 2 of 2 · 11 jobs")


@pytest.mark.parametrize(
    ("custom_id", "text"),
    [
        ("jobs:page:999999:0:open", "Page 2 of 2 · 11 jobs"),
        ("jobs:page:0:9223372036854775807:open", "There are no such jobs on this server."),
        ("jobs:page:0:9999999999999999999:open", "That button does nothing any more. Use the command again."),
    ],
)
async def test_a_forged_page_shows_nothing_else(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, custom_id: str, text: str
) -> None:
    mona = discord_server.person("mona")
    await easel.remember(make_job(place=make_place(guild_id=1), values={"prompt": "a secret"}))
    await easel.remember(*(make_job(place=make_place(guild_id=discord_server.guild.id)) for _ in range(11)))
    comfyui.faults.down = True
    async with easel.running():
        message = (await mona.slash("jobs list")).message
        rename(message, "Next", custom_id)
        answer = await mona.click(message, custom_id)

    assert text in visible(answer.message)
    assert "secret" not in answer.message.text


async def test_interrupt_asks_before_it_stops_the_channel_s_running_job(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    message = await running(discord_server, comfyui)

    elsewhere = await mona.slash("jobs interrupt", channel="art")
    answer = await mona.slash("jobs interrupt", reason="too `many` _foxes_")
    asked = visible(answer.message)
    still = message.text
    await mona.click(answer.message, "Yes")
    await message.wait(finished)

    assert elsewhere.message.text == "No job runs for this channel. Choose one with the option `job`."
    assert answer.ephemeral
    assert asked.startswith(f"Stop this job?\n• <@{alice.id}> · `/imagine` a fox · running for")
    assert "step 1 of 2" in still
    assert visible(message).endswith("⏹️ Stopped by a moderator.\nReason: too `many` _foxes_")
    assert str(mona.id) not in message.text
    await answer.wait(shows("Stopping `/imagine` a fox"))
    assert not answer.message.buttons
    (entry,) = await bot.audit.entries(discord_server.guild.id)
    assert (entry.actor_id, entry.action, entry.user_id) == (mona.id, "stop", alice.id)
    assert entry.job_id is not None
    assert entry.reason == "too `many` _foxes_"


async def test_no_leaves_the_running_job(discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot) -> None:
    mona = discord_server.person("mona")
    message = await running(discord_server, comfyui)

    answer = await mona.slash("jobs interrupt")
    await mona.click(answer.message, "No")

    await answer.wait(shows("Nothing was stopped."))
    comfyui.release()
    assert (await message.wait(finished)).images
    assert await bot.audit.entries(discord_server.guild.id) == []


async def test_a_yes_after_the_job_has_ended_says_so(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    mona = discord_server.person("mona")
    message = await running(discord_server, comfyui)
    answer = await mona.slash("jobs interrupt")
    comfyui.release()
    await message.wait(finished)

    await mona.click(answer.message, "Yes")

    await answer.wait(shows("That job has already ended."))
    assert message.images


async def test_interrupt_stops_a_waiting_job_chosen_from_the_list(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    comfyui.hold()
    await listed(bot)
    answers = [await alice.slash("imagine", prompt=prompt, **SMALL) for prompt in ("one", "two", "three")]
    await answers[2].wait(shows("2 jobs before yours"))

    (chosen,) = await mona.autocomplete("jobs interrupt", "job", "three")
    answer = await mona.slash("jobs interrupt", job=chosen["value"], reason="enough")
    await answers[2].wait(shows("Stopped by a moderator.\nReason: enough"))

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
