"""The menus of a job's message: moderators stop and remove, with each step written down."""

from __future__ import annotations

import asyncio

import pytest

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.playground import DiscordServer
from bot.playground.interaction import MODAL
from tests.whole.conftest import Easel, finished, visible
from tests.whole.making import MANIFEST, noise, pictures
from tests.whole.moderated import audited, done, lines, running

STOP, REMOVE, REPORT = "Stop this job", "Remove and warn", "Report to moderators"


@pytest.fixture(autouse=True)
def _jobs_are_left(easel: Easel) -> None:
    """Nobody waits at the end for jobs that a test holds."""
    easel.changes["drain_seconds"] = 0.0


@pytest.mark.parametrize("menu", [STOP, REMOVE])
async def test_members_are_not_offered_what_is_for_moderators(
    discord_server: DiscordServer, bot: EaselBot, menu: str
) -> None:
    message = await done(discord_server, bot)

    with pytest.raises(PermissionError):
        await discord_server.person("bob").menu(menu, message)


async def test_there_are_at_most_five_menus_and_those_of_moderators_are_not_in_direct_messages(
    discord_server: DiscordServer, bot: EaselBot
) -> None:
    menus = [command for command in discord_server.parts.commands.all(None) if command["type"] != 1]

    assert len(menus) <= 5
    assert {command["name"] for command in menus if command["contexts"] == [0]} == {STOP, REMOVE, REPORT}


