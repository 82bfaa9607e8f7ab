"""/jobs block and /jobs unblock: who is blocked asks for nothing more, and still sees and stops what is theirs."""

from __future__ import annotations

import re

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer
from tests.whole.conftest import Easel, finished, shows, visible
from tests.whole.test_imagine import SMALL
from tests.whole.test_moderation_bulk import STOPPED, line_up


async def test_who_is_blocked_is_told_until_when_and_why(discord_server: DiscordServer, bot: EaselBot) -> None:
    alice, mona = discord_server.person("alice"), discord_server.person("mona")

    answer = await mona.slash("jobs block", user=alice, minutes=60, reason="*spam*\u202e @everyone")
    refused = await alice.slash("imagine", prompt="a fox", **SMALL)

    until = r"It ends <t:\d+:R>\. Reason: \*spam\* @everyone"
    assert answer.ephemeral
    assert re.fullmatch(rf"🚫 <@{alice.id}> can no longer ask for jobs here\. {until}", visible(answer.message))
    assert refused.ephemeral
    assert re.fullmatch(rf"You are blocked on this server\. {until}", visible(refused.message))
    assert r"\@everyone" in refused.message.text
    (entry,) = await bot.audit.entries(discord_server.guild.id)
    assert (entry.actor_id, entry.action, entry.user_id) == (mona.id, "block", alice.id)
    assert entry.reason == "*spam* @everyone"


async def test_a_block_ends_by_itself_and_holds_on_its_server_only(
    discord_server: DiscordServer, bot: EaselBot
) -> None:
    alice, other = discord_server.person("alice"), discord_server.add_guild("Elsewhere")
    await discord_server.person("mona").slash("jobs block", user=alice, minutes=5)

    refused = await alice.slash("imagine", prompt="a fox", **SMALL)
    far = await alice.slash("imagine", prompt="a fox", guild=other, **SMALL)
    direct = await alice.slash("imagine", prompt="a fox", channel=alice.dm, **SMALL)
    discord_server.advance(5 * 60)
    later = await alice.slash("imagine", prompt="a fox", **SMALL)

    assert refused.message.text.startswith("You are blocked on this server.")
    for answer in (far, direct, later):
        await answer.wait(finished)
        assert answer.message.images


async def test_a_block_survives_a_restart_until_it_is_lifted(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    async with easel.running():
        await mona.slash("jobs block", user=alice)
    async with easel.running() as bot:
        refused = await alice.slash("imagine", prompt="a fox", **SMALL)
        lifted = await mona.slash("jobs unblock", user=alice)
        twice = await mona.slash("jobs unblock", user=alice)
        made = await alice.slash("imagine", prompt="a fox", **SMALL)
        await made.wait(finished)
        entries = await bot.audit.entries(discord_server.guild.id)

    assert refused.message.text == "You are blocked on this server. It lasts until a moderator lifts it."
    assert lifted.message.text == f"<@{alice.id}> can ask for jobs here again."
    assert twice.message.text == f"<@{alice.id}> is not blocked on this server."
    assert made.message.images
    assert [entry.action for entry in entries] == ["unblock", "block"]


async def test_who_is_blocked_still_sees_and_stops_their_own(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice = discord_server.person("alice")
    messages = await line_up(discord_server, comfyui, bot, "alice", "bob", "alice", "alice")
    await discord_server.person("mona").slash("jobs block", user=alice)

    queue = await alice.slash("queue")
    await alice.slash("cancel")
    await messages[3].wait(shows("⏹️ Cancelled."))
    await alice.click(messages[2], "Cancel")
    await messages[2].wait(shows("⏹️ Cancelled."))

    assert visible(queue.message).count("**yours**") == 3
    comfyui.release()
    assert (await messages[0].wait(finished)).images


async def test_a_block_asks_whether_to_stop_what_they_have_waiting(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    messages = await line_up(discord_server, comfyui, bot, "alice", "bob", "alice", "bob", "alice")

    answer = await mona.slash("jobs block", user=alice, reason="spam")
    asked = visible(answer.message)
    await mona.click(answer.message, "Stop what waits")
    for message in (messages[2], messages[4]):
        await message.wait(shows(f"{STOPPED}\nReason: spam"))
    await answer.wait(shows("Stopped 2 jobs."))
    comfyui.release()
    for message in (messages[0], messages[1], messages[3]):
        await message.wait(finished)

    assert "2 of their jobs still wait here. Stop them?" in asked
    assert [bool(message.images) for message in messages] == [True, True, False, True, False]
    assert [entry.action for entry in await bot.audit.entries(discord_server.guild.id)] == ["clear", "block"]
