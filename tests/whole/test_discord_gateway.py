"""The gateway as discord.py meets it: cut, resumed, invalidated, sharded, refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import discord
import pytest

from bot.playground import DiscordServer

from .discord_bot import SmallBot, point_at, running


def answering_bot() -> SmallBot:
    bot = SmallBot()

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


async def test_a_wrong_token_is_closed_with_4004(server: DiscordServer) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{server.url}/gateway?v=10&encoding=json") as socket,
    ):
        hello = await socket.receive_json()
        await socket.send_json({"op": 2, "d": {"token": "wrong", "intents": 1}})
        closing = await socket.receive()

    assert hello["op"] == 10
    assert closing.data == 4004


async def test_a_forgotten_session_has_to_identify_anew(server: DiscordServer) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{server.url}/gateway?v=10&encoding=json") as socket,
    ):
        await socket.receive_json()
        await socket.send_json({"op": 6, "d": {"token": server.token, "session_id": "gone", "seq": 3}})
        refused = await socket.receive_json()
        await socket.send_json({"op": 2, "d": {"token": server.token, "intents": 1, "shard": [0, 1]}})
        ready = await socket.receive_json()
        created = await socket.receive_json()

    assert (refused["op"], refused["d"]) == (9, False)
    assert (ready["t"], ready["s"], ready["d"]["shard"]) == ("READY", 1, [0, 1])
    assert (created["t"], created["d"]["name"]) == ("GUILD_CREATE", "Easel Playground")


async def test_heartbeats_are_acknowledged(server: DiscordServer) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(f"{server.url}/gateway?v=10&encoding=json") as socket,
    ):
        await socket.receive_json()
        await socket.send_json({"op": 1, "d": None})
        answer = await socket.receive_json()

    assert answer["op"] == 11


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
