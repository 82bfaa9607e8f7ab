"""The gateway as discord.py meets it: cut, resumed, invalidated, sharded, refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import discord
import pytest

from bot.playground import DiscordServer, GatewayRules

from .discord_bot import SmallBot, point_at, running


class Eager(SmallBot):
    """Does not wait five seconds before it identifies again."""

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None: ...


def answering_bot(bot: SmallBot | None = None) -> SmallBot:
    bot = bot or SmallBot()

    @bot.tree.command(description="Ping")
    async def ping(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("pong")

    return bot


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


async def test_a_cut_connection_resumes_and_misses_nothing(server: DiscordServer) -> None:
    async with running(server, answering_bot()):
        await server.disconnect_gateway()
        answer = await server.person("alice").slash("ping", timeout=10)

    assert answer.message.text == "pong"
    assert (server.gateway.identified, server.gateway.resumed) == (1, 1)


async def test_a_request_to_reconnect_is_followed(server: DiscordServer) -> None:
    async with running(server, answering_bot()) as bot:
        resumed = asyncio.Event()

        @bot.event
        async def on_shard_resumed(shard: int) -> None:
            resumed.set()

        server.gateway.ask_reconnect()
        async with asyncio.timeout(10):
            await resumed.wait()
        answer = await server.person("alice").slash("ping")

    assert answer.message.text == "pong"


async def test_a_wrong_token_cannot_log_in(server: DiscordServer) -> None:
    point_at(server.url)
    async with SmallBot() as bot:
        with pytest.raises(discord.LoginFailure):
            await bot.login("wrong")


async def until(server: DiscordServer, wanted: Callable[[], bool]) -> None:
    """Asked whenever a session or a heartbeat comes or goes."""
    async with asyncio.timeout(20):
        while not wanted():
            await server.gateway.changed.wait()


async def test_a_session_that_is_invalid_for_good_is_begun_anew(server: DiscordServer) -> None:
    async with running(server, answering_bot(Eager())):
        server.gateway.invalidate()
        await until(server, lambda: server.gateway.identified == 2)
        answer = await server.person("alice").slash("ping")

    assert answer.message.text == "pong"
    assert server.gateway.resumed == 0


async def test_a_session_that_is_invalid_for_now_is_resumed(server: DiscordServer) -> None:
    async with running(server, answering_bot()):
        server.gateway.invalidate(resumable=True)
        await until(server, lambda: server.gateway.resumed == 1)
        answer = await server.person("alice").slash("ping")

    assert answer.message.text == "pong"
    assert server.gateway.identified == 1


async def test_a_forgotten_session_is_begun_anew(server: DiscordServer) -> None:
    async with running(server, answering_bot(Eager())):
        server.gateway.cut(resumable=False)
        await until(server, lambda: server.gateway.identified == 2)

    assert server.gateway.resumed == 0


async def test_a_heartbeat_that_is_asked_for_comes_at_once(server: DiscordServer) -> None:
    async with running(server, answering_bot()):
        (session,) = server.gateway.sessions.values()
        connection = session.connection
        assert connection is not None
        await until(server, lambda: connection.heartbeats == 1)
        server.gateway.ask_heartbeat()
        await until(server, lambda: connection.heartbeats == 2)

    assert server.gateway.rules.heartbeat > 40


async def test_a_connection_gone_silent_is_left_and_resumed() -> None:
    rules = GatewayRules(heartbeat=0.2)
    async with DiscordServer(gateway_rules=rules) as server:
        async with running(server, answering_bot(SmallBot(heartbeat_timeout=1.0))) as bot:
            server.gateway.fall_silent()
            server.add_channel("unheard")
            await until(server, lambda: server.gateway.resumed >= 1)
            answer = await server.person("alice").slash("ping", timeout=10)
            names = [channel.name for channel in bot.get_all_channels()]

        assert answer.message.text == "pong"
        assert "unheard" in names
        assert server.gateway.identified == 1


async def test_servers_belong_to_shards_and_direct_messages_to_the_first(server: DiscordServer) -> None:
    server.gateway.rules.shards = 2
    shards = {(server.guild.id >> 22) % 2: server.guild}
    while len(shards) < 2:
        guild = server.add_guild("Elsewhere")
        shards.setdefault((guild.id >> 22) % 2, guild)
        server.advance(0.001)
    heard: list[tuple[int | None, discord.Guild | None]] = []
    bot = Eager()

    @bot.tree.command(description="Where")
    async def where(interaction: discord.Interaction) -> None:
        shard = interaction.guild.shard_id if interaction.guild else None
        heard.append((shard, interaction.guild))
        await interaction.response.send_message(f"shard {shard}")

    async with running(server, bot):
        await until(server, lambda: server.gateway.identified == 2)
        alice = server.person("alice")
        answers = [await alice.slash("where", guild=shards[index]) for index in range(2)]
        sessions = {session.shard[0]: session for session in server.gateway.sessions.values()}
        before = {index: session.sequence for index, session in sessions.items()}
        await alice.slash("where", channel=alice.dm)
        after = {index: session.sequence for index, session in sessions.items()}

    assert [answer.message.text for answer in answers] == ["shard 0", "shard 1"]
    assert (after[0] - before[0], after[1] - before[1]) == (1, 0)


@pytest.mark.parametrize("intents", [discord.Intents(guilds=True, members=True), discord.Intents.all()])
async def test_privileged_intents_have_to_be_switched_on(server: DiscordServer, intents: discord.Intents) -> None:
    point_at(server.url)
    async with SmallBot(intents=intents) as bot:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with asyncio.timeout(10):
                await bot.start(server.token)


async def test_a_bot_that_has_to_shard_cannot_connect() -> None:
    async with DiscordServer(gateway_rules=GatewayRules(guilds_per_session=0)) as server:
        point_at(server.url)
        async with SmallBot() as bot:
            with pytest.raises(discord.ConnectionClosed) as caught:
                async with asyncio.timeout(10):
                    await bot.start(server.token)

    assert caught.value.code == 4011


async def test_the_bot_hears_that_a_channel_is_gone_and_that_it_was_kicked(server: DiscordServer) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    async with running(server, answering_bot()) as bot, asyncio.timeout(10):
        await bot.wait_until_ready()

        @bot.event
        async def on_guild_channel_delete(channel: discord.abc.GuildChannel) -> None:
            heard.put_nowait(channel.name)

        @bot.event
        async def on_thread_update(before: discord.Thread, after: discord.Thread) -> None:
            heard.put_nowait(f"{after.name} {after.archived}")

        @bot.event
        async def on_guild_remove(guild: discord.Guild) -> None:
            heard.put_nowait(guild.name)

        thread = server.add_thread("general", "foxes")
        server.archive_thread(thread)
        archived = await heard.get()
        server.delete_channel(server.channel("art"))
        deleted = await heard.get()
        server.kick_bot()
        kicked = await heard.get()

    assert (archived, deleted, kicked) == ("foxes True", "art", "Easel Playground")
