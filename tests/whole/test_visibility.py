"""Who sees results: everybody, only who asked, or everybody after a click."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.rules import Visibility
from bot.playground import DiscordServer
from tests.whole.conftest import Easel, finished, hold_at, listed, shows
from tests.whole.making import MANIFEST, files
from tests.whole.restarts import bounded, cut_short
from tests.whole.test_gone import arrived
from tests.whole.test_imagine import SMALL

LATE = 16 * 60.0
HINT = "Discord closes a message that only you see after 15 minutes."


async def show_results(server: DiscordServer, bot: EaselBot, results: Visibility) -> None:
    await bot.servers.change(server.guild.id, lambda rules: rules.model_copy(update={"results": results}))


def covers(server: DiscordServer) -> list[bool]:
    """Of each picture and file that was ever sent, whether it was covered."""
    return [bool(part.get("spoiler")) for request in server.requests for part in _media(request.payload)]


def _media(part: object) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if "media" in part or part.get("type") == 13:
            yield part
        for child in part.values():
            yield from _media(child)
    elif isinstance(part, list):
        for child in part:
            yield from _media(child)


async def test_results_are_for_everybody_where_nobody_says_otherwise(
    discord_server: DiscordServer, bot: EaselBot
) -> None:
    answer = await discord_server.person("alice").slash("imagine", prompt="a fox", **SMALL)
    message = await answer.wait(finished)

    assert message in discord_server.person("bob").sees("general")
    assert not any(covers(discord_server))


async def test_only_who_asked_sees_previews_results_and_follow_ups(
    discord_server: DiscordServer, bot: EaselBot
) -> None:
    await show_results(discord_server, bot, Visibility.EPHEMERAL)
    answer = await discord_server.person("alice").slash("imagine", prompt="a fox", count=12, **SMALL)
    await answer.wait(finished)
    bot.stop()
    await bot.runner.drain(5)

    assert answer.ephemeral
    assert [len(message.images) for message in discord_server.messages("general")] == [10, 2]
    assert len(discord_server.person("alice").sees("general")) == 2
    assert discord_server.person("bob").sees("general") == []
    assert discord_server.person("olivia").sees("general") == []


async def test_a_message_for_one_person_is_theirs_after_a_restart_too(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.changes["results"] = "ephemeral"
    comfyui.hold()
    async with cut_short(easel):
        answer = await discord_server.person("alice").slash("imagine", prompt="a fox", count=12, **SMALL)
        await bounded(comfyui, "start")
    comfyui.release()
    await bounded(comfyui, "finished")
    async with easel.running():
        await answer.wait(finished)

    assert [len(message.images) for message in discord_server.messages("general")] == [10, 2]
    assert discord_server.person("bob").sees("general") == []


async def test_after_fifteen_minutes_the_result_comes_as_a_direct_message(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    alice, general = discord_server.person("alice"), discord_server.channel("general")
    easel.changes["results"] = "ephemeral"
    hold_at(comfyui, 1)
    async with easel.running():
        answer = await alice.slash("imagine", prompt="a fox", **SMALL)
        message = await answer.wait(shows("step 1 of 2"))
        discord_server.advance(LATE)
        comfyui.release()

    direct = await arrived(easel, alice)
    assert len(direct.images) == 1
    assert f"Discord has closed the message in <#{general.id}> that only you see." in direct.text
    assert discord_server.messages("general") == [message]
    assert finished(direct)


async def test_who_waits_long_is_told_early_that_it_may_become_a_direct_message(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice = discord_server.person("alice")
    comfyui.hold()
    await listed(bot)
    public = [await alice.slash("imagine", prompt=f"{number}", **SMALL) for number in range(3)]
    await show_results(discord_server, bot, Visibility.EPHEMERAL)
    private = await alice.slash("imagine", prompt="a fox", **SMALL)
    message = await private.wait(shows("3 jobs before yours"))
    waiting = await public[2].wait(shows("2 jobs before yours"))

    assert HINT in message.text
    assert HINT not in waiting.text
    comfyui.release()
    assert HINT not in (await message.wait(finished)).text


async def test_the_person_alone_can_cancel_it(discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot) -> None:
    await show_results(discord_server, bot, Visibility.EPHEMERAL)
    hold_at(comfyui, 1)
    answer = await discord_server.person("alice").slash("imagine", prompt="a fox", **SMALL)
    message = await answer.wait(shows("step 1 of 2"))

    with pytest.raises(PermissionError):
        await discord_server.person("bob").click(message, "Cancel")
    await discord_server.person("alice").click(message, "Cancel")
    comfyui.release()

    assert "Cancelled" in (await message.wait(finished)).text


async def test_covered_results_are_covered_from_the_first_preview_on(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    await show_results(discord_server, bot, Visibility.SPOILER)
    hold_at(comfyui, 1)
    answer = await discord_server.person("alice").slash("imagine", prompt="a fox", count=12, **SMALL)
    message = await answer.wait(lambda message: bool(message.images))
    preview = covers(discord_server)
    comfyui.release()
    await message.wait(finished)
    bot.stop()
    await bot.runner.drain(5)

    assert preview == [True]
    assert len(covers(discord_server)) >= 13
    assert all(covers(discord_server))
    assert message in discord_server.person("bob").sees("general")


async def test_files_that_are_no_pictures_are_covered_too(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.changes["results"] = "spoiler"
    easel.add_workflow("make", files(comfyui, (".splat", b"\x00\x01\x02")), MANIFEST)
    async with easel.running():
        message = await (await discord_server.person("alice").slash("make")).wait(finished)

    assert len(message.files) == 1
    assert covers(discord_server) == [True]


async def test_covered_results_are_covered_after_a_restart_and_after_fifteen_minutes(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    """Whatever the server says by then: it is about what was asked for before."""
    comfyui.hold()
    easel.changes["results"] = "spoiler"
    async with cut_short(easel):
        answer = await discord_server.person("alice").slash("imagine", prompt="a fox", count=12, **SMALL)
        await bounded(comfyui, "start")
    easel.changes["results"] = "public"
    discord_server.advance(LATE)
    comfyui.release()
    await bounded(comfyui, "finished")
    async with easel.running():
        await answer.wait(finished)

    assert [len(message.images) for message in discord_server.messages("general")] == [10, 2]
    assert len(covers(discord_server)) >= 12
    assert all(covers(discord_server))


async def test_covered_results_are_covered_in_direct_messages(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    alice, art = discord_server.person("alice"), discord_server.channel("art")
    easel.changes["results"] = "spoiler"
    hold_at(comfyui, 1)
    async with easel.running():
        answer = await alice.slash("imagine", prompt="a fox", channel=art, **SMALL)
        await answer.wait(shows("step 1 of 2"))
        discord_server.delete_channel(art)
        comfyui.release()

    assert len((await arrived(easel, alice)).images) == 1
    assert all(covers(discord_server))


async def test_a_server_s_own_word_goes_before_the_operator_s_and_is_no_other_server_s(
    discord_server: DiscordServer, easel: Easel
) -> None:
    alice, other = discord_server.person("alice"), discord_server.add_guild("Elsewhere")
    easel.changes["results"] = "ephemeral"
    async with easel.running() as bot:
        await show_results(discord_server, bot, Visibility.PUBLIC)
        here = await alice.slash("imagine", prompt="a fox", **SMALL)
        there = await alice.slash("imagine", prompt="a fox", guild=other, **SMALL)
        direct = await alice.slash("imagine", prompt="a fox", channel=alice.dm, **SMALL)
        for answer in (here, there, direct):
            await answer.wait(finished)

    assert [answer.ephemeral for answer in (here, there, direct)] == [False, True, False]
