"""What moderators do is written into the channel a server chose, and nothing breaks where that cannot be."""

from __future__ import annotations

import asyncio

import discord
import pytest

from bot.app import EaselBot
from bot.jobs.audit import Deed
from bot.playground import DiscordServer, Request
from tests.whole.conftest import Easel
from tests.whole.moderated import audited, lines


async def paused(bot: EaselBot, server: DiscordServer, count: int = 1, reason: str = "") -> None:
    for _number in range(count):
        await bot.audit.record(
            guild_id=server.guild.id, actor_id=server.person("mona").id, action=Deed.PAUSE, reason=reason
        )


async def test_lines_come_in_order_and_ring_nobody(discord_server: DiscordServer, bot: EaselBot) -> None:
    channel = await audited(discord_server, bot)

    for number in range(3):
        await paused(bot, discord_server, reason=f"{number} @everyone")
    written = await lines(discord_server, channel, 3)

    assert [line.text[-12] for line in written] == ["0", "1", "2"]
    posts = [r.payload for r in discord_server.requests if r.path.endswith(f"/channels/{channel.id}/messages")]
    rung = [payload["allowed_mentions"] for payload in posts if isinstance(payload, dict)]
    assert rung == [{"parse": []}] * 3


async def test_a_server_without_a_channel_is_told_nothing(discord_server: DiscordServer, bot: EaselBot) -> None:
    await paused(bot, discord_server)
    channel = await audited(discord_server, bot)
    await paused(bot, discord_server)

    assert len(await lines(discord_server, channel)) == 1
    assert bot.audit_channel.problem(discord_server.guild.id) == ""


async def test_a_channel_that_is_closed_is_logged_once_and_said_until_it_opens(
    discord_server: DiscordServer, bot: EaselBot, caplog: pytest.LogCaptureFixture
) -> None:
    channel = await audited(discord_server, bot)
    discord_server.deny(channel, discord_server.guild.everyone, send_messages=True)
    refused = asyncio.Event()
    tries = 0

    async def count(moment: str, request: Request) -> None:
        nonlocal tries
        tries += moment == "request" and request.path.endswith(f"/channels/{channel.id}/messages")
        if tries == 3:
            refused.set()

    discord_server.on(count)
    await discord_server.person("mona").slash("queue")
    await paused(bot, discord_server, 3)
    async with asyncio.timeout(10):
        await refused.wait()
    said = bot.audit_channel.problem(discord_server.guild.id)
    shown = await discord_server.person("olivia").slash("settings show")
    discord_server.allow(channel, discord_server.guild.everyone, send_messages=True)
    await discord_server.person("mona").slash("queue")  # so that the bot knows of it
    then = bot.audit_channel.problem(discord_server.guild.id)
    await paused(bot, discord_server)
    await lines(discord_server, channel)

    assert then == ""
    assert shown.message.text.endswith(f"⚠️ {said}")
    assert said == f"I cannot write in <#{channel.id}>. Let me see it and send messages there, or choose another."
    assert caplog.text.count("cannot be written to") == 1


async def test_a_channel_that_was_deleted_is_said(discord_server: DiscordServer, bot: EaselBot) -> None:
    channel = await audited(discord_server, bot)
    gone = asyncio.Event()

    async def seen(channel: discord.abc.GuildChannel) -> None:
        gone.set()

    bot.add_listener(seen, "on_guild_channel_delete")
    discord_server.delete_channel(channel)
    async with asyncio.timeout(10):
        await gone.wait()

    assert bot.audit_channel.problem(discord_server.guild.id).startswith(f"I cannot write in <#{channel.id}>.")


async def test_another_server_s_channel_is_never_written_to(discord_server: DiscordServer, bot: EaselBot) -> None:
    elsewhere = discord_server.add_guild("Elsewhere")
    theirs = elsewhere.channels[0]
    await discord_server.person("bob").slash("queue", guild=elsewhere)
    await bot.servers.change(
        discord_server.guild.id, lambda rules: rules.model_copy(update={"audit_channel": theirs.id})
    )
    before = len(theirs.messages)
    await paused(bot, discord_server)
    channel = await audited(discord_server, bot)
    await paused(bot, discord_server)
    await lines(discord_server, channel)

    assert len(theirs.messages) == before


async def test_what_waits_when_the_bot_stops_is_still_written(discord_server: DiscordServer, easel: Easel) -> None:
    """Discord takes the first line when no job runs any more."""
    async with easel.running() as bot:
        channel = await audited(discord_server, bot)
        (serving,) = [task for task in asyncio.all_tasks() if task.get_name() == "runner"]

        async def hold(moment: str, request: Request) -> None:
            if moment == "request" and request.path.endswith(f"/channels/{channel.id}/messages"):
                await asyncio.wait([serving])

        discord_server.on(hold)
        await paused(bot, discord_server, 3)

    assert len([message for message in channel.messages.values() if not message.ephemeral]) == 3
