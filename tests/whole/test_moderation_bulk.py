"""/jobs cancel and /jobs clear: many jobs at once, asked first."""

from __future__ import annotations

import asyncio

import pytest

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.playground import Answer, DiscordServer, Guild, Message
from bot.playground.interaction import COMPONENT
from bot.playground.message import BUTTON
from tests.whole.conftest import Easel, finished, listed, shows, visible
from tests.whole.moderated import rename
from tests.whole.test_imagine import SMALL

STOPPED = "⏹️ Stopped by a moderator."


async def line_up(server: DiscordServer, comfyui: Simulator, bot: EaselBot, *people: str) -> list[Message]:
    """A job of each, in that order: the first two are on ComfyUI, which stands still, the others wait."""
    comfyui.hold()
    await listed(bot)
    answers = [await server.person(who).slash("imagine", prompt=f"{n}", **SMALL) for n, who in enumerate(people)]
    await answers[0].wait(shows("🎨"))
    for number, answer in enumerate(answers[1:], 1):
        await answer.wait(shows(f"{number} job"))
    return [answer.message for answer in answers]


async def press(server: DiscordServer, who: str, message: Message, label: str) -> Answer:
    """As somebody to whom Discord does not show that message."""
    part = message.part(label, (BUTTON,))
    data = {"custom_id": part["custom_id"], "component_type": BUTTON, "id": part["id"]}
    return await server.person(who).interact(COMPONENT, message.channel, data, source=message)


async def job_elsewhere(server: DiscordServer, who: str, owner: str | None = None) -> tuple[Message, Guild]:
    """A job of that person on another server."""
    guild = server.add_guild("Elsewhere", owner=server.person(owner) if owner else None)
    answer = await server.person(who).slash("imagine", prompt="far", guild=guild, **SMALL)
    return answer.message, guild


