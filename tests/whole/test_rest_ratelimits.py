"""How often what may be asked, told in Discord's headers; discord.py waits as they say."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest

from bot.playground import DiscordServer, RateLimits
from bot.playground.ratelimits import Shutout

from .discord_bot import SmallBot, point_at
from .limits import command, menus
from .raw_rest import RawBot, raw_bot

NAMES = ("Limit", "Remaining", "Reset-After", "Bucket")
HOUR, DAY = 3600.0, 24 * 3600.0


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def limited(limits: RateLimits | None = None) -> AsyncIterator[RawBot]:
    async with DiscordServer(rate_limits=limits, clock=Clock()) as server, raw_bot(server) as bot:
        yield bot


def told(headers: Any) -> dict[str, str | None]:
    return {name: headers.get(f"X-RateLimit-{name}") for name in NAMES}


async def test_every_answer_tells_what_is_left() -> None:
    async with limited(RateLimits(2, 5.0)) as bot:
        first, second, third = [await bot.send() for _ in range(3)]
        wrong = await bot.send({"content": ""})
        bot.server.advance(5)
        later = await bot.send({"content": ""})

    assert [told(answer.headers)["Remaining"] for answer in (first, second, third)] == ["1", "0", "0"]
    assert [answer.status for answer in (first, second, third, wrong, later)] == [200, 200, 429, 429, 400]
    assert told(later.headers) == told(first.headers)
    assert told(first.headers)["Reset-After"] == "5.000"
    assert float(first.headers["X-RateLimit-Reset"]) == 1_700_000_005.0


async def test_a_request_too_many_is_told_how_long_to_wait() -> None:
    async with limited(RateLimits(1, 4.5)) as bot:
        await bot.send()
        refused = await bot.send()

    assert refused.status == 429
    assert refused.body == {
        "message": "You are being rate limited.",
        "code": 0,
        "retry_after": 4.5,
        "global": False,
    }
    assert refused.headers["Retry-After"] == "5"
    assert refused.headers["X-RateLimit-Scope"] == "user"
    assert refused.headers["Via"]
    assert len(bot.server.messages("general")) == 1


async def test_buckets_are_one_per_route_and_place() -> None:
    async with limited(RateLimits(1, 5.0)) as bot:
        sent = await bot.send()
        there = f"{bot.place}/messages/{sent.body['id']}"
        edited = await bot.ask("PATCH", there, {"content": "b"})
        elsewhere = await bot.ask("POST", f"/channels/{bot.server.channel('art').id}/messages", {"content": "a"})
        again = await bot.ask("PATCH", there, {"content": "c"})

    assert [answer.status for answer in (sent, edited, elsewhere, again)] == [200, 200, 200, 429]
    assert told(sent.headers)["Bucket"] == told(elsewhere.headers)["Bucket"] != told(edited.headers)["Bucket"]


async def test_a_webhooks_routes_share_a_bucket_per_token() -> None:
    async with limited(RateLimits(2, 5.0)) as bot:
        one, other = bot.interaction(), bot.interaction()
        for interaction in (one, other):
            assert (await bot.answer(interaction, {"type": 5})).status == 200
        done = [
            await bot.webhook(one, "PATCH", "/messages/@original", {"content": "a"}),
            await bot.webhook(one, "POST", "", {"content": "b"}),
            await bot.webhook(one, "GET", "/messages/@original"),
            await bot.webhook(other, "PATCH", "/messages/@original", {"content": "a"}),
        ]

    assert [answer.status for answer in done] == [200, 200, 429, 200]


async def test_all_requests_together_have_a_limit_that_interactions_are_outside_of() -> None:
    async with limited(RateLimits(100, 5.0)) as bot:
        paths = [f"/users/{bot.server.person('alice').id}"] * 48 + ["/users/@me", "/gateway/bot"]
        taken = [await bot.ask("GET", path) for path in paths]
        refused = await bot.send()
        interaction = bot.interaction()
        answered = await bot.answer(interaction, {"type": 5})
        edited = await bot.webhook(interaction, "PATCH", "/messages/@original", {"content": "a"})
        bot.server.advance(1)
        later = await bot.send()

    assert {answer.status for answer in taken} == {200}
    assert (refused.status, refused.body["global"], refused.body["retry_after"]) == (429, True, 1.0)
    assert (refused.headers["X-RateLimit-Scope"], refused.headers["X-RateLimit-Global"]) == ("global", "true")
    assert [answer.status for answer in (answered, edited, later)] == [200, 200, 200]


async def test_old_messages_are_edited_only_so_often() -> None:
    async with limited(RateLimits(100, 5.0, old_edits=2, old_edits_per=60.0)) as bot:
        there = f"{bot.place}/messages/{(await bot.send()).body['id']}"
        for _ in range(3):
            assert (await bot.ask("PATCH", there, {"content": "young"})).status == 200
        bot.server.advance(HOUR + 1)
        edits = [await bot.ask("PATCH", there, {"content": "old"}) for _ in range(3)]
        bot.server.advance(60)
        later = await bot.ask("PATCH", there, {"content": "old"})

    assert [answer.code for answer in edits] == [(200, 0), (200, 0), (429, 30046)]
    assert (edits[2].body["retry_after"], edits[2].headers["X-RateLimit-Scope"]) == (60.0, "shared")
    assert later.status == 200


async def test_two_hundred_new_commands_a_day_there_may_be() -> None:
    async with limited() as bot:
        path = f"/applications/{bot.app}/commands"
        batches = [[command(name=f"c{batch}-{n}") for n in range(100)] for batch in range(3)]
        first, second = [await bot.ask("PUT", path, batch) for batch in batches[:2]]
        same = await bot.ask("PUT", path, batches[1])
        third = await bot.ask("PUT", path, batches[1][:99] + batches[2][:1])
        one = await bot.ask("POST", path, menus(3, 1)[0])
        in_server = await bot.ask("PUT", f"/applications/{bot.app}/guilds/{bot.server.guild.id}/commands", batches[2])
        bot.server.advance(DAY)
        next_day = await bot.ask("PUT", path, batches[2])

    assert [answer.status for answer in (first, second, same, in_server, next_day)] == [200] * 5
    assert [third.code, one.code] == [(429, 30034)] * 2
    assert third.body["retry_after"] == DAY
    assert third.headers["X-RateLimit-Scope"] == "shared"


async def test_who_asks_wrongly_too_often_is_shut_out() -> None:
    async with limited(RateLimits(1, 60.0)) as bot:
        bot.server.parts.buckets.shutout = Shutout(limit=3, per=600.0)
        seen = [
            await bot.ask("GET", "/users/@me", token="Bot wrong"),
            await bot.send(),
            await bot.send(),
            await bot.ask("GET", "/channels/1"),
            await bot.send(),
        ]
        bot.server.advance(599)
        still = await bot.ask("GET", "/users/@me")
        bot.server.advance(1)
        after = await bot.ask("GET", "/users/@me")

    assert [answer.status for answer in seen] == [401, 200, 429, 404, 429]
    assert (still.status, still.body, still.headers.get("Via")) == (429, "error code: 1015", None)
    assert still.headers["Retry-After"] == "1"
    assert after.status == 200


async def test_limits_that_others_share_shut_nobody_out() -> None:
    async with limited(RateLimits(100, 60.0, old_edits=0)) as bot:
        bot.server.parts.buckets.shutout = Shutout(limit=2, per=600.0)
        there = f"{bot.place}/messages/{(await bot.send()).body['id']}"
        bot.server.advance(HOUR + 1)
        edits = [await bot.ask("PATCH", there, {"content": "old"}) for _ in range(4)]

    assert {answer.code for answer in edits} == {(429, 30046)}


@pytest.mark.parametrize("limits", [RateLimits(2, 0.2), RateLimits(100, 1.0, overall=4, overall_per=0.2)])
async def test_discordpy_waits_and_asks_again(limits: RateLimits) -> None:
    async with DiscordServer(rate_limits=limits) as server, SmallBot() as bot:
        point_at(server.url)
        await bot.login(server.token)
        general = bot.get_partial_messageable(server.channel("general").id)
        await asyncio.gather(*(general.send(str(number)) for number in range(6)))
        sent = sorted(message.text for message in server.messages("general"))

    assert sent == list("012345")
    assert {refused.status for refused in server.refused} <= {429}


async def test_discordpy_edits_an_old_message_once_it_may() -> None:
    limits = RateLimits(100, 5.0, old_edits=1, old_edits_per=0.2)
    async with DiscordServer(rate_limits=limits) as server, SmallBot() as bot:
        point_at(server.url)
        await bot.login(server.token)
        message = await bot.get_partial_messageable(server.channel("general").id).send("new")
        server.advance(HOUR + 1)
        for text in ("one", "two"):
            await message.edit(content=text)

    assert [refused.code for refused in server.refused] == [30046]
    assert server.messages("general")[0].text == "two"


async def test_discordpy_gives_up_where_discord_shuts_it_out() -> None:
    async with DiscordServer() as server, SmallBot() as bot:
        point_at(server.url)
        await bot.login(server.token)
        server.parts.buckets.shutout = Shutout(limit=1, per=600.0)
        server.parts.buckets.note(401, "")

        with pytest.raises(discord.HTTPException, match="1015") as caught:
            await bot.fetch_user(1)

    assert caught.value.status == 429
