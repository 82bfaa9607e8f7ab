"""The app that a person added to their own account: in direct messages with others, and on servers without the bot."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.jobs.rules import Visibility
from bot.playground import Channel, DiscordServer, Message, Person
from bot.playground.world import World
from tests.whole.conftest import Easel, finished, hold_at, listed, shows
from tests.whole.making import MANIFEST, noise, pictures
from tests.whole.restarts import bounded, cut_short
from tests.whole.test_imagine import SMALL
from tests.whole.test_visibility import show_results

LATE = 16 * 60.0
UNKNOWN_MESSAGE = 10008  # it was there, and is deleted
TOO_MANY = 40094  # follow-ups
HINT = "Discord lets me write here for 15 minutes only."
BUTTON = "Send it to my DMs"


@pytest.fixture
def alice(discord_server: DiscordServer) -> Person:
    """She added the app to her account."""
    person = discord_server.person("alice")
    person.user.installed = True
    return person


@pytest.fixture(params=["chat", "server"])
def place(request: pytest.FixtureRequest, discord_server: DiscordServer, alice: Person) -> Channel:
    """Where others are, and the bot is not."""
    if request.param == "chat":
        return alice.chat(discord_server.person("bob"))
    return discord_server.add_guild("Elsewhere", has_bot=False).channels[0]


@pytest.fixture
def chat(discord_server: DiscordServer, alice: Person) -> Channel:
    return alice.chat(discord_server.person("bob"))


def messages(place: Channel) -> list[Message]:
    return list(place.messages.values())


def trespasses(server: DiscordServer, place: Channel) -> list[str]:
    """What was asked for that the bot may not: about that place with its own token, and what Discord refused."""
    ids = {str(thing.id) for thing in (place, place.guild) if thing is not None}
    own = [f"{r.method} {r.path}" for r in server.requests if not r.path.startswith(("/interactions", "/webhooks"))]
    asked = [line for line in own if ids.intersection(line.split("/"))]
    refused = [r for r in server.refused if r.status in {401, 403, 404} or r.code == TOO_MANY]
    return asked + [f"{r.request.path}: {r.code}" for r in refused if r.code != UNKNOWN_MESSAGE]


async def waiting(server: DiscordServer, comfyui: Simulator, bot: EaselBot, place: Channel) -> Message:
    """A job of hers that begins nobody knows when, and says so."""
    comfyui.hold()
    await listed(bot)
    for number in range(3):
        await server.person("bob").slash("imagine", prompt=f"{number}", **SMALL)
    answer = await server.person("alice").slash("imagine", prompt="a fox", channel=place, **SMALL)
    return await answer.wait(shows("before yours", HINT))


def names(person: Person, place: Channel) -> set[str]:
    return {str(command["name"]) for command in person.commands(place)}


@pytest.mark.usefixtures("bot")
async def test_she_has_the_commands_that_make_sense_there_and_others_have_none(
    discord_server: DiscordServer, alice: Person, place: Channel
) -> None:
    theirs = {"jobs", "settings", "workflows", "Stop this job", "Remove and warn", "Report to moderators"}

    assert {"imagine", "queue", "cancel", "forget"} <= names(alice, place)
    assert not theirs & names(alice, place)
    assert names(discord_server.person("bob"), place) == set()
    assert not {"jobs", "settings"} & names(discord_server.person("olivia"), discord_server.person("olivia").dm)


async def test_others_see_previews_results_and_follow_ups_and_only_the_token_is_used(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, alice: Person, place: Channel
) -> None:
    comfyui.hold()
    async with easel.running():
        answer = await alice.slash("imagine", prompt="a fox", count=12, channel=place, **SMALL)
        message = await answer.wait(lambda message: bool(message.buttons))
        comfyui.release()
        await message.wait(finished)

    seen = discord_server.person("bob").sees(place)
    assert [len(each.images) for each in seen] == [10, 2]
    assert HINT not in "".join(version.text for version in message.versions)
    assert trespasses(discord_server, place) == []
    assert messages(alice.dm) == []


@pytest.mark.parametrize("open_", [True, False], ids=["open", "closed"])
async def test_what_has_no_room_in_five_further_messages_comes_directly(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, alice: Person, chat: Channel, *, open_: bool
) -> None:
    alice.user.takes_dms = open_
    easel.add_workflow("make", pictures(comfyui, *(noise(8, seed=number) for number in range(72))), MANIFEST)
    async with easel.running():
        message = await (await alice.slash("make", channel=chat)).wait(finished)
    (job,) = await easel.jobs()

    assert [len(each.images) for each in messages(chat)] == [10] * 6
    assert [len(each.images) for each in messages(alice.dm)] == ([10, 2] if open_ else [])
    assert job.delivered
    assert "12 files" in message.text
    assert ("come to your direct messages" if open_ else "are missing") in message.text
    assert not [refused for refused in discord_server.refused if refused.code == TOO_MANY]


async def test_after_fifteen_minutes_the_result_comes_as_a_direct_message(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, alice: Person, place: Channel
) -> None:
    hold_at(comfyui, 1)
    async with easel.running():
        answer = await alice.slash("imagine", prompt="a fox", channel=place, **SMALL)
        message = await answer.wait(shows("step 1 of 2"))
        discord_server.advance(LATE)
        comfyui.release()

    (direct,) = messages(alice.dm)
    assert len(direct.images) == 1
    assert "I can no longer write where you asked for it." in direct.text
    assert messages(place) == [message]
    assert trespasses(discord_server, place) == []


async def test_a_restart_in_between_loses_nothing(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, alice: Person, place: Channel
) -> None:
    comfyui.hold()
    async with cut_short(easel):
        answer = await alice.slash("imagine", prompt="a fox", count=12, channel=place, **SMALL)
        await answer.wait(lambda message: bool(message.buttons))
        await bounded(comfyui, "start")
    comfyui.release()
    await bounded(comfyui, "finished")
    async with easel.running():
        await answer.wait(finished)

    assert [len(each.images) for each in messages(place)] == [10, 2]
    assert trespasses(discord_server, place) == []


@pytest.mark.parametrize("restarted", ["never", "before", "after"])
async def test_who_waits_longer_is_told_and_has_it_go_on_in_their_direct_messages(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, alice: Person, restarted: str
) -> None:
    """`restarted`: never, before the button is pressed, or after."""
    chat = alice.chat(discord_server.person("bob"))
    easel.changes["drain_seconds"] = 0.0
    async with easel.running() as bot:
        message = await waiting(discord_server, comfyui, bot, chat)
        if restarted != "before":
            await moved(alice, message)
        if restarted == "never":
            await in_time(discord_server, comfyui, alice)
    if restarted != "never":
        async with easel.running():
            if restarted == "before":
                await moved(alice, message)
            await in_time(discord_server, comfyui, alice)

    (job,) = [job for job in await easel.jobs() if job.place.user_id == alice.id]
    (direct,) = messages(alice.dm)
    assert direct.images
    assert messages(chat) == [message]
    assert "goes on in the direct messages" in message.text
    assert not message.buttons
    assert (job.place.visible, job.place.by_token, job.place.channel_id) == (True, False, alice.dm.id)
    assert trespasses(discord_server, chat) == []


async def moved(person: Person, message: Message) -> None:
    """The job goes on where only its person is, and shows where it stands."""
    await person.click(message, BUTTON)
    await until(person.discord.world, lambda: bool(person.dm.messages))
    await messages(person.dm)[0].wait(shows("before yours"))
    await message.wait(shows("goes on in"))


async def until(world: World, true: Callable[[], bool]) -> None:
    """Until it holds, asked whenever a message changes."""
    changed = asyncio.Event()
    world.observers.append(lambda _thing: changed.set())
    async with asyncio.timeout(10):
        while not true():
            changed.clear()
            await changed.wait()


async def in_time(server: DiscordServer, comfyui: Simulator, person: Person) -> None:
    """The token dies, and the job ends after that."""
    server.advance(LATE)
    comfyui.release()
    await messages(person.dm)[0].wait(finished)


async def test_nobody_else_sends_it_and_who_takes_no_direct_messages_is_told(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot, alice: Person, chat: Channel
) -> None:
    message = await waiting(discord_server, comfyui, bot, chat)
    bobs = await discord_server.person("bob").click(message, BUTTON)
    alice.user.takes_dms = False
    hers = await alice.click(message, BUTTON)
    await until(discord_server.world, lambda: bool(hers.followups))
    (told,) = hers.followups
    comfyui.release()
    await message.wait(finished)

    assert bobs.message.text == "Only the person who asked for it can have it sent to them."
    assert told.ephemeral
    assert "I cannot write to you." in told.text
    assert message.images
    assert messages(alice.dm) == []


async def test_a_message_that_only_she_sees_moves_too(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, alice: Person
) -> None:
    easel.changes["limit_waiting"] = 0
    async with easel.running() as bot:
        comfyui.hold()
        await listed(bot)
        for number in range(3):
            await alice.slash("imagine", prompt=f"{number}", **SMALL)
        await show_results(discord_server, bot, Visibility.EPHEMERAL)
        answer = await alice.slash("imagine", prompt="a fox", **SMALL)
        message = await answer.wait(shows("before yours", "a message that only you see"))
        await moved(alice, message)
        await in_time(discord_server, comfyui, alice)

    (direct,) = messages(alice.dm)
    assert direct.images
    assert "a message that only you see" not in direct.text
    assert trespasses(discord_server, discord_server.channel("art")) == []


async def test_where_the_bot_is_not_nobody_moderates_and_limits_hold_for_all_such_places_together(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, alice: Person
) -> None:
    first, second = (discord_server.add_guild(name, has_bot=False) for name in ("First", "Second"))
    mods = discord_server.add_role("Mods", guild=first, manage_messages=True, administrator=True)
    discord_server.give_role(discord_server.person("bob"), mods, guild=first)
    discord_server.person("bob").user.installed = True
    easel.changes["limit_hour"] = 1
    comfyui.hold()
    async with easel.running():
        message = await (await alice.slash("imagine", prompt="a fox", guild=first, **SMALL)).wait(
            lambda message: bool(message.buttons)
        )
        again = await alice.slash("imagine", prompt="a fox", guild=second, **SMALL)
        stopped = await discord_server.person("bob").click(message, "Cancel")
        listed_ = await discord_server.person("bob").slash("queue", guild=first)
        comfyui.release()
        await message.wait(finished)

    assert "1 of 1" in again.message.text or "within an hour" in again.message.text, again.message.text
    assert stopped.message.text.startswith("Only moderators can do that")
    assert "No job waits or runs here." in listed_.message.text
    assert [job.state for job in await easel.jobs()] == [JobState.DONE]
    assert trespasses(discord_server, first.channels[0]) == []


async def test_what_the_operator_hides_is_hidden_from_others_there_and_so_is_what_a_server_hides(
    discord_server: DiscordServer, easel: Easel, alice: Person, chat: Channel
) -> None:
    elsewhere = discord_server.add_guild("Elsewhere", has_bot=False)
    discord_server.change_role(elsewhere.everyone, guild=elsewhere, use_external_apps=False)
    async with easel.running():
        hushed = await alice.slash("imagine", prompt="a fox", count=12, guild=elsewhere, **SMALL)
        await hushed.wait(finished)
    easel.changes["results"] = "ephemeral"
    async with easel.running():
        hidden = await alice.slash("imagine", prompt="a fox", count=12, channel=chat, **SMALL)
        await hidden.wait(finished)
        direct = await alice.slash("imagine", prompt="a fox", channel=alice.dm, **SMALL)
        await direct.wait(finished)
    jobs = await easel.jobs()

    assert [answer.ephemeral for answer in (hushed, hidden, direct)] == [True, True, False]
    assert sorted(job.place.ephemeral for job in jobs) == [False, True, True]
    for place in (chat, elsewhere.channels[0]):
        assert discord_server.person("bob").sees(place) == []
        assert len(alice.sees(place)) == 2
        assert trespasses(discord_server, place) == []


async def test_what_is_for_adults_runs_only_where_it_is_known_who_reads_along(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, alice: Person, chat: Channel
) -> None:
    alice.user.adult = True
    elsewhere = discord_server.add_guild("Elsewhere", has_bot=False)
    cellar = discord_server.add_channel("cellar", guild=elsewhere, nsfw=True)
    thread = discord_server.add_thread(cellar, "deeper")
    easel.add_workflow("spicy", pictures(comfyui, noise(16)), f"{MANIFEST}nsfw = true\n")
    async with easel.running():
        answers = [await alice.slash("spicy", channel=where) for where in (chat, thread, cellar, alice.dm)]
        for answer in answers[2:]:
            await answer.wait(finished)

    refused = "This is for age-restricted channels only. Use it in one of those."
    assert [answer.message.text == refused for answer in answers] == [True, True, False, False]
    assert all(answer.message.images for answer in answers[2:])


@pytest.mark.usefixtures("bot")
async def test_no_link_leads_to_a_server_that_is_not_known(alice: Person, place: Channel) -> None:
    message = await (await alice.slash("imagine", prompt="a fox", channel=place, **SMALL)).wait(finished)
    looked = await (await alice.slash("history", channel=alice.dm)).wait(lambda found: "a fox" in found.text)
    again = await (await alice.click(message, "Again")).wait(finished)

    server = place.guild.id if place.guild is not None else "@me"
    assert "https://" not in looked.text
    assert f"(https://discord.com/channels/{server}/{place.id}/{message.id})" in again.text


@pytest.mark.parametrize("late", [False, True], ids=["at once", "late"])
async def test_the_buttons_under_a_result_work_there_for_everybody(
    discord_server: DiscordServer, bot: EaselBot, alice: Person, chat: Channel, *, late: bool
) -> None:
    """What she deletes after the token's end is what she pressed: nothing else reaches the messages."""
    bob = discord_server.person("bob")
    message = await (await alice.slash("imagine", prompt="a fox", count=12, channel=chat, **SMALL)).wait(finished)
    await until(discord_server.world, lambda: len(messages(chat)) == 2)
    if late:
        discord_server.advance(LATE)
    his = await bob.click(message, "Again")
    await his.wait(finished)
    question = await alice.click(message, "Delete")
    await until(discord_server.world, lambda: bool(question.followups))
    answer = await alice.click(question.followups[0], "Delete it")
    await until(discord_server.world, lambda: "eleted" in answer.message.text or "delete" in answer.message.text)

    left = [each for each in messages(chat) if not each.ephemeral]
    assert message.deleted
    assert [len(each.images) for each in left] == ([2, 10, 2] if late else [10, 2])
    assert trespasses(discord_server, chat) == []
