"""People tell moderators of a job's message, and moderators do something about it where they read it."""

from __future__ import annotations

import asyncio

import pytest

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.playground import Answer, Channel, DiscordServer, Message
from tests.whole.conftest import Easel, finished, visible
from tests.whole.moderated import audited, done, forge, lines, planted, running

REPORT = "Report to moderators"


@pytest.fixture(autouse=True)
def _jobs_are_left(easel: Easel) -> None:
    """Nobody waits at the end for jobs that a test holds."""
    easel.changes["drain_seconds"] = 0.0


async def report(server: DiscordServer, who: str, message: Message, reason: str = "rude") -> Answer:
    form = (await server.person(who).menu(REPORT, message)).modal
    assert form is not None
    return await form.submit(reason=reason)


async def reported(server: DiscordServer, bot: EaselBot, message: Message) -> tuple[Channel, Message]:
    """The audit channel, and the report in it."""
    channel = await audited(server, bot)
    await report(server, "bob", message)
    (line,) = await lines(server, channel)
    return channel, line


async def test_a_report_reaches_the_moderators_with_what_they_need(
    discord_server: DiscordServer, bot: EaselBot
) -> None:
    channel = await audited(discord_server, bot)
    alice, bob = discord_server.person("alice"), discord_server.person("bob")
    message = await done(discord_server, bot, prompt="a ||fox|| @everyone")

    answer = await report(discord_server, "bob", message, reason="**rude** [x](https://evil.example)")
    (line,) = await lines(discord_server, channel)

    assert (answer.ephemeral, answer.message.text) == (True, "Thank you. The moderators have your report.")
    assert f"<@{bob.id}> reports what <@{alice.id}> made with `/imagine`: " in line.text
    place = f"{discord_server.guild.id}/{message.channel.id}/{message.id}"
    assert f"https://discord.com/channels/{place}" in line.text
    assert "Reason: **rude** [x](https://evil.example)" in visible(line)
    assert r"**" not in line.text
    assert r"||a \|\|fox\|\| \@everyone||" in line.text
    assert [button.label for button in line.buttons] == ["Remove", "Dismiss"]
    (entry,) = await bot.audit.entries(discord_server.guild.id)
    assert (entry.action, entry.actor_id, entry.user_id) == ("report", bob.id, alice.id)


async def test_without_an_audit_channel_it_says_to_whom_to_turn(discord_server: DiscordServer, bot: EaselBot) -> None:
    message = await done(discord_server, bot)

    answer = await discord_server.person("bob").menu(REPORT, message)

    assert answer.ephemeral
    assert answer.message.text == (
        "This server has no channel for reports that I can write to. Turn to one of its moderators, "
        f"or to its owner <@{discord_server.guild.owner.id}>."
    )


async def test_a_report_that_reaches_nobody_can_be_sent_again(discord_server: DiscordServer, bot: EaselBot) -> None:
    channel = await audited(discord_server, bot)
    message = await done(discord_server, bot)
    everyone, bob = discord_server.guild.everyone, discord_server.person("bob")
    form = (await bob.menu(REPORT, message)).modal
    assert form is not None
    discord_server.deny(channel, everyone, send_messages=True)

    closed = await form.submit(reason="rude")
    still = await bob.menu(REPORT, message)
    kept = await bot.audit.entries(discord_server.guild.id)
    discord_server.allow(channel, everyone, send_messages=True)
    again = await report(discord_server, "bob", message)

    nobody = "This server has no channel for reports that I can write to."
    assert closed.message.text.startswith(nobody)
    assert still.message.text.startswith(nobody)
    assert kept == []
    assert again.message.text == "Thank you. The moderators have your report."


async def test_a_message_is_reported_once_by_each_person(discord_server: DiscordServer, bot: EaselBot) -> None:
    channel = await audited(discord_server, bot)
    message = await done(discord_server, bot)
    first = (await discord_server.person("bob").menu(REPORT, message)).modal
    second = (await discord_server.person("bob").menu(REPORT, message)).modal
    assert first is not None
    assert second is not None
    await first.submit(reason="rude")

    late = await second.submit(reason="rude")
    again = await discord_server.person("bob").menu(REPORT, message)
    await report(discord_server, "mona", message)

    sentence = "You have already reported that. The moderators have it."
    assert [late.message.text, again.message.text] == [sentence, sentence]
    assert len(await lines(discord_server, channel, 2)) == 2


async def test_two_reports_at_the_same_time_are_one(discord_server: DiscordServer, bot: EaselBot) -> None:
    channel = await audited(discord_server, bot)
    message = await done(discord_server, bot)
    forms = [(await discord_server.person("bob").menu(REPORT, message)).modal for _number in range(3)]

    answers = await asyncio.gather(*(form.submit(reason="rude") for form in forms if form is not None))
    await lines(discord_server, channel)

    texts = sorted(answer.message.text[:9] for answer in answers)
    assert texts == ["Thank you", "You have ", "You have "]
    assert len(await bot.audit.entries(discord_server.guild.id)) == 1