async def test_a_moderator_stops_a_running_job_by_its_message(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    channel = await audited(discord_server, bot)
    message = await running(discord_server, comfyui)

    answer = await discord_server.person("mona").menu(STOP, message)
    await message.wait(finished)
    (line,) = await lines(discord_server, channel)

    assert answer.ephemeral
    assert answer.message.text.startswith("Stopping `/imagine`")
    assert "Stopped by a moderator" in message.text
    (job,) = await bot.store.select(states=frozenset(JobState))
    alice, mona = discord_server.person("alice").id, discord_server.person("mona").id
    assert f"<@{mona}> ⏹️ stopped a job · <@{alice}> · job `{job.id}`" in line.text
    (entry,) = await bot.audit.entries(discord_server.guild.id)
    assert (entry.actor_id, entry.user_id, entry.job_id, entry.action) == (mona, alice, job.id, "stop")


async def test_an_ended_job_cannot_be_stopped(discord_server: DiscordServer, bot: EaselBot) -> None:
    message = await done(discord_server, bot)

    answer = await discord_server.person("mona").menu(STOP, message)

    assert (answer.ephemeral, answer.message.text) == (True, "That job has already ended.")


@pytest.mark.parametrize("menu", [STOP, REMOVE, REPORT])
async def test_a_message_that_is_no_job_s_gets_a_sentence(
    discord_server: DiscordServer, bot: EaselBot, menu: str
) -> None:
    message = discord_server.person("alice").say("hello")

    answer = await discord_server.person("mona").menu(menu, message)

    assert answer.ephemeral
    assert answer.message.text == "That is not a message of one of my jobs, or the job is too old."


async def test_remove_and_warn_takes_the_result_away_and_tells_its_person(
    discord_server: DiscordServer, bot: EaselBot
) -> None:
    channel = await audited(discord_server, bot)
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    message = await done(discord_server, bot)

    form = (await mona.menu(REMOVE, message)).modal
    assert form is not None
    answer = await form.submit(reason="rude **words**")
    said = await answer.wait(lambda reply: not reply.loading)
    (line,) = await lines(discord_server, channel)

    assert message.deleted
    assert (answer.ephemeral, said.text) == (True, f"Removed. <@{alice.id}> was warned in a direct message.")
    (warning,) = alice.sees(alice.dm)
    assert "a moderator removed what you made with `/imagine`" in warning.text.lower()
    assert "Reason: rude **words**" in visible(warning)
    assert "**words**" not in warning.text
    assert f"<@{mona.id}> ⚠️ removed a message and warned · <@{alice.id}> · job" in line.text
    assert "rude **words**" in visible(line)


async def test_a_follow_up_stands_for_its_job_whose_messages_all_go(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    easel.add_workflow("make", pictures(comfyui, *(noise(8, seed=number) for number in range(11))), MANIFEST)
    async with easel.running():
        await (await discord_server.person("alice").slash("make")).wait(finished)
        async with asyncio.timeout(10):
            (first, second) = await lines(discord_server, discord_server.channel("general"), 2)
        await second.wait(lambda message: bool(message.images))

        stop = await discord_server.person("mona").menu(STOP, second)
        form = (await discord_server.person("mona").menu(REMOVE, second)).modal
        assert form is not None
        await (await form.submit(reason="rude")).wait(lambda reply: not reply.loading)

    assert stop.message.text == "That job has already ended."
    assert first.deleted
    assert second.deleted


async def test_remove_and_warn_stops_a_job_that_runs(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    message = await running(discord_server, comfyui)

    form = (await discord_server.person("mona").menu(REMOVE, message)).modal
    assert form is not None
    answer = await form.submit(reason="rude")
    await answer.wait(lambda reply: not reply.loading)

    assert message.deleted
    (job,) = await bot.store.select(states=frozenset(JobState))
    assert (job.cancelled_by, job.reason) == (discord_server.person("mona").id, "rude")


async def test_who_takes_no_direct_messages_is_warned_in_the_channel_without_prompt_and_reason(
    discord_server: DiscordServer, bot: EaselBot
) -> None:
    alice = discord_server.person("alice")
    alice.user.takes_dms = False
    message = await done(discord_server, bot, prompt="a secret fox")

    form = (await discord_server.person("mona").menu(REMOVE, message)).modal
    assert form is not None
    answer = await form.submit(reason="no secret fox")
    said = await answer.wait(lambda reply: not reply.loading)

    assert said.text == f"Removed. <@{alice.id}> takes no direct messages, so I warned them in the channel."
    public = [one.text for one in discord_server.person("bob").sees("general") if not one.deleted]
    assert public == [f"<@{alice.id}>, a moderator removed what you made with `/imagine`. Please keep to the rules."]


async def test_a_form_from_before_a_restart_is_answered_with_a_sentence(
    discord_server: DiscordServer, easel: Easel, caplog: pytest.LogCaptureFixture
) -> None:
    async with easel.running() as bot:
        message = await done(discord_server, bot)
        form = (await discord_server.person("mona").menu(REMOVE, message)).modal
        assert form is not None

    async with easel.running():
        answer = await form.submit(reason="rude")

        assert answer.ephemeral
        assert answer.message.text == "That form is not open any more. Choose the command or the menu again."
        assert not message.deleted
    assert f"refused: a form that is not open, person {discord_server.person('mona').id}" in caplog.text


async def test_the_menus_work_after_a_restart(discord_server: DiscordServer, easel: Easel) -> None:
    async with easel.running() as bot:
        message = await done(discord_server, bot)

    async with easel.running():
        form = (await discord_server.person("mona").menu(REMOVE, message)).modal
        assert form is not None
        answer = await form.submit(reason="rude")
        await answer.wait(lambda reply: not reply.loading)

        assert message.deleted


async def test_a_form_put_to_a_moderator_is_nobody_else_s_to_send(
    discord_server: DiscordServer, bot: EaselBot, caplog: pytest.LogCaptureFixture
) -> None:
    bob = discord_server.person("bob")
    discord_server.permit(REMOVE, bob, allowed=True)
    message = await done(discord_server, bot)
    answer = await discord_server.person("mona").menu(REMOVE, message)
    form = answer.modal
    assert form is not None

    origin = answer.interaction.metadata
    field = {"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": "reason", "value": "rude"}}
    data = {"custom_id": form.custom_id, "components": [field]}
    foreign = await bob.act(MODAL, message.channel, data, triggered_by=origin)

    assert foreign.ephemeral
    assert foreign.original is not None
    assert foreign.original.text == "That form was not put to you."
    assert not message.deleted
    assert f"refused: the form WarnForm, person {bob.id}" in caplog.text


async def test_who_lost_the_right_meanwhile_cannot_send_the_form(discord_server: DiscordServer, bot: EaselBot) -> None:
    mona = discord_server.person("mona")
    message = await done(discord_server, bot)
    form = (await mona.menu(REMOVE, message)).modal
    assert form is not None
    (moderators,) = discord_server.guild.members[mona.id].roles
    discord_server.change_role(moderators, manage_messages=False)

    answer = await form.submit(reason="rude")

    assert answer.ephemeral
    assert answer.message.text == "Only moderators can do that, on their own server."
    assert not message.deleted
