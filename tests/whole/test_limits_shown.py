"""/jobs limits: what holds on a server, and what somebody has used of it."""

from __future__ import annotations

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.rules import Limits
from bot.playground import DiscordServer
from tests.whole.conftest import Easel, finished, shows
from tests.whole.test_imagine import SMALL
from tests.whole.test_moderation_bulk import line_up


async def limit(server: DiscordServer, bot: EaselBot, **everybody: int) -> None:
    rules = {"limits": Limits(**everybody)}
    await bot.servers.change(server.guild.id, lambda before: before.model_copy(update=rules))


async def test_it_says_what_a_person_has_used_and_when_more_is_possible(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    await limit(discord_server, bot, waiting=5, running=0, hour=3, day=10, steps=30)
    messages = await line_up(discord_server, comfyui, bot, "alice", "bob", "alice", "alice")
    last = discord_server.world.now()

    answer = await mona.slash("jobs limits", user=alice)

    lines = answer.message.text.splitlines()
    assert answer.ephemeral
    assert lines[0] == f"What <@{alice.id}> may do here, and what is left of it:"
    assert lines[1:3] == ["• waiting and running: 3 of 5, 2 left", "• running at a time: 1, no limit"]
    hour, stamp = lines[3].split(" · again <t:")
    assert hour == "• within 60 minutes: 3 of 3, 0 left"
    assert last + 3500 < int(stamp.removesuffix(":R>")) <= last + 3600
    assert lines[4:] == ["• within 24 hours: 3 of 10, 7 left", "• for each job: `steps` 30"]
    comfyui.release()
    for message in messages:
        await message.wait(finished)


async def test_it_says_what_a_role_gives_and_that_somebody_is_blocked(
    discord_server: DiscordServer, bot: EaselBot
) -> None:
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    painters = discord_server.add_role("Painters")
    discord_server.give_role(alice, painters)
    await limit(discord_server, bot, waiting=5)
    by_role = {"by_role": {painters.id: Limits(waiting=50)}}
    await bot.servers.change(discord_server.guild.id, lambda before: before.model_copy(update=by_role))
    await mona.slash("jobs block", user=alice, reason="spam")

    hers = (await mona.slash("jobs limits", user=alice)).message.text
    his = (await mona.slash("jobs limits", user=discord_server.person("bob"))).message.text
    everybody = (await mona.slash("jobs limits")).message.text

    assert "🚫 They are blocked. It lasts until a moderator lifts it. Reason: spam" in hers
    assert "• waiting and running: 0 of 50, 50 left" in hers
    assert "• waiting and running: 0 of 5, 5 left" in his
    assert "blocked" not in his
    assert f"Limits for <@&{painters.id}>: `waiting` 50" in everybody


async def test_what_was_used_elsewhere_is_not_counted_and_the_budget_is_shown(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    alice, other = discord_server.person("alice"), discord_server.add_guild("Elsewhere")
    easel.changes["paid_budget"] = 2.5
    async with easel.running():
        far = await alice.slash("imagine", prompt="far", guild=other, **SMALL)
        await far.wait(shows("seed"))
        text = (await discord_server.person("mona").slash("jobs limits", user=alice)).message.text

    assert "• within 24 hours: 0, no limit" in text
    assert text.endswith("• paid workflows, everybody together within 24 hours: 0 of 2.5")