async def test_a_person_reports_at_most_five_messages_within_an_hour(
    discord_server: DiscordServer, bot: EaselBot
) -> None:
    channel = await audited(discord_server, bot)
    messages = [await done(discord_server, bot) for _number in range(6)]
    for message in messages[:5]:
        await report(discord_server, "bob", message)

    refused = await discord_server.person("bob").menu(REPORT, messages[5])
    discord_server.advance(3601)
    later = await report(discord_server, "bob", messages[5])

    assert refused.message.text.startswith("You have reported a lot within an hour.")
    assert later.message.text == "Thank you. The moderators have your report."
    assert len(await lines(discord_server, channel, 6)) == 6


async def test_a_moderator_stops_the_job_from_the_report(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    message = await running(discord_server, comfyui)
    channel, line = await reported(discord_server, bot, message)

    answer = await discord_server.person("mona").click(line, "Stop")
    await message.wait(finished)

    assert answer.message.text.startswith("Stopping `/imagine`")
    assert "Stopped by a moderator" in message.text
    assert "⏹️ stopped a job" in (await lines(discord_server, channel, 2))[1].text


async def test_a_moderator_removes_it_from_the_report_even_after_a_restart(
    discord_server: DiscordServer, easel: Easel
) -> None:
    mona = discord_server.person("mona")
    async with easel.running() as bot:
        message = await done(discord_server, bot)
        _channel, line = await reported(discord_server, bot, message)

    async with easel.running():
        form = (await mona.click(line, "Remove")).modal
        assert form is not None
        answer = await form.submit(reason="rude")
        await answer.wait(lambda reply: not reply.loading)

    assert message.deleted
    assert line.text.endswith(f"🗑️ Removed by <@{mona.id}>")
    assert not line.buttons


async def test_a_moderator_dismisses_a_report(discord_server: DiscordServer, bot: EaselBot) -> None:
    mona = discord_server.person("mona")
    message = await done(discord_server, bot)
    channel, line = await reported(discord_server, bot, message)

    await mona.click(line, "Dismiss")
    await line.wait(lambda report: not report.buttons)

    assert line.text.endswith(f"✅ Dismissed by <@{mona.id}>")
    assert not message.deleted
    assert "✅ dismissed a report" in (await lines(discord_server, channel, 2))[1].text


@pytest.mark.parametrize("button", ["Stop", "Remove", "Dismiss"])
async def test_members_cannot_use_a_report_s_buttons(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot, button: str, caplog: pytest.LogCaptureFixture
) -> None:
    message = await running(discord_server, comfyui)
    _channel, line = await reported(discord_server, bot, message)

    answer = await discord_server.person("alice").click(line, button)

    assert answer.ephemeral
    assert answer.modal is None
    assert "moderators" in answer.message.text
    assert not message.deleted
    assert line.buttons
    assert f"refused: the button report:{button.lower()}:" in caplog.text


@pytest.mark.parametrize("verb", ["stop", "remove", "dismiss"])
async def test_moderators_of_another_server_cannot_use_a_forged_one(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot, verb: str
) -> None:
    message = await running(discord_server, comfyui)
    (job,) = await bot.store.select()
    elsewhere = discord_server.add_guild("Elsewhere", owner=discord_server.person("bob"))
    theirs = planted(discord_server, elsewhere.channels[0], f"report:{verb}:{job.id}")

    answer = await discord_server.person("bob").click(theirs, "Press")

    assert answer.ephemeral
    assert "moderators" in answer.message.text
    assert not message.deleted
    assert [job.state for job in await bot.store.select()] == [JobState.RUNNING]


@pytest.mark.parametrize(
    "custom_id",
    [
        "report:stop:nonsense",
        "job:cancel:../../etc",
        "nonsense",
        "job:cancel:" + "a" * 36,
        "💥" * 50,
        "report:dismiss:00000000-0000-0000-0000-000000000000",
    ],
)
async def test_a_forged_button_is_answered(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot, custom_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    message = await running(discord_server, comfyui)

    answer = await forge(discord_server, "bob", message, custom_id)

    assert answer.ephemeral
    assert answer.message.text == "That button does nothing any more. Use the command again."
    assert f"refused: an unknown button, person {discord_server.person('bob').id}" in caplog.text
    assert custom_id not in caplog.text


async def test_a_button_of_a_forgotten_job_is_answered(discord_server: DiscordServer, bot: EaselBot) -> None:
    custom_id = "report:dismiss:00000000-0000-0000-0000-000000000000"
    message = planted(discord_server, discord_server.channel("general"), custom_id)

    answer = await discord_server.person("mona").click(message, "Press")

    assert (answer.ephemeral, answer.message.text) == (True, "That job has already ended.")
