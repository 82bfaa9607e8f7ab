"""/show: a result brought back, to who asks alone and may see it, from wherever its pictures still are."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import Job, JobState
from bot.jobs.rules import Visibility
from bot.playground import Answer, DiscordServer, Message, Person
from bot.playground.message import GALLERY, walk
from tests.whole.conftest import Easel, finished, listed, visible
from tests.whole.making import MANIFEST, noise, pictures
from tests.whole.test_going_on import link
from tests.whole.test_history import history, made
from tests.whole.test_imagine import SMALL

EPHEMERAL, SPOILER = {"results": Visibility.EPHEMERAL}, {"results": Visibility.SPOILER}
UNKNOWN = "There is no such job. Choose one from the list that appears while you type."
DELETED = "Its message was deleted, so its pictures do not come back."


async def brought(person: Person, job: Job | str, channel: object = None) -> Message:
    """What /show answers, once it does."""
    job_id = job if isinstance(job, str) else job.id
    answer: Answer = await person.slash("show", channel=channel, job=job_id)  # type: ignore[arg-type]  # a channel
    assert answer.ephemeral
    return await answer.wait(lambda message: not message.loading)


async def imagined(server: DiscordServer, bot: EaselBot, **where: object) -> tuple[Message, Job]:
    """A result of alice's."""
    await listed(bot)
    answer = await server.person("alice").slash("imagine", prompt="a fox", **SMALL, **where)  # type: ignore[arg-type]
    message = await answer.wait(finished)
    (job,) = await bot.store.select(states=frozenset(JobState), latest=True, limit=1)
    return message, job


def spoilers(message: Message) -> list[bool]:
    galleries = [part for part in walk(message.components) if part["type"] == GALLERY]
    return [bool(item.get("spoiler")) for part in galleries for item in part["items"]]


