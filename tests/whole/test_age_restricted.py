"""Workflows for adults: in age-restricted channels, and wherever else Discord lets them be used."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer
from tests.whole.conftest import Easel, finished
from tests.whole.making import MANIFEST, noise, pictures
from tests.whole.test_library import commands
from tests.whole.test_visibility import covers

REFUSED = "This is for age-restricted channels only. Use it in one of those."


@pytest.fixture
async def adult(discord_server: DiscordServer, comfyui: Simulator, easel: Easel) -> AsyncIterator[EaselBot]:
    """A bot with the workflow /spicy."""
    easel.add_workflow("spicy", pictures(comfyui, noise(16)), f"{MANIFEST}nsfw = true\n")
    async with easel.running() as bot:
        yield bot


@pytest.mark.usefixtures("adult")
async def test_it_runs_in_an_age_restricted_channel_and_its_threads(discord_server: DiscordServer) -> None:
    alice, cellar = discord_server.person("alice"), discord_server.add_channel("cellar", nsfw=True)
    thread = discord_server.add_thread(cellar, "deeper")

    for place in (cellar, thread):
        message = await (await alice.slash("spicy", channel=place)).wait(finished)
        assert message.images
    assert not any(covers(discord_server))


@pytest.mark.usefixtures("adult")
async def test_discord_does_not_offer_it_elsewhere(discord_server: DiscordServer) -> None:
    await commands(discord_server, lambda names: "queue" in names)

    with pytest.raises(PermissionError, match="age-restricted"):
        await discord_server.person("alice").slash("spicy")


@pytest.mark.usefixtures("adult")
@pytest.mark.parametrize("kind", ["channel", "thread"])
async def test_an_app_that_offers_it_elsewhere_is_refused(discord_server: DiscordServer, kind: str) -> None:
    """Discord let it through, though the bot knows of no restriction there."""
    alice, cellar = discord_server.person("alice"), discord_server.add_channel("cellar")
    place = cellar if kind == "channel" else discord_server.add_thread(cellar, "deeper")
    cellar.nsfw = True

    answer = await alice.slash("spicy", channel=place)

    assert answer.ephemeral
    assert answer.message.text == REFUSED


@pytest.mark.usefixtures("adult")
async def test_in_direct_messages_discord_s_word_stands_and_results_are_covered(discord_server: DiscordServer) -> None:
    alice = discord_server.person("alice")
    alice.user.adult = True

    message = await (await alice.slash("spicy", channel=alice.dm)).wait(finished)

    assert message.images
    assert covers(discord_server) == [True]
