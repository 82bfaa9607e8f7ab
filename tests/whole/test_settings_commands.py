"""/settings: what those who manage a server say holds on it."""

from __future__ import annotations

import pytest

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer, Guild, Person
from tests.whole.conftest import Easel, listed
from tests.whole.making import MANIFEST, entry
from tests.whole.test_imagine import SMALL
from tests.whole.test_library import commands

DEAR = {"1": entry("PaidNode", "Dear"), "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a")}
FIRST = ["show", "limits", "channel", "role", "workflow", "budget"]
COMMANDS = [*FIRST, "results", "audit", "language", "words", "strikes", "reset"]


@pytest.fixture
def olivia(discord_server: DiscordServer) -> Person:
    return discord_server.person("olivia")


async def told(person: Person, command: str, guild: Guild | None = None, **options: object) -> str:
    """The answer, which only that person sees."""
    answer = await person.slash(f"settings {command}", guild=guild, values=options)
    assert answer.ephemeral
    return answer.message.text


async def shown(person: Person, guild: Guild | None = None) -> list[str]:
    """Line by line, without the points before them."""
    lines = (await told(person, "show", guild)).splitlines()
    assert all(line.startswith("• ") for line in lines)
    return [line.removeprefix("• ") for line in lines]


@pytest.mark.parametrize("name", ["alice", "mona"])
async def test_it_is_for_those_who_manage_the_server(discord_server: DiscordServer, bot: EaselBot, name: str) -> None:
    person = discord_server.person(name)

    for command in COMMANDS:
        with pytest.raises(PermissionError, match="do not have permission"):
            await person.slash(f"settings {command}")
    assert "settings" not in {command["name"] for command in person.commands()}


async def test_there_is_none_in_direct_messages(olivia: Person, bot: EaselBot) -> None:
    assert "settings" not in {command["name"] for command in olivia.commands(olivia.dm)}


async def test_a_role_that_an_admin_let_in_is_not_refused(discord_server: DiscordServer, bot: EaselBot) -> None:
    helpers = discord_server.add_role("Helpers")
    alice = discord_server.person("alice")
    discord_server.give_role(alice, helpers)
    discord_server.permit("settings", helpers, allowed=True)

    assert "20" in await told(alice, "limits", hour=20)


async def test_a_server_that_has_set_nothing_shows_what_the_bot_s_owner_did(olivia: Person, bot: EaselBot) -> None:
    assert await shown(olivia) == [
        "Jobs may be asked for in every channel.",
        "Everybody may ask for jobs.",
        "Limits for everybody: none set here (whoever runs the bot set: `waiting` 10)",
        "What paid workflows cost within 24 hours has no limit. (not set here)",
        "Everybody in the channel sees results. (not set here)",
        "What moderators do is written into no channel.",
        "Public messages are in the language of this server's own settings.",
        "No terms are blocked here.",
        "Blocked terms block nobody automatically. (not set here)",
    ]


async def test_limits_hold_for_everybody_and_more_for_a_role(
    discord_server: DiscordServer, olivia: Person, bot: EaselBot
) -> None:
    alice, bob = discord_server.person("alice"), discord_server.person("bob")
    supporters = discord_server.add_role("Supporters")
    discord_server.give_role(bob, supporters)

    everybody = await told(olivia, "limits", hour=1, size="512x512", steps=6)
    theirs = await told(olivia, "limits", role=supporters, hour=0, weight=2)
    answers = [await person.slash("imagine", prompt="a fox", **SMALL) for person in (alice, bob, alice, bob)]

    assert everybody.splitlines()[0] == (
        "Limits for everybody: `hour` 1, `size` 512x512, `steps` 6 (whoever runs the bot set: `waiting` 10)"
    )
    assert theirs == f"Limits for <@&{supporters.id}>: `hour` without limit, `weight` 2"
    assert [answer.ephemeral for answer in answers] == [False, False, True, False]
    assert "60 minutes" in answers[2].message.text


async def test_the_everyone_role_is_everybody(discord_server: DiscordServer, olivia: Person, bot: EaselBot) -> None:
    everyone = discord_server.guild.everyone

    answer = await told(olivia, "limits", role=everyone, day=3)
    await told(olivia, "role", role=everyone, allow=True)

    assert answer.startswith("Limits for everybody: `day` 3")
    rules = bot.servers.get(discord_server.guild.id).rules
    assert not rules.by_role
    assert not rules.roles