async def test_cancel_stops_all_of_one_person_s_jobs_here_once_it_is_confirmed(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    mine_running, bobs, mine_waiting = await line_up(discord_server, comfyui, bot, "alice", "bob", "alice")
    far, _guild = await job_elsewhere(discord_server, "alice")

    answer = await mona.slash("jobs cancel", user=alice, reason="too many")
    asked = answer.message.text
    untouched = [message.text for message in (mine_running, mine_waiting)]
    await mona.click(answer.message, "Yes")
    for message in (mine_running, mine_waiting):
        await message.wait(shows(f"{STOPPED}\nReason: too many"))
    comfyui.release()
    await far.wait(finished)
    await bobs.wait(finished)

    assert answer.ephemeral
    assert asked.startswith(f"<@{alice.id}> has 2 jobs here that wait or run. Stop them all?")
    assert not any("Stopp" in text for text in untouched)
    await answer.wait(shows("Stopped 2 jobs."))
    assert far.images
    assert bobs.images
    (entry,) = await bot.audit.entries(discord_server.guild.id)
    assert (entry.actor_id, entry.action, entry.user_id) == (mona.id, "cancel", alice.id)
    assert entry.reason == "2 jobs: too many"


async def test_cancel_of_who_has_no_job_here_asks_nothing(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice = discord_server.person("alice")
    comfyui.hold()
    far, _guild = await job_elsewhere(discord_server, "alice")

    answer = await discord_server.person("mona").slash("jobs cancel", user=alice)

    assert answer.message.text == f"<@{alice.id}> has no job here that waits or runs."
    assert not answer.message.buttons
    comfyui.release()
    await far.wait(finished)


async def test_clear_stops_what_waits_and_nothing_that_runs(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    mona = discord_server.person("mona")
    messages = await line_up(discord_server, comfyui, bot, "alice", "bob", "alice", "bob", "bob")

    bobs = await mona.slash("jobs clear", user=discord_server.person("bob"))
    await mona.click(bobs.message, "No")
    everybody = await mona.slash("jobs clear")
    await mona.click(everybody.message, "Yes")
    for message in messages[2:]:
        await message.wait(shows(STOPPED))
    comfyui.release()
    for message in messages[:2]:
        await message.wait(finished)

    assert visible(bobs.message) == (
        f"2 jobs of <@{discord_server.person('bob').id}> wait on this server. Stop them all?\nNothing was stopped."
    )
    assert visible(everybody.message) == "3 jobs wait on this server. Stop them all?\nStopped 3 jobs."
    assert [bool(message.images) for message in messages] == [True, True, False, False, False]


async def test_clear_of_one_person_leaves_everybody_else_s(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    mona = discord_server.person("mona")
    messages = await line_up(discord_server, comfyui, bot, "alice", "bob", "alice", "bob")

    answer = await mona.slash("jobs clear", user=discord_server.person("bob"))
    await mona.click(answer.message, "Yes")
    await messages[3].wait(shows(STOPPED))
    comfyui.release()

    await messages[2].wait(finished)
    assert messages[2].images
    assert visible(answer.message).endswith("Stopped 1 job.")
    (entry,) = await bot.audit.entries(discord_server.guild.id)
    assert (entry.action, entry.reason) == ("clear", "1 job")
    assert entry.job_id is not None


async def test_the_number_is_counted_anew_when_yes_is_pressed(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    messages = await line_up(discord_server, comfyui, bot, "bob", "bob", "alice", "alice")

    answer = await mona.slash("jobs clear")
    await alice.click(messages[2], "Cancel")
    await messages[2].wait(shows("⏹️ Cancelled."))
    await mona.click(answer.message, "Yes")
    await messages[3].wait(shows(STOPPED))
    await answer.message.wait(shows("Stopped 1 job."))

    assert visible(answer.message) == "2 jobs wait on this server. Stop them all?\nStopped 1 job."
    assert shows("⏹️ Cancelled.")(messages[2])
    comfyui.release()
    await messages[1].wait(finished)


async def test_clear_says_when_nothing_waits(discord_server: DiscordServer, bot: EaselBot) -> None:
    answer = await discord_server.person("mona").slash("jobs clear")

    assert answer.message.text == "No such job waits on this server."


async def test_two_clicks_on_yes_are_one(discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot) -> None:
    mona = discord_server.person("mona")
    messages = await line_up(discord_server, comfyui, bot, "alice", "bob", "alice")
    answer = await mona.slash("jobs clear")

    clicks = await asyncio.gather(mona.click(answer.message, "Yes"), mona.click(answer.message, "Yes"))
    await messages[2].wait(shows(STOPPED))
    await answer.wait(shows("Stopped"))

    assert all(click.acknowledged for click in clicks)
    assert visible(answer.message) == "1 job waits on this server. Stop it?\nStopped 1 job."
    assert len(await bot.audit.entries(discord_server.guild.id)) == 1
    comfyui.release()
    await messages[1].wait(finished)


async def test_a_second_yes_does_not_stop_what_came_after_the_first(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    """Pressed on a screen that was behind."""
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    messages = await line_up(discord_server, comfyui, bot, "alice", "bob", "alice")
    question = (await mona.slash("jobs clear")).message
    before = question.components
    await mona.click(question, "Yes")
    await question.wait(shows("Stopped 1 job."))
    later = await alice.slash("imagine", prompt="later", **SMALL)
    await later.wait(shows("2 jobs before yours"))
    question.components = before

    again = await mona.click(question, "Yes")
    comfyui.release()
    await later.wait(finished)

    assert again.acknowledged
    assert later.message.images
    assert not messages[2].images


async def test_only_who_asked_can_answer(discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot) -> None:
    messages = await line_up(discord_server, comfyui, bot, "alice", "bob", "alice")
    question = (await discord_server.person("mona").slash("jobs clear")).message

    answers = [await press(discord_server, who, question, "Yes") for who in ("alice", "olivia")]

    assert [answer.ephemeral for answer in answers] == [True, True]
    assert {answer.message.text for answer in answers} == {
        "Only who asked this can answer it. Use the command yourself."
    }
    comfyui.release()
    assert (await messages[2].wait(finished)).images


async def test_who_may_no_longer_moderate_cannot_answer(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    mona = discord_server.person("mona")
    messages = await line_up(discord_server, comfyui, bot, "alice", "bob", "alice")
    question = (await mona.slash("jobs clear")).message
    discord_server.change_role(discord_server.guild.roles[1], manage_messages=False)

    answer = await mona.click(question, "Yes")

    assert answer.ephemeral
    assert "moderators" in answer.message.text
    comfyui.release()
    assert (await messages[2].wait(finished)).images


async def test_a_question_is_too_old_after_a_quarter_of_an_hour(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    mona = discord_server.person("mona")
    messages = await line_up(discord_server, comfyui, bot, "alice", "bob", "alice")
    question = (await mona.slash("jobs clear")).message
    discord_server.advance(15 * 60 + 1)

    await mona.click(question, "Yes")
    await question.wait(shows("That question is too old. Use the command again."))

    assert not question.buttons
    comfyui.release()
    assert (await messages[2].wait(finished)).images


async def test_a_question_survives_a_restart(discord_server: DiscordServer, comfyui: Simulator, easel: Easel) -> None:
    mona = discord_server.person("mona")
    easel.changes["drain_seconds"] = 0.0
    async with easel.running() as bot:
        messages = await line_up(discord_server, comfyui, bot, "alice", "bob", "alice")
        question = (await mona.slash("jobs clear", reason="a *good* \\ reason")).message
    async with easel.running():
        await mona.click(question, "Yes")
        await messages[2].wait(shows(STOPPED))
        comfyui.release()
        await messages[1].wait(finished)

    (stopped,) = [job for job in await easel.jobs() if job.state is JobState.CANCELLED]
    assert stopped.reason == "a *good* \\ reason"
    assert visible(messages[2]).endswith("Reason: a *good* \\ reason")


@pytest.mark.parametrize("verb", ["stop", "cancel", "clear"])
async def test_a_moderator_of_another_server_stops_nothing_here(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot, verb: str
) -> None:
    """With a button forged to name a job, or the person, of this server."""
    alice, bob = discord_server.person("alice"), discord_server.person("bob")
    messages = await line_up(discord_server, comfyui, bot, "alice", "alice", "alice")
    far, guild = await job_elsewhere(discord_server, "bob", owner="bob")
    await far.wait(shows("2 jobs before"))
    question = (await bob.slash("jobs clear", guild=guild)).message
    waiting = messages[2].buttons[0].custom_id.removeprefix("job:cancel:")
    target = waiting if verb == "stop" else alice.id
    rename(question, "Yes", f"jobs:{verb}:{target}:{bob.id}")

    answer = await bob.click(question, f"jobs:{verb}:{target}:{bob.id}")

    if verb == "stop":
        assert answer.ephemeral
        assert "the moderators of its server can stop that job" in answer.message.text
    else:
        await question.wait(shows("There was nothing left to stop."))
    comfyui.release()
    await far.wait(finished)
    assert all([(await message.wait(finished)).images for message in messages])


@pytest.mark.parametrize("target", ["9" * 19, "0", "a-b-c", "-1"])
async def test_a_forged_person_is_nobody(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot, target: str
) -> None:
    mona = discord_server.person("mona")
    messages = await line_up(discord_server, comfyui, bot, "alice", "bob", "alice")
    question = (await mona.slash("jobs clear")).message
    custom_id = f"jobs:cancel:{target}:{mona.id}"
    rename(question, "Yes", custom_id)

    answer = await mona.click(question, custom_id)

    assert answer.ephemeral
    assert answer.message.text == "That button does nothing any more. Use the command again."
    comfyui.release()
    await messages[2].wait(finished)
    assert all(message.images for message in messages)
