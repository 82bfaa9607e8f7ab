"""The routes around messages: threads, servers, members, commands and what people bought, through discord.py."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable

import discord
import pytest

from bot.playground import DiscordServer

from .discord_bot import SmallBot, point_at
from .limits import command
from .raw_rest import raw_bot


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


@pytest.fixture
async def bot(server: DiscordServer) -> AsyncIterator[SmallBot]:
    point_at(server.url)
    async with SmallBot() as bot:
        await bot.login(server.token)
        yield bot


async def refusal(action: Awaitable[object]) -> tuple[int, int]:
    with pytest.raises(discord.HTTPException) as caught:
        await action
    return caught.value.status, caught.value.code


async def text_channel(bot: SmallBot, server: DiscordServer, name: str = "general") -> discord.TextChannel:
    channel = await bot.fetch_channel(server.channel(name).id)
    assert isinstance(channel, discord.TextChannel)
    return channel


async def test_a_thread_begins_with_a_message_or_alone(server: DiscordServer, bot: SmallBot) -> None:
    channel = await text_channel(bot, server)
    message = await channel.send("foxes")
    under = await message.create_thread(name="about foxes", auto_archive_duration=60)
    alone = await channel.create_thread(name="about owls", type=discord.ChannelType.public_thread)
    await alone.send("hoo")
    again = await channel.fetch_message(message.id)

    assert (under.id, under.name, under.parent_id) == (message.id, "about foxes", channel.id)
    assert again.flags.has_thread
    assert [thread.name for thread in server.world.threads(server.guild)] == ["about foxes", "about owls"]
    assert {thread.name for thread in await channel.guild.active_threads()} == {"about foxes", "about owls"}
    assert await refusal(message.create_thread(name="twice")) == (400, 160004)
    assert await refusal(channel.create_thread(name="hidden")) == (400, 50024)
    server.deny(server.channel("general"), server.guild.everyone, create_public_threads=True)
    other = await channel.send("owls")
    assert await refusal(other.create_thread(name="no")) == (403, 50013)


async def test_threads_begin_neither_in_threads_nor_in_direct_messages(server: DiscordServer, bot: SmallBot) -> None:
    thread, direct = server.add_thread("general", "foxes"), server.world.dm(server.person("alice").user)
    async with raw_bot(server) as raw:
        sent = await raw.ask("POST", f"/channels/{thread.id}/messages", {"content": "here"})
        deeper = await raw.ask("POST", f"/channels/{thread.id}/messages/{sent.body['id']}/threads", {"name": "a"})
        private = await raw.ask("POST", f"/channels/{direct.id}/threads", {"name": "a", "type": 11})

    assert (deeper.code, private.code) == ((400, 50024), (400, 50003))


async def test_a_servers_things_are_told_one_by_one(server: DiscordServer, bot: SmallBot) -> None:
    role, alice, stranger = server.guild.roles[1], server.person("alice"), server.world.add_user("stranger")
    guild = await bot.fetch_guild(server.guild.id, with_counts=False)

    assert [role.name for role in await guild.fetch_roles()] == ["@everyone", role.name]
    assert (await guild.fetch_role(role.id)).permissions == role.permissions
    assert (await guild.fetch_member(alice.id)).name == "alice"
    assert [channel.name for channel in await guild.fetch_channels()] == ["general", "art"]
    assert await refusal(guild.fetch_member(stranger.id)) == (404, 10007)
    assert await refusal(guild.fetch_member(1)) == (404, 10013)
    assert await refusal(guild.fetch_role(1)) == (404, 10011)


async def test_the_bots_servers_are_listed_in_pages(server: DiscordServer, bot: SmallBot) -> None:
    second, third = server.add_guild("Second"), server.add_guild("Third")
    server.add_guild("Not here", has_bot=False)
    pages = [
        [guild.name async for guild in bot.fetch_guilds(limit=2, with_counts=False)],
        [guild.name async for guild in bot.fetch_guilds(after=second, with_counts=False)],
        [guild.name async for guild in bot.fetch_guilds(before=third, with_counts=False)],
    ]

    assert pages == [["Easel Playground", "Second"], ["Third"], ["Easel Playground", "Second"]]


async def test_direct_messages_are_opened_with_people_alone(server: DiscordServer, bot: SmallBot) -> None:
    alice = await bot.fetch_user(server.person("alice").id)
    channel = await alice.create_dm()

    assert channel.id == server.person("alice").dm.id
    assert await refusal(bot.http.start_private_message(server.world.bot.id)) == (400, 50033)
    assert await refusal(bot.http.start_private_message(1)) == (400, 50033)


async def test_commands_are_added_changed_and_removed_one_by_one(server: DiscordServer, bot: SmallBot) -> None:
    async with raw_bot(server) as raw:
        path = f"/applications/{raw.app}/guilds/{server.guild.id}/commands"
        added = await raw.ask("POST", path, command())
        same = await raw.ask("POST", path, command(description="Paint"))
        other = await raw.ask("POST", path, command(name="queue"))
        changed = await raw.ask("PATCH", f"{path}/{added.body['id']}", {"name": "draw"})
        clash = await raw.ask("PATCH", f"{path}/{added.body['id']}", {"name": "queue"})
        removed = await raw.ask("DELETE", f"{path}/{other.body['id']}")
        left = await raw.ask("GET", path)
        elsewhere = await raw.ask("GET", "/applications/1/commands")

    assert [answer.status for answer in (added, same, other, changed, removed)] == [201, 200, 201, 200, 204]
    assert (same.body["id"], changed.body["id"]) == (added.body["id"], added.body["id"])
    assert clash.mistakes == {"": "APPLICATION_COMMANDS_DUPLICATE_NAME"}
    assert [(known["name"], known["description"]) for known in left.body] == [("draw", "Paint")]
    assert elsewhere.code == (403, 20012)


async def test_who_may_use_a_command_is_told_but_not_for_bots_to_set(server: DiscordServer, bot: SmallBot) -> None:
    (known,) = await bot.http.bulk_upsert_global_commands(server.world.bot.id, [command()])
    found = await bot.tree.fetch_command(int(known["id"]))
    guild = discord.Object(server.guild.id)

    assert await refusal(found.fetch_permissions(guild)) == (404, 10066)
    everybody = {"id": str(server.guild.id), "type": 1, "permission": False}
    server.parts.commands.permit(server.guild, found.id, [everybody])
    told = await found.fetch_permissions(guild)
    everything = await bot.http.get_guild_application_command_permissions(server.world.bot.id, server.guild.id)

    assert [(entry.id, entry.permission) for entry in told.permissions] == [(server.guild.id, False)]
    assert [entry["permissions"] for entry in everything] == [[everybody]]
    edit = bot.http.edit_application_command_permissions(
        server.world.bot.id, server.guild.id, found.id, {"permissions": []}
    )
    assert await refusal(edit) == (403, 20001)


async def test_what_people_bought_is_listed(server: DiscordServer, bot: SmallBot) -> None:
    alice, bob = server.person("alice"), server.person("bob")
    nobody = [bought async for bought in bot.entitlements(limit=5)]
    async with raw_bot(server) as raw:
        path = f"/applications/{raw.app}/entitlements"
        for person in (alice, bob):
            server.world.entitlements.append(entitlement(server, person.id))
        seen = [(await raw.ask("GET", f"{path}?{query}")).body for query in ("", f"user_id={bob.id}", "limit=1")]
        elsewhere = await raw.ask("GET", "/applications/1/entitlements")

    assert nobody == []
    assert [[int(bought["user_id"]) for bought in listed] for listed in seen] == [
        [alice.id, bob.id],
        [bob.id],
        [alice.id],
    ]
    assert elsewhere.code == (403, 20012)


def entitlement(server: DiscordServer, user: int) -> dict[str, object]:
    return {
        "id": str(server.world.new_id()),
        "sku_id": "1",
        "application_id": str(server.world.bot.id),
        "user_id": str(user),
        "deleted": False,
        "starts_at": None,
        "ends_at": None,
        "type": 8,
        "consumed": False,
    }


async def test_a_locked_thread_takes_messages_of_moderators_alone(server: DiscordServer, bot: SmallBot) -> None:
    thread = server.add_thread("general", "foxes")
    server.archive_thread(thread, locked=True)
    there = bot.get_partial_messageable(thread.id)

    assert await refusal(there.send("here")) == (403, 160005)
    role = server.add_role("Keepers", manage_threads=True)
    server.guild.members[server.world.bot.id].roles.append(role)
    await there.send("here")
    assert [message.text for message in server.messages(thread)] == ["here"]