async def test_a_limit_below_what_a_command_takes_is_warned_of(olivia: Person, bot: EaselBot) -> None:
    assert "⚠️ These take more by themselves" in await told(olivia, "limits", steps=2)
    assert "⚠️" not in await told(olivia, "limits", steps=0)


async def test_what_cannot_be_a_size_changes_nothing(olivia: Person, bot: EaselBot) -> None:
    before = await shown(olivia)

    assert "1024x1024" in await told(olivia, "limits", size="large", hour=5)
    assert await shown(olivia) == before


async def test_jobs_are_kept_to_a_channel_and_its_threads(
    discord_server: DiscordServer, olivia: Person, bot: EaselBot
) -> None:
    alice, art = discord_server.person("alice"), discord_server.channel("art")
    thread = discord_server.add_thread(art, "foxes")

    answer = await told(olivia, "channel", channel=art, allow=True)
    refused = await alice.slash("imagine", prompt="a fox", **SMALL)
    there = await alice.slash("imagine", channel=art, prompt="a fox", **SMALL)
    below = await alice.slash("imagine", channel=thread, prompt="a fox", **SMALL)
    last = await told(olivia, "channel", channel=art, allow=False)

    assert answer == f"Jobs may be asked for in: <#{art.id}>"
    assert (refused.ephemeral, there.ephemeral, below.ephemeral) == (True, False, False)
    assert "That is the last one allowed" in last


async def test_a_channel_the_bot_may_not_write_in_is_warned_of(
    discord_server: DiscordServer, olivia: Person, bot: EaselBot
) -> None:
    cellar = discord_server.add_channel("cellar")
    discord_server.deny(cellar, discord_server.guild.everyone, send_messages=True)

    assert "may not write" in await told(olivia, "audit", channel=cellar)
    assert "may not write" in await told(olivia, "channel", channel=cellar, allow=True)
    assert "⚠️" not in await told(olivia, "audit", channel=discord_server.channel("art"))


async def test_jobs_are_kept_to_people_with_a_role(
    discord_server: DiscordServer, olivia: Person, bot: EaselBot
) -> None:
    alice, bob = discord_server.person("alice"), discord_server.person("bob")
    members = discord_server.add_role("Members")
    discord_server.give_role(bob, members)

    answer = await told(olivia, "role", role=members, allow=True)
    answers = [await person.slash("imagine", prompt="a fox", **SMALL) for person in (alice, bob)]

    assert answer == f"Only these may ask for jobs: <@&{members.id}>"
    assert [answer.ephemeral for answer in answers] == [True, False]


async def test_a_workflow_is_kept_to_a_role_and_slowed_down(
    discord_server: DiscordServer, olivia: Person, bot: EaselBot
) -> None:
    alice, bob = discord_server.person("alice"), discord_server.person("bob")
    members = discord_server.add_role("Members")
    discord_server.give_role(bob, members)

    answer = await told(olivia, "workflow", workflow="imagine", role=members, cooldown=30)
    answers = [await person.slash("imagine", prompt="a fox", **SMALL) for person in (alice, bob, bob)]
    nobody = await told(olivia, "workflow", workflow="imagine", allow=False)
    opened = await told(olivia, "workflow", workflow="imagine", role=discord_server.guild.everyone)
    unknown = await told(olivia, "workflow", workflow="../../etc")

    assert answer == f"`/imagine` for <@&{members.id}>, once in 30 s"
    assert [answer.ephemeral for answer in answers] == [True, False, True]
    assert nobody.startswith("`role`: Say who")
    assert opened == "`/imagine` for everybody, once in 30 s"
    assert unknown.startswith("There is no such workflow.")


async def test_workflows_are_offered_with_a_mark_on_what_costs_money(
    discord_server: DiscordServer, easel: Easel, olivia: Person, comfyui: Simulator
) -> None:
    comfyui.add_node("PaidNode", {"input": {"required": {}}, "output": ["IMAGE"], "api_node": True})
    easel.add_workflow("dear", DEAR, MANIFEST)
    async with easel.running() as bot:
        await listed(bot)
        await commands(discord_server, lambda names: "dear" not in names)
        idle = await told(olivia, "budget", per_day=4)
        await olivia.slash("workflows enable", workflow="dear")
        await commands(discord_server, lambda names: "dear" in names)
        offered = await olivia.autocomplete("settings workflow", "workflow", "/de")
        answer = await told(olivia, "budget", per_day=4)
        asked = await told(olivia, "budget")

    assert [choice["name"] for choice in offered] == ["dear 💳"]
    assert [choice["value"] for choice in offered] == ["dear"]
    assert idle.splitlines()[1] == "⚠️ No workflow that costs money is turned on."
    assert answer == asked == "Paid workflows may cost 4 within 24 hours."


