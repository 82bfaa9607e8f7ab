"""The loopback Discord's knobs: what each does to a bot, asked over real sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.comfy.simulator import Knob, KnobKind
from bot.playground import DiscordServer, RateLimits
from bot.playground.discord_knobs import DiscordKnobs
from tests.whole.discord_bot import running
from tests.whole.page_bot import PageBot


@pytest.fixture
def knobs(discord_server: DiscordServer) -> DiscordKnobs:
    return DiscordKnobs(discord_server)


@pytest.fixture
async def session(discord_server: DiscordServer) -> AsyncIterator[aiohttp.ClientSession]:
    headers = {"Authorization": f"Bot {discord_server.token}"}
    async with aiohttp.ClientSession(discord_server.url, headers=headers) as session:
        yield session


async def status(session: aiohttp.ClientSession, path: str) -> int:
    async with session.get(f"/api/v10{path}") as answer:
        return answer.status


def knob(knobs: DiscordKnobs, name: str) -> Knob:
    return next(knob for knob in knobs.knobs() if knob.name == name)


def other_value(one: Knob, value: object) -> Any:
    if one.kind is KnobKind.SWITCH:
        return not value
    return 1.5 if one.kind is KnobKind.NUMBER else next(choice for choice in one.choices if choice != value)


async def test_every_knob_stands_as_it_was_turned_and_can_be_turned_back(knobs: DiscordKnobs) -> None:
    first = knobs.values()
    for name, value in first.items():
        turned = other_value(knob(knobs, name), value)
        await knobs.turn(name, turned)
        assert knobs.values()[name] == turned, name
    for name, value in first.items():
        await knobs.turn(name, value)

    assert knobs.values() == first
    assert {one.name for one in knobs.knobs() if one.kind is not KnobKind.ACTION} == set(first)


async def test_wrong_names_and_values_are_refused_in_sentences(knobs: DiscordKnobs) -> None:
    for name, value in (
        ("no_such", 1),
        ("latency", 99),
        ("latency", True),
        ("trouble", "418"),
        ("rate_limits", "many"),
    ):
        with pytest.raises(ValueError, match=r"^[A-Z].+\.$"):
            await knobs.turn(name, value)


async def test_while_discord_is_offline_nothing_is_answered(
    knobs: DiscordKnobs, session: aiohttp.ClientSession
) -> None:
    await knobs.turn("offline", True)
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await status(session, "/users/@me")
    await knobs.turn("offline", False)

    assert await status(session, "/users/@me") == 200


async def test_requests_fail_with_the_chosen_status(knobs: DiscordKnobs, session: aiohttp.ClientSession) -> None:
    await knobs.turn("trouble", "503")

    assert await status(session, "/users/@me") == 503


async def test_the_rate_limit_is_the_chosen_one(
    knobs: DiscordKnobs, discord_server: DiscordServer, session: aiohttp.ClientSession
) -> None:
    place = f"/channels/{discord_server.channel('general').id}"
    await knobs.turn("rate_limits", "1 in 10 s")

    assert [await status(session, place) for _ in range(2)] == [200, 429]


async def test_a_limit_that_is_no_choice_reads_as_none(knobs: DiscordKnobs, discord_server: DiscordServer) -> None:
    discord_server.parts.buckets.limits = RateLimits(7, 3.0)

    assert knobs.values()["rate_limits"] == ""


async def test_hidden_channels_are_refused_to_the_bot_alone(
    knobs: DiscordKnobs, discord_server: DiscordServer, session: aiohttp.ClientSession
) -> None:
    general = discord_server.channel("general")
    discord_server.person("alice").say("hello")
    await knobs.turn("blind", True)
    hidden = await status(session, f"/channels/{general.id}")
    await knobs.turn("blind", False)

    assert hidden == 403
    assert await status(session, f"/channels/{general.id}") == 200
    assert len(discord_server.person("alice").sees(general)) == 1


async def test_people_add_the_app_to_their_accounts_and_remove_it(
    knobs: DiscordKnobs, discord_server: DiscordServer
) -> None:
    alice = discord_server.person("alice").user
    await knobs.turn("installed_alice", True)
    had = (alice.installed, knobs.values()["installed_alice"], knobs.values()["installed_bob"])
    await knobs.turn("installed_alice", False)

    assert had == (True, True, False)
    assert not alice.installed


async def test_the_upload_limit_comes_with_each_command(knobs: DiscordKnobs, discord_server: DiscordServer) -> None:
    await knobs.turn("upload_limit", "50 MB")
    alice = discord_server.person("alice")
    interaction = discord_server.parts.interactions.open(
        2, alice.user, discord_server.channel("general"), {"name": "a"}
    )

    assert interaction.upload_limit == 50 * 2**20


async def test_a_bot_whose_gateway_is_dropped_comes_back(knobs: DiscordKnobs, discord_server: DiscordServer) -> None:
    gateway = discord_server.gateway
    async with running(discord_server, PageBot()), asyncio.timeout(20):
        for count, action in enumerate(("reconnect", "drop"), start=1):
            await knobs.turn(action)
            while gateway.resumed < count:
                await gateway.changed.wait()

        assert (gateway.identified, gateway.resumed) == (1, 2)
