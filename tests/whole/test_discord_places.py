"""Where a command may be used, by whom, on whose behalf, and what the app is told of the place."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.playground import Channel, DiscordServer, Upload

from .discord_bot import SmallBot, picture, running

MEGABYTE = 2**20


def placed_bot() -> SmallBot:
    """Commands for different places; each says where it was used."""
    bot = SmallBot()

    async def told(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("here", ephemeral=True)

    def add(name: str, **limits: Any) -> app_commands.Command[Any, ..., None]:
        command: app_commands.Command[Any, ..., None] = app_commands.Command(
            name=name, description=name, callback=told, **limits
        )
        bot.tree.add_command(command)
        return command

    def contexts(*, guild: bool = False, dm: bool = False, private: bool = False) -> app_commands.AppCommandContext:
        return app_commands.AppCommandContext(guild=guild, dm_channel=dm, private_channel=private)

    def installs(*, guild: bool = False, user: bool = False) -> app_commands.AppInstallationType:
        return app_commands.AppInstallationType(guild=guild, user=user)

    add("servers", allowed_contexts=contexts(guild=True))
    add("direct", allowed_contexts=contexts(dm=True))
    add("spicy", nsfw=True)
    add("mine", allowed_installs=installs(user=True))
    add("plain")
    add("staff").default_permissions = discord.Permissions(manage_messages=True)
    add("nobody").default_permissions = discord.Permissions(0)

    @bot.tree.command(description="Where")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def where(interaction: discord.Interaction, size: discord.Attachment | None = None) -> None:
        act = bot.acts.get("where")
        if act:
            await act(interaction)
            return
        context, owners = interaction.context, interaction
        kind = "server" if context.guild else "bot" if context.dm_channel else "private"
        installed = f"{owners.is_guild_integration():d}{owners.is_user_integration():d}"
        limit = interaction.filesize_limit // MEGABYTE
        attach = interaction.app_permissions.attach_files
        await interaction.response.send_message(
            f"{kind} {installed} {limit} {attach} {interaction.locale} {interaction.guild_locale}"
        )

    return bot


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server, running(server, placed_bot()):
        yield server
        assert not server.refused


def offered(server: DiscordServer, name: str, channel: Channel | None = None) -> set[str]:
    return {str(command["name"]) for command in server.person(name).commands(channel)}


async def refused(server: DiscordServer, name: str, command: str, channel: Channel | None = None) -> str:
    """The sentence that this person reads instead of having the command carried out."""
    with pytest.raises(PermissionError) as caught:
        await server.person(name).slash(command, channel=channel)
    return str(caught.value)


async def test_commands_are_offered_where_they_may_be_used(server: DiscordServer) -> None:
    alice, bob = server.person("alice"), server.person("bob")

    assert offered(server, "alice") == {"servers", "plain", "where"}
    assert offered(server, "alice", alice.dm) == {"direct", "plain", "staff", "nobody", "where"}
    assert offered(server, "alice", alice.chat(bob)) == set()
    assert await refused(server, "alice", "direct") == "This command can only be used in direct messages."
    assert await refused(server, "alice", "servers", alice.dm) == "This command can only be used in servers."
    assert await refused(server, "alice", "dance") == "There is no /dance here."


async def test_a_person_takes_their_own_apps_everywhere(server: DiscordServer) -> None:
    alice, bob = server.person("alice"), server.person("bob")
    elsewhere = server.add_guild("Elsewhere", has_bot=False).channels[0]
    nothing = offered(server, "alice", elsewhere)
    alice.user.installed = True
    answers = [
        await alice.slash("where", channel=place, locale="de")
        for place in (alice.home, elsewhere, alice.dm, alice.chat(bob))
    ]

    assert nothing == set()
    assert offered(server, "alice", elsewhere) == offered(server, "alice", alice.chat(bob)) == {"mine", "where"}
    assert [answer.message.text for answer in answers] == [
        "server 11 10 True de en-US",
        "server 01 10 True de en-US",
        "bot 01 10 True de None",
        "private 01 10 True de None",
    ]
    assert await refused(server, "bob", "where", elsewhere) == (
        "This app is neither in this server nor installed to your account."
    )


async def test_who_may_not_use_outside_apps_in_public_gets_answers_alone(server: DiscordServer) -> None:
    alice = server.person("alice")
    elsewhere = server.add_guild("Elsewhere", has_bot=False)
    alice.user.installed = True
    server.change_role(elsewhere.everyone, guild=elsewhere, use_external_apps=False)
    hushed = await alice.slash("where", channel=elsewhere.channels[0])
    public = await alice.slash("where")

    assert (hushed.ephemeral, public.ephemeral) == (True, False)
    assert server.person("bob").sees(elsewhere.channels[0]) == []


async def test_age_restricted_commands_stay_in_age_restricted_channels(server: DiscordServer) -> None:
    cellar = server.add_channel("cellar", nsfw=True)
    thread = server.add_thread(cellar, "deeper")
    alice = server.person("alice")
    before = offered(server, "alice", alice.dm)
    alice.user.adult = True

    assert "spicy" in offered(server, "alice", cellar) & offered(server, "alice", thread)
    assert "spicy" in offered(server, "alice", alice.dm) - before
    assert await refused(server, "alice", "spicy") == "This command can only be used in age-restricted channels."


async def test_what_a_command_asks_for_is_asked_of_members(server: DiscordServer) -> None:
    assert "staff" in offered(server, "mona")
    assert {"staff", "nobody"} <= offered(server, "olivia")
    assert "nobody" not in offered(server, "mona")
    assert await refused(server, "alice", "staff") == "You do not have permission to use this command."


async def test_a_server_sets_who_may_use_a_command(server: DiscordServer) -> None:
    alice, bob, mona = (server.person(name) for name in ("alice", "bob", "mona"))
    moderators, everyone = server.guild.roles[1], server.guild.everyone
    server.permit("plain", everyone, allowed=False)
    shut = offered(server, "alice") | offered(server, "mona")
    server.permit("nobody", alice, moderators, allowed=True)

    assert "plain" not in shut
    assert "plain" in offered(server, "olivia")
    assert "plain" in offered(server, "alice", alice.dm)
    assert [("nobody" in offered(server, person.name)) for person in (alice, bob, mona)] == [True, False, True]
    assert await refused(server, "bob", "plain") == "You do not have permission to use this command."


async def test_a_server_sets_where_a_command_may_be_used(server: DiscordServer) -> None:
    art = server.channel("art")
    thread = server.add_thread(art, "foxes")
    server.permit("", art, allowed=False)
    told = await refused(server, "alice", "plain", thread)
    server.permit("plain", art, allowed=True)

    assert told == "This command cannot be used in this channel."
    assert "plain" in offered(server, "alice", thread)
    assert "servers" not in offered(server, "alice", art)
    assert "servers" in offered(server, "alice")


async def test_what_is_set_for_the_whole_app_can_only_forbid(server: DiscordServer) -> None:
    alice = server.person("alice")
    server.permit("", alice, allowed=True)
    allowed = offered(server, "alice")
    server.permit("", alice, allowed=False)

    assert "staff" not in allowed
    assert offered(server, "alice") == set()


async def test_the_bot_hears_what_a_server_sets() -> None:
    heard: asyncio.Queue[discord.RawAppCommandPermissionsUpdateEvent] = asyncio.Queue()
    async with DiscordServer() as server, running(server, placed_bot()) as bot:

        @bot.event
        async def on_raw_app_command_permissions_update(event: discord.RawAppCommandPermissionsUpdateEvent) -> None:
            heard.put_nowait(event)

        await bot.wait_until_ready()
        server.permit("plain", server.person("bob"), allowed=False)
        async with asyncio.timeout(10):
            event = await heard.get()

    (permission,) = event.permissions
    assert event.guild.name == "Easel Playground"
    assert (permission.target.id, permission.permission) == (server.person("bob").id, False)


async def test_who_cannot_write_or_use_commands_gets_none(server: DiscordServer) -> None:
    art, alice, bob = server.channel("art"), server.person("alice"), server.person("bob")
    server.deny(art, alice, send_messages=True)
    server.deny(art, bob, use_application_commands=True)

    assert await refused(server, "alice", "plain", art) == (
        "You do not have permission to send messages in this channel."
    )
    assert await refused(server, "bob", "plain", art) == "You do not have permission to use this command."
    with pytest.raises(PermissionError, match="permission to send messages"):
        alice.say("hello", channel=art)


async def test_a_locked_thread_is_for_moderators(server: DiscordServer) -> None:
    thread = server.add_thread("general", "foxes")
    server.archive_thread(thread, locked=True)

    assert await refused(server, "alice", "plain", thread) == "This thread is locked."
    with pytest.raises(PermissionError, match="This thread is locked"):
        server.person("alice").say("hello", channel=thread)
    assert "plain" in offered(server, "mona", thread)


async def test_who_left_is_offered_nothing(server: DiscordServer) -> None:
    server.kick(server.person("bob"))

    assert await refused(server, "bob", "plain") == "You do not have access to this channel."


async def test_boosts_and_subscriptions_allow_larger_files() -> None:
    big = Upload("big.png", picture() + bytes(2000))
    async with DiscordServer(upload_limit=1000) as server, running(server, placed_bot()) as bot:
        limits: list[int] = []

        async def note(interaction: discord.Interaction) -> None:
            limits.append(interaction.filesize_limit)
            await interaction.response.send_message(file=discord.File(BytesIO(bytes(3000)), "big.bin"))

        bot.acts["where"] = note
        alice, boosted = server.person("alice"), server.add_guild("Boosted", boost_tier=2)
        with pytest.raises(ValueError, match=r"Your files are too powerful. The largest file here is 1000 bytes."):
            await alice.slash("where", size=big)
        await alice.slash("where", size=big, guild=boosted)
        alice.user.nitro = 500 * MEGABYTE
        await alice.slash("where", size=big)

    assert limits == [50 * MEGABYTE, 500 * MEGABYTE]
    assert not server.refused


async def test_renamed_commands_lose_what_was_set(server: DiscordServer) -> None:
    commands = server.parts.commands
    plain = next(command for command in commands.all(None) if command["name"] == "plain")
    server.permit("plain", server.person("alice"), allowed=False)
    before = commands.all_permitted(server.guild)
    commands.change(None, int(plain["id"]), {"name": "simple"})

    assert [entry["id"] for entry in before] == [plain["id"]]
    assert commands.all_permitted(server.guild) == []
    assert "simple" in offered(server, "alice")
