"""A job that is stored and answered is made: what goes wrong afterwards is not written into its message."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from bot.app import EaselBot
from bot.jobs.job import JobState
from bot.playground import DiscordServer, Request
from tests.whole.conftest import Easel, finished
from tests.whole.test_imagine import SMALL
from tests.whole.test_upload_names import copied, loads  # noqa: F401 (a fixture)

#: until its job is on a server, nobody can note where its message is
UNNOTED = "BEFORE UPDATE OF message_id ON jobs WHEN OLD.state = 'waiting'"
UNSTORED = "BEFORE INSERT ON jobs"
THIRD = "BEFORE INSERT ON jobs WHEN (SELECT count(*) FROM jobs) = 2"


async def refuse(bot: EaselBot, when: str) -> None:
    """The database takes no such change."""
    trigger = text(f"CREATE TRIGGER refuse {when} BEGIN SELECT RAISE(ABORT, 'no'); END")
    await bot.store.transact(lambda connection: connection.execute(trigger))


async def test_a_message_that_cannot_be_noted_still_shows_its_result(
    discord_server: DiscordServer, easel: Easel, caplog: pytest.LogCaptureFixture
) -> None:
    async with easel.running() as bot:
        await refuse(bot, UNNOTED)
        answer = await discord_server.person("alice").slash("imagine", prompt="a fox", **SMALL)
        message = await answer.wait(finished)

    (job,) = await easel.jobs()
    assert "is taken in all the same" in caplog.text
    assert discord_server.messages("general") == [message]
    assert len(message.images) == 1
    assert not any("went wrong" in version.text for version in message.versions)
    assert (job.state, job.delivered, job.place.message_id) == (JobState.DONE, True, message.id)


async def test_of_several_those_are_made_that_could_be_stored(discord_server: DiscordServer, easel: Easel) -> None:
    followed = asyncio.Event()

    async def watch(moment: str, request: Request) -> None:
        if moment == "answer" and "went wrong" in str(request.payload):
            followed.set()

    discord_server.on(watch)
    async with easel.running() as bot:
        await refuse(bot, THIRD)
        await discord_server.person("alice").slash("imagine", prompt="a fox", repeat=4, **SMALL)
        async with asyncio.timeout(10):
            await followed.wait()
            for message in discord_server.messages("general")[:2]:
                await message.wait(finished)

    *made, told = discord_server.messages("general")
    assert [len(message.images) for message in made] == [1, 1]
    assert told.ephemeral
    assert told.text.startswith("2 of 4 were made. Something went wrong")


async def test_of_several_each_has_a_message_of_its_own_though_the_first_could_not_be_shown_at_once(
    discord_server: DiscordServer, easel: Easel
) -> None:
    failed: list[str] = []

    async def fail(moment: str, request: Request) -> None:
        if moment == "request" and request.method == "PATCH" and not failed:
            failed.append(request.path)
            raise ConnectionResetError

    discord_server.on(fail)
    async with easel.running() as bot:
        await discord_server.person("alice").slash("imagine", prompt="a fox", repeat=2, **SMALL)
        async with asyncio.timeout(20):
            while [job.delivered for job in await bot.store.select(states=JobState)] != [True, True]:  # noqa: ASYNC110
                await asyncio.sleep(0.02)  # nobody tells a test of a message that is not there yet

    messages = discord_server.messages("general")
    assert failed
    assert [len(message.images) for message in messages] == [1, 1]
    assert {job.place.message_id for job in await easel.jobs()} == {message.id for message in messages}


@pytest.mark.usefixtures("loads")
async def test_an_answer_without_a_job_is_taken_back_and_why_is_told_to_who_asked_alone(
    discord_server: DiscordServer, easel: Easel
) -> None:
    followed = asyncio.Event()

    async def watch(moment: str, request: Request) -> None:
        if (moment, request.method) == ("answer", "POST") and request.path.startswith("/webhooks"):
            followed.set()

    discord_server.on(watch)
    async with easel.running() as bot:
        await refuse(bot, UNSTORED)
        await copied(discord_server, "red")
        async with asyncio.timeout(10):
            await followed.wait()

    (told,) = discord_server.messages("general")
    assert told.ephemeral
    assert "went wrong" in told.text
    assert not await easel.jobs()


async def test_a_button_that_a_stop_breaks_off_is_no_error(
    discord_server: DiscordServer, easel: Easel, caplog: pytest.LogCaptureFixture
) -> None:
    async with easel.running() as bot:
        alice = discord_server.person("alice")
        message = await (await alice.slash("imagine", prompt="a fox", **SMALL)).wait(finished)
        await bot.runner.underway.over()
        async with bot.store._engine.connect():  # the only one there is
            pressing = asyncio.create_task(alice.click(message, "Again"))
            async with asyncio.timeout(10):
                while not bot.store._begun:  # noqa: ASYNC110 - no event tells of it
                    await asyncio.sleep(0)
                await bot.close()
    pressing.cancel()

    assert "an answer was broken off" in caplog.text
    assert "Ignoring exception" not in caplog.text


@pytest.mark.usefixtures("loads")
async def test_an_answer_whose_job_is_not_stored_when_the_bot_stops_is_taken_back_and_its_person_told(
    discord_server: DiscordServer, easel: Easel
) -> None:
    """The database has nothing to give from the answer on until that is taken back."""
    async with easel.running() as bot:
        bot.maker.patience = 0.5
        hanging = bot.store._engine.connect()

        async def hang(moment: str, request: Request) -> None:
            if moment == "answer" and request.path.endswith("/callback"):
                await hanging.start()
            elif moment == "answer" and request.method == "DELETE":
                await hanging.close()

        discord_server.on(hang)
        answer = await copied(discord_server, "red")

    (told,) = discord_server.messages("general")
    assert answer.message.deleted
    assert told.ephemeral
    assert "Try again" in told.text
    assert [job.state for job in await easel.jobs()] == [JobState.CANCELLED]
