"""`python -m bot play` from the inside: its servers, its one clock, and the ComfyUI that is behind it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from bot.comfy.simulator import Pace, Simulator
from bot.playground import DiscordServer
from bot.playground.message import Message
from bot.playground.play import Playground, opened
from bot.settings import Settings
from tests.whole.conftest import WORKFLOWS, edits, finished, hold_at, shows
from tests.whole.making import noise

SMALL: dict[str, Any] = {"size": "256x256", "steps": 2}


def settings(folder: Path, **changes: Any) -> Settings:
    return Settings(_env_file=None, workflows_dir=WORKFLOWS, data_dir=folder, **changes)


@pytest.fixture
async def playground(tmp_path: Path) -> AsyncIterator[Playground]:
    async with opened(settings(tmp_path), pace=Pace(), edit_pace=0, rate_limits=None) as playground:
        await playground.discord.wait_ready()
        yield playground


def simulator_of(playground: Playground) -> Simulator:
    assert playground.simulator is not None
    return playground.simulator


async def said(discord: DiscordServer, *words: str) -> str:
    """The line about ComfyUI, once it has these words, as pages are told."""
    changed = asyncio.Event()

    def observe(thing: object) -> None:
        changed.set()

    discord.world.observers.append(observe)
    assert discord.backstage is not None
    try:
        async with asyncio.timeout(20):
            while not all(word in discord.backstage.line() for word in words):
                changed.clear()
                await changed.wait()
    finally:
        discord.world.observers.remove(observe)
    return discord.backstage.line()


async def test_everybody_can_use_the_commands_in_both_servers_and_in_direct_messages(playground: Playground) -> None:
    alice = playground.discord.person("alice")
    places = [guild.channels[0] for guild in playground.discord.guilds if guild.has_bot] + [alice.dm]
    for place in places:
        answer = await alice.slash("imagine", channel=place, values={"prompt": "a fox", **SMALL})
        await answer.wait(finished)

    assert len(places) == 3
    assert [len(place.messages) for place in places] == [1, 1, 1]
    assert not playground.discord.refused


async def test_who_moderates_depends_on_the_server(playground: Playground) -> None:
    first, second = (guild.channels[0] for guild in playground.discord.guilds if guild.has_bot)

    def offered(name: str) -> list[bool]:
        person = playground.discord.person(name)
        return [any(command["name"] == "jobs" for command in person.commands(place)) for place in (first, second)]

    assert {name: offered(name) for name in ("alice", "bob", "mona", "olivia")} == {
        "alice": [False, False],
        "bob": [False, True],
        "mona": [True, False],
        "olivia": [True, True],
    }


async def test_who_has_the_app_takes_it_to_the_server_without_the_bot_and_to_other_people(
    playground: Playground,
) -> None:
    discord = playground.discord
    alice, (reading,) = discord.person("alice"), (guild for guild in discord.guilds if not guild.has_bot)
    places = [reading.channels[0], *discord.world.chats(alice.user)]
    before = [alice.commands(place) for place in places]
    discord.install(alice)
    for place in places:
        answer = await alice.slash("imagine", channel=place, values={"prompt": "a fox", **SMALL})
        await answer.wait(finished)

    assert before == [[], []]
    assert [len(discord.person("bob").sees(place)) for place in places] == [1, 1]
    assert not discord.refused


async def test_only_moderators_see_their_own_channel(playground: Playground) -> None:
    room = playground.discord.channel("moderators")
    playground.discord.person("mona").say("hello", channel=room)

    seen = {name: bool(person.sees(room)) for name, person in playground.discord.people.items()}
    assert seen == {"alice": False, "bob": False, "mona": True, "olivia": True}


async def test_minute_sixteen_comes_for_discord_and_the_bot_at_once(playground: Playground) -> None:
    discord, simulator = playground.discord, simulator_of(playground)
    hold_at(simulator, 1)
    answer = await discord.person("alice").slash("imagine", prompt="a fox", **SMALL)
    message = await answer.wait(shows("step 1 of 2"))
    discord.advance(16 * 60)
    simulator.release()
    await message.wait(finished)

    assert message.images
    assert edits(discord)[-1].path == f"/channels/{message.channel.id}/messages/{message.id}"
    assert not discord.refused


async def test_a_bot_thrown_out_before_minute_sixteen_brings_the_result_to_direct_messages(
    playground: Playground,
) -> None:
    discord, simulator = playground.discord, simulator_of(playground)
    alice = discord.person("alice")
    hold_at(simulator, 1)
    answer = await alice.slash("imagine", prompt="a fox", **SMALL)
    await answer.wait(shows("step 1 of 2"))
    discord.kick_bot()
    discord.advance(16 * 60)
    arrived = asyncio.Event()
    discord.world.observers.append(lambda thing: arrived.set() if is_in(thing, alice.dm.messages) else None)
    simulator.release()
    async with asyncio.timeout(10):
        await arrived.wait()

    (message,) = alice.dm.messages.values()
    assert message.images


def is_in(thing: object, messages: dict[int, Message]) -> bool:
    return thing in messages.values()


async def test_the_page_says_that_a_simulator_draws_and_when_it_does_not_answer(playground: Playground) -> None:
    discord, simulator = playground.discord, simulator_of(playground)
    assert "built-in simulator" in await said(discord, "Set COMFYUI_URLS")
    await simulator.stop()

    assert "Jobs wait" in await said(discord, "does not answer")


async def test_a_comfyui_of_one_s_own_is_named_with_its_version_and_its_absence_as_it_happens(
    comfyui: Simulator, tmp_path: Path
) -> None:
    async with opened(
        settings(tmp_path / "data", comfyui_urls=comfyui.url), edit_pace=0, rate_limits=None
    ) as playground:
        assert playground.simulator is None
        name = comfyui.url.removeprefix("http://")
        up = await said(playground.discord, f"Pictures come from ComfyUI 0.33.0 at {name}.")
        answer = await playground.discord.person("alice").slash("imagine", prompt="a fox", **SMALL)
        await answer.wait(finished)
        await comfyui.stop()
        await said(playground.discord, f"ComfyUI at {name} does not answer.", "Start it")
        await comfyui.start()

        assert await said(playground.discord, "ComfyUI 0.33.0") == up
        assert len(comfyui.executed) == 1


async def test_a_password_in_the_address_is_not_shown(comfyui: Simulator, tmp_path: Path) -> None:
    url = comfyui.url.replace("http://", "http://ada:hunter2@")
    async with opened(settings(tmp_path / "data", comfyui_urls=url), edit_pace=0) as playground:
        line = await said(playground.discord, "ComfyUI 0.33.0")

    assert "hunter2" not in line
    assert "ada" not in line


async def test_files_attached_on_the_page_reach_the_bot(playground: Playground) -> None:
    await playground.bot.keeper.wait_known()
    file = BytesIO()
    noise(64).save(file, "PNG")

    answer = await playground.discord.person("alice").slash("describe", image=("a.png", file.getvalue()))
    message = await answer.wait(finished, timeout=20)

    assert "A square picture of 64 x 64 pixels" in message.text