async def test_one_s_own_comes_back_everywhere_with_its_buttons_also_after_a_restart(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    """From its message: ComfyUI need not have it any more."""
    alice = discord_server.person("alice")
    async with easel.running() as bot:
        original, job = await imagined(discord_server, bot)
    for path in (easel.folder.parent / "comfyui").rglob("*.png"):
        path.unlink()
    async with easel.running():
        here = await brought(alice, job)
        there = await brought(alice, job, alice.dm)
        again = await alice.click(await turned_to(alice), "Show")
        by_button = await again.wait(lambda message: not message.loading)
        derived = await (await alice.click(here, "Again")).wait(finished)
        direct = await (await alice.click(there, "Again")).wait(finished)

    assert f"[from this result]({link(original)})" in derived.text
    assert "from this result" not in direct.text
    for copy in (here, there, by_button):
        assert [file.data for file in copy.images] == [original.images[0].data]
        assert copy.images[0].description == "a fox"
        assert "**a fox**" in visible(copy)
        assert [button.custom_id for button in copy.buttons] == [button.custom_id for button in original.buttons]


async def turned_to(person: Person) -> Message:
    return (await history(person)).message


async def test_others_see_what_was_public_where_they_ask_and_moderators_what_is_on_their_server(
    discord_server: DiscordServer, easel: Easel
) -> None:
    """Whatever is not theirs is told apart from nothing by nothing."""
    other = discord_server.add_guild("Other")
    erik = discord_server.add_person(
        "erik", discord_server.add_role("Mods", guild=other, manage_messages=True), guild=other
    )
    alice, bob, mona = (discord_server.person(name) for name in ("alice", "bob", "mona"))
    art = alice.place("art")
    async with easel.running() as bot:
        _public, job = await imagined(discord_server, bot)
        _direct, direct = await imagined(discord_server, bot, channel=alice.dm)
        await bot.servers.change(discord_server.guild.id, lambda rules: rules.model_copy(update=EPHEMERAL))
        _hidden, hidden = await imagined(discord_server, bot)

    async with easel.running():
        seen = [await brought(bob, job), await brought(mona, job, art), await brought(mona, hidden)]
        seen.append(await brought(discord_server.person("olivia"), direct, art))
        refused = [
            await brought(bob, job, art),
            await brought(bob, hidden),
            await brought(bob, direct),
            await brought(mona, direct),
            await brought(erik, job),
            await brought(bob, str(uuid4())),
            await brought(bob, "' OR 1=1 --"),
        ]

    assert [len(message.images) for message in seen] == [1, 1, 1, 1]
    assert {message.text for message in refused} == {UNKNOWN}


async def test_what_somebody_took_away_in_discord_does_not_come_back(
    discord_server: DiscordServer, easel: Easel
) -> None:
    alice, bob = discord_server.person("alice"), discord_server.person("bob")
    async with easel.running() as bot:
        message, job = await imagined(discord_server, bot)
        discord_server.delete_message(message)

        mine, theirs = await brought(alice, job), await brought(bob, job)

    assert DELETED in visible(mine)
    assert (mine.images, theirs.images, theirs.text) == ([], [], UNKNOWN)


async def test_comfyui_has_what_the_bot_cannot_look_at_and_says_when_it_has_not(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    """An ephemeral result, of which Discord shows the bot nothing."""
    alice = discord_server.person("alice")
    easel.changes["results"] = "ephemeral"
    async with easel.running() as bot:
        original, job = await imagined(discord_server, bot)
        copy = await brought(alice, job)
        for path in (easel.folder.parent / "comfyui").rglob("*.png"):
            path.unlink()
        gone = await brought(alice, job)
    easel.urls = ("http://127.0.0.1:9",)
    async with easel.running():
        elsewhere = await brought(alice, job)

    assert copy.images[0].data == original.images[0].data
    assert "can no longer be had from ComfyUI" in gone.text
    assert "can no longer be had from ComfyUI" in elsewhere.text
    assert "**a fox**" in visible(elsewhere)


async def test_what_is_for_adults_stays_where_they_are_and_covered_stays_covered(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.add_workflow("spicy", pictures(comfyui, noise(16)), f"{MANIFEST}nsfw = true\n")
    easel.add_workflow("plain", pictures(comfyui, noise(16)), MANIFEST)
    alice, cellar = discord_server.person("alice"), discord_server.add_channel("cellar", nsfw=True)
    async with easel.running() as bot:
        await listed(bot)
        await (await alice.slash("spicy", channel=cellar)).wait(finished)
        (adult,) = await bot.store.select(states=frozenset(JobState))
        there, refused = await brought(alice, adult, cellar), await brought(alice, adult)
        direct = await brought(alice, adult, alice.dm)
        await bot.servers.change(discord_server.guild.id, lambda rules: rules.model_copy(update=SPOILER))
        await (await alice.slash("plain")).wait(finished)
        (covered,) = await bot.store.select(states=frozenset(JobState), latest=True, limit=1)
        still = await brought(alice, covered)

    assert refused.text.startswith("This is for age-restricted channels only")
    assert (spoilers(there), spoilers(direct), spoilers(still)) == ([False], [True], [True])


async def test_more_files_than_one_message_takes_come_in_several(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.add_workflow("make", pictures(comfyui, *(noise(8, seed=number) for number in range(11))), MANIFEST)
    alice = discord_server.person("alice")
    async with easel.running():
        await (await alice.slash("make")).wait(finished)
    (job,) = await easel.jobs()
    async with easel.running():
        answer = await alice.slash("show", job=job.id)
        _first, second = await hidden_lines(discord_server, alice, 2)

    assert (len(answer.message.images), len(second.images), second.ephemeral) == (10, 1, True)


async def hidden_lines(server: DiscordServer, person: Person, count: int) -> list[Message]:
    """What a person alone sees in their channel, once there is so much."""
    there = asyncio.Event()

    def hidden() -> list[Message]:
        return [message for message in person.sees("general") if message.ephemeral]

    def look(thing: object) -> None:
        if len(hidden()) >= count:
            there.set()

    server.world.observers.append(look)
    look(None)
    async with asyncio.timeout(10):
        await there.wait()
    return hidden()


async def test_one_s_own_are_offered_newest_first_and_by_words_of_their_prompts(
    discord_server: DiscordServer, easel: Easel
) -> None:
    await easel.remember(*made(easel, 30), *made(easel, 3, "bob"))
    async with easel.running():
        alice = discord_server.person("alice")
        every = [choice["name"] for choice in await alice.autocomplete("show", "job", "")]
        found = [choice["name"] for choice in await alice.autocomplete("show", "job", "Fox *3*")]

    assert (every[:2], len(every)) == (["/imagine fox *29* (done)", "/imagine fox *28* (done)"], 25)
    assert found == ["/imagine fox *3* (done)"]
