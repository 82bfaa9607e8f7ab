"""What happens on Discord reaches the bots that asked for it, and only them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord

from bot.playground import DiscordServer, GatewayRules

from .discord_bot import SmallBot, running
from .raw_gateway import RawGateway, connected

GUILDS, MEMBERS, PRESENCES, GUILD_MESSAGES, DIRECT_MESSAGES, CONTENT = 1, 2, 1 << 8, 1 << 9, 1 << 12, 1 << 15


@asynccontextmanager
async def listening(intents: int, privileged: int = 0) -> AsyncIterator[tuple[DiscordServer, RawGateway]]:
    """A Discord, and a client that is past GUILD_CREATE."""
    rules = GatewayRules(privileged=privileged)
    async with DiscordServer(gateway_rules=rules) as server, connected(server) as client:
        await client.ready(intents=intents | GUILDS)
        await client.until("GUILD_CREATE")
        yield server, client


async def heard(server: DiscordServer, client: RawGateway) -> list[tuple[str, dict[str, Any]]]:
    """All events until now."""
    server.add_channel("the-end")
    frames: list[dict[str, Any]] = []
    while not frames or frames[-1]["d"].get("name") != "the-end":
        frames.append(await client.receive())
    return [(frame["t"], frame["d"]) for frame in frames[:-1]]


async def test_messages_are_not_told_to_who_did_not_ask() -> None:
    async with listening(GUILDS) as (server, client):
        message = server.person("alice").say("hello")
        server.delete_message(message)

        assert await heard(server, client) == []


async def test_messages_come_without_what_people_wrote() -> None:
    async with listening(GUILD_MESSAGES) as (server, client):
        alice = server.person("alice")
        alice.say("hello")
        message = alice.say(f"hello <@{server.world.bot.id}>")
        server.delete_message(message)
        events = await heard(server, client)

    assert [event for event, _ in events] == ["MESSAGE_CREATE", "MESSAGE_CREATE", "MESSAGE_DELETE"]
    assert [data.get("content") for _, data in events] == ["", f"hello <@{server.world.bot.id}>", None]
    assert events[0][1]["guild_id"] == str(server.guild.id)
    assert "user" not in events[0][1]["member"]
    assert [mention["username"] for mention in events[1][1]["mentions"]] == ["easel"]


async def test_with_the_intent_content_is_there() -> None:
    async with listening(GUILD_MESSAGES | CONTENT, CONTENT) as (server, client):
        server.person("alice").say("hello")

        assert [data["content"] for _, data in await heard(server, client)] == ["hello"]


async def test_direct_messages_are_an_intent_of_their_own_and_readable() -> None:
    async with listening(DIRECT_MESSAGES) as (server, client):
        alice = server.person("alice")
        alice.say("in public")
        alice.say("psst", channel=alice.dm)
        alice.say("between us", channel=alice.chat(server.person("bob")))
        events = await heard(server, client)

    assert [(event, data["content"], "guild_id" in data) for event, data in events] == [
        ("MESSAGE_CREATE", "psst", False)
    ]


async def test_what_the_bot_does_not_see_is_not_told() -> None:
    async with listening(GUILD_MESSAGES) as (server, client):
        server.deny(server.channel("art"), server.guild.everyone, view_channel=True)
        server.allow(server.channel("art"), server.person("alice"), view_channel=True)
        server.person("alice").say("hidden", channel="art")
        events = await heard(server, client)

    assert [event for event, _ in events] == ["CHANNEL_UPDATE", "CHANNEL_UPDATE"]


async def test_members_are_an_intent_of_their_own() -> None:
    async with listening(MEMBERS, MEMBERS) as (server, client):
        role = server.add_role("Painters")
        carol = server.add_person("carol")
        server.give_role(carol, role)
        server.kick(carol)
        server.change_role(role, manage_messages=True)
        server.delete_role(role)
        with_intent = await heard(server, client)
    async with listening(GUILDS) as (server, client):
        server.kick(server.person("bob"))
        without = await heard(server, client)

    assert [event for event, _ in with_intent] == [
        "GUILD_ROLE_CREATE",
        "GUILD_MEMBER_ADD",
        "GUILD_MEMBER_UPDATE",
        "GUILD_MEMBER_REMOVE",
        "GUILD_ROLE_UPDATE",
        "GUILD_ROLE_DELETE",
    ]
    assert with_intent[2][1]["roles"] == [str(role.id)]
    assert without == []


async def test_only_presences_bring_all_members_at_once() -> None:
    async with DiscordServer(gateway_rules=GatewayRules(privileged=PRESENCES)) as server:
        told = []
        for intents in (GUILDS, GUILDS | PRESENCES):
            async with connected(server) as client:
                await client.ready(intents=intents)
                told.append((await client.until("GUILD_CREATE"))["d"])

    assert [[member["user"]["username"] for member in guild["members"]] for guild in told] == [
        ["easel"],
        ["olivia", "easel", "alice", "bob", "mona"],
    ]
    assert {guild["member_count"] for guild in told} == {5}


async def test_threads_are_told_as_they_come_and_go() -> None:
    async with listening(GUILDS) as (server, client):
        thread = server.add_thread("general", "foxes")
        server.archive_thread(thread)
        server.person("alice").say("still there?", channel=thread)
        server.delete_channel(thread)
        events = await heard(server, client)

    (created, first), (_, second), (_, third), (deleted, last) = events
    assert (created, deleted) == ("THREAD_CREATE", "THREAD_DELETE")
    assert first["newly_created"]
    assert [data["thread_metadata"]["archived"] for data in (second, third)] == [True, False]
    assert set(last) == {"id", "guild_id", "parent_id", "type"}


async def test_an_outage_is_no_kick() -> None:
    gone: asyncio.Queue[str] = asyncio.Queue()
    async with DiscordServer() as server, running(server, Shop()) as bot, asyncio.timeout(10):
        await bot.wait_until_ready()

        @bot.event
        async def on_guild_unavailable(guild: discord.Guild) -> None:
            gone.put_nowait(f"{guild.name} is away")

        @bot.event
        async def on_guild_available(guild: discord.Guild) -> None:
            gone.put_nowait(f"{guild.name} is back")

        @bot.event
        async def on_guild_remove(guild: discord.Guild) -> None:
            gone.put_nowait(f"{guild.name} is over")

        @bot.event
        async def on_guild_join(guild: discord.Guild) -> None:
            gone.put_nowait(f"{guild.name} is new")

        server.begin_outage(server.guild)
        server.end_outage(server.guild)
        server.kick_bot()
        server.add_bot(server.guild)
        told = [await gone.get() for _ in range(4)]

    assert [line.removeprefix("Easel Playground ") for line in told] == ["is away", "is back", "is over", "is new"]


async def test_what_was_bought_is_told_and_comes_with_what_its_owner_does() -> None:
    bought: asyncio.Queue[int] = asyncio.Queue()
    async with DiscordServer() as server, running(server, Shop()) as bot:

        @bot.event
        async def on_entitlement_create(entitlement: discord.Entitlement) -> None:
            bought.put_nowait(entitlement.sku_id)

        alice = server.person("alice")
        server.sell(alice, 77)
        async with asyncio.timeout(10):
            told = await bought.get()
        answers = [await server.person(name).slash("bought") for name in ("alice", "bob")]

    assert told == 77
    assert [answer.message.text for answer in answers] == ["[77]", "[]"]


async def test_the_bots_own_answers_come_back_and_whispers_as_direct_messages() -> None:
    heard: asyncio.Queue[tuple[str, str, bool]] = asyncio.Queue()
    intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
    bot = Shop(intents=intents)

    @bot.event
    async def on_message(message: discord.Message) -> None:
        heard.put_nowait(("new", message.content, message.guild is None))

    @bot.event
    async def on_raw_message_edit(event: discord.RawMessageUpdateEvent) -> None:
        heard.put_nowait(("edited", event.data["content"], event.guild_id is None))

    @bot.tree.command(description="Whisper")
    async def whisper(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("psst", ephemeral=True)
        await interaction.followup.send("loud")
        await interaction.edit_original_response(content="pssst")

    async with DiscordServer() as server, running(server, bot), asyncio.timeout(10):
        await server.person("alice").slash("whisper")
        told = [await heard.get() for _ in range(3)]

    assert told == [("new", "psst", True), ("new", "loud", False), ("edited", "pssst", True)]


async def test_a_boost_is_told() -> None:
    async with listening(GUILDS) as (server, client):
        server.boost(server.guild, 3)
        ((event, data),) = await heard(server, client)

    assert (event, data["premium_tier"]) == ("GUILD_UPDATE", 3)


class Shop(SmallBot):
    """`/bought` lists what its user has bought."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)

        @self.tree.command(description="Bought")
        async def bought(interaction: discord.Interaction) -> None:
            await interaction.response.send_message(str([found.sku_id for found in interaction.entitlements]))
