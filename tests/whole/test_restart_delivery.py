"""The bot is started again: each job's message is found, and gets its files once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer, Request
from tests.whole.conftest import Easel, finished, shows
from tests.whole.restarts import BrokenFollowUps, bounded, cut_short, imagine, running, stored


async def test_a_message_that_was_not_noted_is_found(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    """The process died between Discord's answer and its note of it."""
    async with cut_short(easel):
        message = await running(discord_server, comfyui)
    async with stored(easel) as store:
        (job,) = await store.unfinished()
        await store.locate(job.id, message_id=None)

    async with easel.running():
        await message.wait(shows("Still running"))
        comfyui.release()
        await message.wait(finished)

    (job,) = await easel.jobs()
    assert job.place.message_id == message.id
    assert discord_server.messages("general") == [message]


async def test_a_job_that_finished_meanwhile_is_delivered_into_the_same_message(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    async with cut_short(easel):
        message = await running(discord_server, comfyui)
    comfyui.release()
    await bounded(comfyui, "finished")

    async with easel.running():
        await message.wait(finished)

    assert len(comfyui.executed) == 1
    assert len(message.images) == 1
    assert discord_server.messages("general") == [message]


async def test_the_bots_own_token_delivers_when_the_interactions_has_died(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    async with cut_short(easel):
        message = await running(discord_server, comfyui)
    comfyui.release()
    await bounded(comfyui, "finished")
    discord_server.advance(16 * 60)

    async with easel.running():
        await message.wait(finished)

    channel = discord_server.channel("general").id
    assert len(message.images) == 1
    assert [r.path for r in changes(discord_server)][-1] == f"/channels/{channel}/messages/{message.id}"
    assert not any(refused.code == 50027 for refused in discord_server.refused)


async def test_a_delivered_job_is_left_alone(easel: Easel, discord_server: DiscordServer, comfyui: Simulator) -> None:
    async with cut_short(easel):
        message = await imagine(discord_server)
        await message.wait(finished)
    before, asked = len(changes(discord_server)), len(comfyui.requests)

    async with easel.running():
        other = await imagine(discord_server)
        await other.wait(finished)

    (first, _second) = await easel.jobs()
    assert not [r for r in changes(discord_server)[before:] if str(message.id) in r.path]
    assert not [r for r in list(comfyui.requests)[asked:] if first.id in r.path or first.id in str(r.query)]


async def test_only_the_missing_follow_ups_are_sent(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    """Discord goes away before the second message of sixteen pictures."""
    follow_ups = BrokenFollowUps(discord_server, "request")
    async with cut_short(easel):
        message = await imagine(discord_server, count=16, size="256x256")
        await message.wait(lambda message: len(message.images) == 10)
    follow_ups.broken = False

    async with easel.running():
        await _until(lambda: len(discord_server.messages("general")) == 2, discord_server)

    (job,) = await easel.jobs()
    first, second = discord_server.messages("general")
    assert (len(first.images), len(second.images)) == (10, 6)
    assert {file.name for file in first.images}.isdisjoint(file.name for file in second.images)
    assert set(job.parts.values()) == {second.id}
    assert job.delivered


async def test_a_follow_up_sent_long_ago_is_found_and_not_sent_again(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    """Its answer never came, and Discord has forgotten the nonce since."""
    follow_ups = BrokenFollowUps(discord_server, "answer")
    async with cut_short(easel):
        await imagine(discord_server, count=16)
        await _until(lambda: len(discord_server.messages("general")) == 2, discord_server)
    follow_ups.broken = False
    discord_server.advance(3600)

    async with easel.running():
        await _until(
            lambda: any(r.method == "GET" and "after" in r.query for r in discord_server.requests), discord_server
        )

    (job,) = await easel.jobs()
    _first, second = discord_server.messages("general")
    assert set(job.parts.values()) == {second.id}
    assert job.delivered


async def test_a_job_that_ended_while_discord_was_away_is_delivered_when_it_is_back(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    away = True

    async def cut(moment: str, request: Request) -> None:
        if away and moment == "request" and request.method == "PATCH" and request.files:
            raise ConnectionError

    discord_server.on(cut)
    async with easel.running():
        message = await imagine(discord_server)
        await bounded(comfyui, "finished")
        await _until(lambda: any(r.files for r in discord_server.requests), discord_server)
        away = False
        await message.wait(finished)

    (job,) = await easel.jobs()
    assert len(message.images) == 1
    assert job.delivered


def changes(server: DiscordServer) -> list[Request]:
    """What the bot asked for that makes or changes messages."""
    return [r for r in server.requests if r.method in {"PATCH", "POST"} and "messages" in r.path]


async def _until(true: Callable[[], bool], server: DiscordServer) -> None:
    """Until it holds, asked after each request."""
    asked = asyncio.Event()

    async def look(moment: str, request: Request) -> None:
        asked.set()

    server.on(look)
    async with asyncio.timeout(10):
        while not true():
            asked.clear()
            await asked.wait()