async def test_the_language_is_one_there_are_sentences_in(olivia: Person, bot: EaselBot) -> None:
    offered = await olivia.autocomplete("settings language", "language", "")

    values = [choice["value"] for choice in offered]
    assert values == ["de", "en-GB", "en-US", "es-419", "es-ES", "fr", "ja", "pt-BR", "zh-CN"]
    assert offered[1]["name"] == "en-GB (British English)"
    assert await told(olivia, "language", language="en-GB") == "Public messages are in this language: `en-GB`"
    assert (await told(olivia, "language", language="nl")).startswith("`language`: I do not speak")
    assert (await told(olivia, "language", language="../x")).startswith("`language`: I do not speak")
    assert "the server's own" not in await told(olivia, "language")


async def test_words_are_blocked_and_offered_for_removal(
    discord_server: DiscordServer, olivia: Person, bot: EaselBot
) -> None:
    added = await told(olivia, "words", add="dragon, ***")
    refused = await discord_server.person("alice").slash("imagine", prompt="a Drаgon", **SMALL)
    offered = await olivia.autocomplete("settings words", "remove", "dra")
    removed = await told(olivia, "words", remove="DRAGON")
    after = await discord_server.person("alice").slash("imagine", prompt="a dragon", **SMALL)

    assert added.splitlines() == [
        "2 terms are blocked here: ||dragon|| ||\\*\\*\\*||",
        "⚠️ `***` blocks nothing: it has no letter or sign to look for.",
    ]
    assert refused.ephemeral
    assert "dragon" not in refused.message.text.casefold()
    assert [choice["value"] for choice in offered] == ["dragon"]
    assert "dragon" not in removed
    assert not after.ephemeral


async def test_strikes_are_set_one_by_one(olivia: Person, bot: EaselBot) -> None:
    await told(olivia, "strikes", minutes=5)

    assert await told(olivia, "strikes", count=2) == (
        "2 texts with blocked terms within 24 hours block a person for 5 minutes."
    )


async def test_parts_are_taken_back(olivia: Person, bot: EaselBot) -> None:
    before = await shown(olivia)
    await told(olivia, "limits", hour=5)
    await told(olivia, "results", visibility="spoiler")
    some = await told(olivia, "reset", what="limits")
    everything = await told(olivia, "reset", what="everything")

    assert "none set here" in some
    assert "covered until they click." in some
    assert everything.splitlines() == ["Taken back. Now holds:", *(f"• {line}" for line in before)]


async def test_two_servers_do_not_see_each_other_s_settings(
    discord_server: DiscordServer, olivia: Person, bot: EaselBot
) -> None:
    other = discord_server.add_guild("Elsewhere")
    nothing = await shown(olivia, other)

    await told(olivia, "limits", hour=5)
    await told(olivia, "words", add="dragon")
    offered = await olivia.autocomplete("settings words", "remove", "", channel=other.channels[0])

    assert await shown(olivia, other) == nothing
    assert await shown(olivia) != nothing
    assert offered == []


async def test_settings_outlive_a_restart(olivia: Person, easel: Easel) -> None:
    async with easel.running():
        await told(olivia, "limits", hour=5)
        before = await shown(olivia)
    async with easel.running():
        assert await shown(olivia) == before


async def test_changes_are_written_down_and_blocked_words_are_not(
    discord_server: DiscordServer, olivia: Person, bot: EaselBot
) -> None:
    art, role = discord_server.channel("art"), discord_server.add_role("Members")
    await told(olivia, "audit", channel=art)
    await told(olivia, "words", add="dragon")
    await told(olivia, "role", role=role, allow=True)
    await told(olivia, "role", role=role, allow=True)
    entries = await bot.audit.entries(discord_server.guild.id)

    assert [(entry.actor_id, entry.action, entry.reason) for entry in reversed(entries)] == [
        (olivia.id, "settings", f"/settings audit channel:art ({art.id})"),
        (olivia.id, "settings", "/settings words add:…"),
        (olivia.id, "settings", f"/settings role role:Members ({role.id}) allow:True"),
    ]
