"""Delete: a result taken away for good, by who made it or a moderator, once both were asked."""

from __future__ import annotations

import asyncio

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import Job, JobState
from bot.jobs.rules import Visibility
from bot.jobs.thumbnails import Thumbnails
from bot.playground import DiscordServer, Message, Person
from tests.whole.conftest import Easel, finished, visible
from tests.whole.making import MANIFEST, noise, pictures
from tests.whole.moderated import audited, lines
from tests.whole.test_history import history
from tests.whole.test_show import brought, hidden_lines, imagined

QUESTION = "Delete this result"
STAYS = "What it was made with is still in `/history`: **Again** makes another."


async def asked(server: DiscordServer, person: Person, message: Message) -> Message:
    """The question under a result."""
    before = len([each for each in person.sees(message.channel) if each.ephemeral])
    await person.click(message, "Delete")
    return (await hidden_lines(server, person, before + 1))[-1]


async def answered(person: Person, question: Message, label: str = "Delete it") -> str:
    """What is said of it."""
    await person.click(question, label)
    said = await question.wait(lambda message: not message.buttons and not message.text.startswith(QUESTION))
    return said.text


async def stored(bot: EaselBot, job: Job) -> Job:
    found = await bot.store.get(job.id)
    assert found is not None
    return found


async def test_the_owner_deletes_and_what_it_was_made_with_stays(discord_server: DiscordServer, easel: Easel) -> None:
    """The question is put before a restart and answered after it."""
    alice = discord_server.person("alice")
    async with easel.running() as bot:
        message, job = await imagined(discord_server, bot)
        kept = await answered(alice, await asked(discord_server, alice, message), "Keep it")
        still = message.deleted
        question = await asked(discord_server, alice, message)
    async with easel.running() as bot:
        said = await answered(alice, question)
        removed = await stored(bot, job)
        copy = await brought(alice, job)
        page = (await history(alice)).message
        again = await (await alice.click(page, "Again")).wait(finished)
        entries = await bot.audit.entries(discord_server.guild.id)

    assert (kept, still) == ("Nothing was deleted.", False)
    assert (said, message.deleted, removed.removed_by) == (f"Deleted. {STAYS}", True, alice.id)
    assert "deleted by the person who made it" in visible(copy)
    assert (copy.images, entries) == ([], [])
    assert ("**a fox**" in visible(page), page.images) == (True, [])
    assert len(again.images) == 1


async def test_a_moderator_deletes_for_good_tells_the_person_and_it_is_written_down(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    """Follow-ups go too, and the person's own word afterwards changes nothing."""
    easel.add_workflow("make", pictures(comfyui, *(noise(8, seed=number) for number in range(11))), MANIFEST)
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    async with easel.running() as bot:
        channel = await audited(discord_server, bot)
        message = await (await alice.slash("make")).wait(finished)
        first, second = await lines(discord_server, discord_server.channel("general"), 2)
        await second.wait(lambda each: bool(each.images))
    async with easel.running() as bot:
        (job,) = await bot.store.select(states=frozenset(JobState))
        mine = await brought(alice, job)
        said = await answered(mona, await asked(discord_server, mona, message))
        (line,) = await lines(discord_server, channel)
        saved = await alice.click(mine, "Save to DMs")
        by_copy = await answered(alice, await asked(discord_server, alice, mine))
        removed = await stored(bot, job)
        copies = [await brought(person, job) for person in (alice, mona)]
        page = (await history(alice)).message

    assert said == f"Deleted. <@{alice.id}> was told in a direct message."
    assert (first.deleted, second.deleted, removed.removed_by) == (True, True, mona.id)
    assert by_copy.startswith("Deleted.")
    assert mine.deleted
    assert f"<@{mona.id}> 🗑️ deleted a result · <@{alice.id}> · job `{job.id}`" in line.text
    (told,) = alice.sees(alice.dm)
    assert told.text == f"🗑️ A moderator deleted what you made with `/make` in <#{message.channel.id}>."
    assert "A moderator removed this, so it does not come back." in saved.message.text
    for copy in copies:
        assert "A moderator removed this, so it does not come back." in copy.text
        assert (copy.images, copy.buttons) == ([], [])
    assert [button.label for button in page.buttons] == ["Show"]
    assert not Thumbnails(easel.folder).known()


async def test_remove_and_warn_is_for_good_too(discord_server: DiscordServer, easel: Easel) -> None:
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    async with easel.running() as bot:
        message, job = await imagined(discord_server, bot)
        form = (await mona.menu("Remove and warn", message)).modal
        assert form is not None
        await (await form.submit(reason="rude")).wait(lambda reply: not reply.loading)
        removed, copy = await stored(bot, job), await brought(alice, job)

    assert removed.removed_by == mona.id
    assert "A moderator removed this" in copy.text
    assert not Thumbnails(easel.folder).known()


async def test_others_are_refused_and_a_question_is_answered_once_by_who_was_asked(
    discord_server: DiscordServer, easel: Easel
) -> None:
    alice, bob = discord_server.person("alice"), discord_server.person("bob")
    async with easel.running() as bot:
        message, _job = await imagined(discord_server, bot)
        refused = await bob.click(message, "Delete")
        question = await asked(discord_server, alice, message)
        both = await asyncio.gather(*(alice.click(question, "Delete it") for _twice in range(2)))
        await question.wait(lambda each: each.text.startswith("Deleted."))

    assert refused.message.text == "Only the person who made it and the moderators of its server can delete that."
    assert [answer.acknowledged for answer in both] == [True, True]
    assert question.text == f"Deleted. {STAYS}"
    assert (
        sum(request.method == "DELETE" and str(message.id) in request.path for request in discord_server.requests) == 1
    )


async def test_what_only_they_see_is_deleted_as_far_as_discord_lets_anybody(
    discord_server: DiscordServer, easel: Easel
) -> None:
    """By the token of the press, long after the command's own died; after a restart they are told to dismiss it."""
    alice = discord_server.person("alice")
    async with easel.running() as bot:
        await bot.servers.change(
            discord_server.guild.id, lambda rules: rules.model_copy(update={"results": Visibility.EPHEMERAL})
        )
        early, _job = await imagined(discord_server, bot)
        at_once = await answered(alice, await asked(discord_server, alice, early))
        late, _job = await imagined(discord_server, bot)
        discord_server.advance(1000)
        by_press = await answered(alice, await asked(discord_server, alice, late))
        last, _job = await imagined(discord_server, bot)
        discord_server.advance(1000)
        question = await asked(discord_server, alice, last)
    async with easel.running():
        told = await answered(alice, question)

    assert (at_once, early.deleted) == (f"Deleted. {STAYS}", True)
    assert (by_press, late.deleted) == (f"Deleted. {STAYS}", True)
    assert told == f"Discord lets nobody but you take away a message that only you see: dismiss it. {STAYS}"


async def test_an_old_question_deletes_nothing(discord_server: DiscordServer, easel: Easel) -> None:
    alice = discord_server.person("alice")
    async with easel.running() as bot:
        message, _job = await imagined(discord_server, bot)
        question = await asked(discord_server, alice, message)
        discord_server.advance(16 * 60)
        said = await answered(alice, question)

    assert (said, message.deleted) == ("That question is too old. Press the button again.", False)
