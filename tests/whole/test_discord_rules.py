"""Discord's rules for what a bot does with its own token, each with Discord's code."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable
from io import BytesIO

import aiohttp
import discord
import pytest

from bot.playground import DiscordServer, RateLimits, Request

from .discord_bot import SmallBot, picture, point_at


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


@pytest.fixture
async def bot(server: DiscordServer) -> AsyncIterator[SmallBot]:
    """Logged in, without a gateway connection."""
    point_at(server.url)
    async with SmallBot() as bot:
        await bot.login(server.token)
        yield bot


def place(bot: SmallBot, server: DiscordServer, name: str = "general") -> discord.PartialMessageable:
    return bot.get_partial_messageable(server.channel(name).id)


async def refusal(action: Awaitable[object]) -> tuple[int, int]:
    with pytest.raises(discord.HTTPException) as caught:
        await action
    return caught.value.status, caught.value.code


async def test_a_deleted_message_is_unknown(server: DiscordServer, bot: SmallBot) -> None:
    message = await place(bot, server).send("here")
    server.delete_message(server.messages("general")[0])

    assert await refusal(message.edit(content="there")) == (404, 10008)


async def test_a_deleted_channel_is_unknown(server: DiscordServer, bot: SmallBot) -> None:
    art = place(bot, server, "art")
    server.delete_channel(server.channel("art"))

    assert await refusal(art.send("here")) == (404, 10003)


async def test_a_server_without_the_bot_gives_no_access(server: DiscordServer, bot: SmallBot) -> None:
    server.kick_bot()

    assert await refusal(place(bot, server).send("here")) == (403, 50001)


async def test_permissions_hold_per_channel(server: DiscordServer, bot: SmallBot) -> None:
    server.deny(server.channel("art"), server.guild.everyone, attach_files=True)

    file = discord.File(BytesIO(picture()), "fox.png")
    assert await refusal(place(bot, server, "art").send(file=file)) == (403, 50013)
    await place(bot, server, "art").send("words")
    assert server.messages("art")[0].text == "words"


async def test_an_archived_thread_lets_no_message_be_edited_until_one_is_sent(
    server: DiscordServer, bot: SmallBot
) -> None:
    thread = server.add_thread("general", "foxes")
    there = bot.get_partial_messageable(thread.id)
    message = await there.send("here")
    server.archive_thread(thread)

    assert await refusal(message.edit(content="there")) == (400, 50083)
    await there.send("awake")
    await message.edit(content="there")
    assert not thread.archived


async def test_direct_messages_reach_those_who_take_them(server: DiscordServer, bot: SmallBot) -> None:
    alice, bob = server.person("alice"), server.person("bob")
    bob.user.takes_dms = False
    await (await bot.fetch_user(alice.id)).send("your picture")

    assert [message.text for message in alice.sees(alice.dm)] == ["your picture"]
    assert await refusal((await bot.fetch_user(bob.id)).send("yours")) == (403, 50007)


async def test_a_repeated_nonce_sends_once(server: DiscordServer, bot: SmallBot) -> None:
    route = discord.http.Route("POST", "/channels/{channel_id}/messages", channel_id=server.channel("general").id)
    sent = [
        await bot.http.request(route, json={"content": content, "nonce": "abc", "enforce_nonce": True})
        for content in ("one", "two")
    ]

    assert sent[0]["id"] == sent[1]["id"]
    assert [message.text for message in server.messages("general")] == ["one"]


async def test_history_is_read_after_a_message_newest_first(server: DiscordServer, bot: SmallBot) -> None:
    general = place(bot, server)
    sent = [await general.send(str(number)) for number in range(5)]
    raw = await bot.http.logs_from(general.id, 2, after=sent[1].id)
    seen = [message.content async for message in general.history(after=sent[1])]

    assert [entry["content"] for entry in raw] == ["3", "2"]
    assert seen == ["2", "3", "4"]


async def test_an_answer_names_the_message_it_answers(server: DiscordServer, bot: SmallBot) -> None:
    asked = await place(bot, server).send("question")
    answered = await asked.reply("answer")

    assert answered.reference is not None
    assert answered.reference.message_id == asked.id
    assert server.messages("general")[1].reference == asked.id


async def test_a_request_too_many_waits_as_the_headers_say() -> None:
    async with DiscordServer(rate_limits=RateLimits(2, 0.2)) as server, SmallBot() as bot:
        point_at(server.url)
        await bot.login(server.token)
        general = place(bot, server)
        await asyncio.gather(*(general.send(str(number)) for number in range(5)))

        assert sorted(message.text for message in server.messages("general")) == list("01234")
        assert [refused.status for refused in server.refused if refused.status != 429] == []


async def test_a_hook_may_cut_the_connection_before_or_after(server: DiscordServer, bot: SmallBot) -> None:
    moments: list[tuple[str, str, int | None]] = []
    cut_at = "request"

    async def cut(moment: str, request: Request) -> None:
        moments.append((moment, request.method, request.status))
        if moment == cut_at:
            raise ConnectionResetError

    server.on(cut)
    with pytest.raises(aiohttp.ClientConnectionError):
        await place(bot, server).send("never carried out")
    assert server.messages("general") == []
    cut_at = "answer"
    with pytest.raises(aiohttp.ClientConnectionError):
        await place(bot, server).send("carried out, never told")

    assert [message.text for message in server.messages("general")] == ["carried out, never told"]
    assert moments == [("request", "POST", None), ("request", "POST", None), ("answer", "POST", 200)]


async def test_routes_nobody_serves_are_a_plain_404(server: DiscordServer, bot: SmallBot) -> None:
    assert await refusal(bot.http.request(discord.http.Route("GET", "/stage-instances/1"))) == (404, 0)


async def test_a_link_to_a_file_lasts_a_day(server: DiscordServer, bot: SmallBot) -> None:
    sent = await place(bot, server).send(file=discord.File(BytesIO(picture()), "fox.png"))
    (attachment,) = sent.attachments
    data = await attachment.read()
    server.advance(25 * 3600)

    assert data == picture()
    assert (attachment.width, attachment.height, attachment.content_type) == (8, 6, "image/png")
    with pytest.raises(discord.NotFound):
        await attachment.read()


def test_ids_tell_when_they_were_made() -> None:
    server = DiscordServer(clock=lambda: 1_700_000_000.0)

    assert discord.utils.snowflake_time(server.guild.id).timestamp() == pytest.approx(1_700_000_000.0)
