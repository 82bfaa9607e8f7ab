"""The bot is stopped and started again on the same data, at every stage of a job."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.jobs.store import Store
from bot.playground import DiscordServer, Message, Request
from tests.whole.conftest import Easel, finished, shows


@asynccontextmanager
async def cut_short(easel: Easel) -> AsyncIterator[None]:
    """Running until the block ends, and then not a moment longer."""
    easel.changes["drain_seconds"] = 0.0
    async with easel.running():
        yield
    del easel.changes["drain_seconds"]


async def imagine(server: DiscordServer, who: str = "alice", **options: object) -> Message:
    """The message of a new job, once it shows where the job stands."""
    answer = await server.person(who).slash(
        "imagine", values={"prompt": "a fox", "size": "256x256", "steps": 2} | options
    )
    return await answer.wait(lambda message: bool(message.buttons))


async def running(server: DiscordServer, comfyui: Simulator) -> Message:
    """The message of a job that the server has begun, and goes no further with."""
    comfyui.hold()
    message = await imagine(server)
    await bounded(comfyui, "start")
    return message


async def bounded(comfyui: Simulator, moment: str) -> None:
    async with asyncio.timeout(10):
        await comfyui.wait_for(moment)


@asynccontextmanager
async def stored(easel: Easel) -> AsyncIterator[Store]:
    """The database, while no bot has it."""
    store = await Store.open(easel.settings().database_url, clock=easel.now)
    try:
        yield store
    finally:
        await store.close()


def changes(server: DiscordServer) -> list[Request]:
    """What the bot asked for that makes or changes messages."""
    return [r for r in server.requests if r.method in {"PATCH", "POST"} and "messages" in r.path]


async def test_waiting_jobs_keep_their_place(easel: Easel, discord_server: DiscordServer, comfyui: Simulator) -> None:
    comfyui.hold()
    async with cut_short(easel):
        people = ["alice", "bob", "mona", "alice", "bob"]
        messages = [await imagine(discord_server, who) for who in people]
        assert len(comfyui.executed) <= 2

    order = [job.id for job in await easel.jobs()]
    states = [job.state for job in await easel.jobs()]
    async with easel.running():
        await messages[4].wait(shows("4 jobs before"))
        comfyui.release()
        for message in messages:
            await message.wait(finished)

    assert states[2:] == [JobState.WAITING] * 3
    assert comfyui.executed == order
    assert all(message.images for message in messages)


async def test_a_job_that_runs_is_attached_to_again(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    async with cut_short(easel):
        message = await running(discord_server, comfyui)

    assert shows("The bot is being restarted")(message)
    async with easel.running():
        await message.wait(shows("Still running"))
        comfyui.release()
        await message.wait(finished)

    (job,) = await easel.jobs()
    assert comfyui.executed == [job.id]
    assert job.delivered
    assert len(message.images) == 1


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


async def test_a_job_past_its_days_is_forgotten_at_the_next_start(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    easel.changes["keep_jobs_days"] = 90
    async with easel.running():
        await (await imagine(discord_server)).wait(finished)
    (old,) = await easel.jobs()
    discord_server.advance(91 * 24 * 3600)

    async with easel.running():
        await (await imagine(discord_server)).wait(finished)

    (new,) = await easel.jobs()
    assert new.id != old.id


async def test_a_job_the_server_never_got_is_sent_under_the_same_id(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    """The process died between writing the backend down and the POST."""
    comfyui.faults.down = True
    async with cut_short(easel):
        message = await imagine(discord_server)
    async with stored(easel) as store:
        (job,) = await store.unfinished()
        await store.claim(job, comfyui.url)
    comfyui.faults.down = False

    async with easel.running():
        await message.wait(finished)

    assert comfyui.executed == [job.id]
    assert len(message.images) == 1


async def test_a_server_that_forgot_gets_the_job_once_more(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    async with cut_short(easel):
        message = await running(discord_server, comfyui)
    await comfyui.restart()
    comfyui.hold()

    async with easel.running():
        await message.wait(shows("sent again"))
        comfyui.release()
        await message.wait(finished)

    (job,) = await easel.jobs()
    assert comfyui.executed == [job.id, job.id]
    assert len(message.images) == 1


async def test_a_job_the_server_forgets_twice_fails_in_plain_words(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    async with easel.running():
        message = await running(discord_server, comfyui)
        await comfyui.restart()
        comfyui.hold()
        await bounded(comfyui, "start")
        await comfyui.restart()
        await message.wait(finished)

    (job,) = await easel.jobs()
    assert job.state is JobState.FAILED
    assert shows("ComfyUI lost this job twice")(message)
    assert comfyui.executed == [job.id, job.id]


async def test_a_cancel_the_server_has_not_confirmed_is_repeated(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    comfyui.faults.lost_interrupts = 1000
    async with cut_short(easel):
        message = await running(discord_server, comfyui)
        await discord_server.person("alice").click(message, "Cancel")
        await message.wait(shows("Stopping"))
    comfyui.faults.lost_interrupts = 0

    async with easel.running():
        await message.wait(shows("Cancelled"))

    (job,) = await easel.jobs()
    assert job.state is JobState.CANCELLED
    assert job.delivered


async def test_a_job_of_a_server_that_was_taken_out_of_the_settings_goes_to_another(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    async with Simulator(data_dir=tmp_path / "other") as other:
        async with cut_short(easel):
            message = await running(discord_server, comfyui)
        easel.urls = (other.url,)

        async with easel.running():
            await message.wait(finished)

        (job,) = await easel.jobs()
        assert other.executed == [job.id]
        assert len(message.images) == 1


async def test_files_on_a_server_that_was_taken_out_of_the_settings_are_explained(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    async with cut_short(easel):
        message = await running(discord_server, comfyui)
        comfyui.on(_down_when_done(comfyui))
        comfyui.release()
        await message.wait(shows("Your job is done, but ComfyUI does not answer"))

    async with Simulator(data_dir=tmp_path / "other") as other:
        easel.urls = (other.url,)
        async with easel.running():
            await message.wait(shows("can no longer be had"))

    (job,) = await easel.jobs()
    assert job.delivered


async def test_comfyui_down_at_the_start_is_said_and_waited_for(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    comfyui.hold()
    async with cut_short(easel):
        messages = [await imagine(discord_server) for _ in range(3)]
    comfyui.faults.down = True

    async with easel.running():
        for message in messages:
            await message.wait(shows("ComfyUI does not answer"))
        comfyui.faults.down = False
        comfyui.release()
        for message in messages:
            await message.wait(finished)

    assert len(comfyui.executed) == 3
    assert all(message.images for message in messages)


async def test_files_that_are_gone_are_explained(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    async with cut_short(easel):
        message = await running(discord_server, comfyui)
    comfyui.release()
    await bounded(comfyui, "finished")
    shutil.rmtree(tmp_path / "comfyui" / "output")

    async with easel.running():
        await message.wait(finished)

    assert shows("can no longer be had from ComfyUI")(message)


async def test_only_the_missing_follow_ups_are_sent(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    """Discord goes away before the second message of sixteen pictures."""
    broken = True

    async def cut(moment: str, request: Request) -> None:
        if broken and moment == "request" and request.method == "POST" and request.path.endswith("/messages"):
            raise ConnectionError

    discord_server.on(cut)
    async with cut_short(easel):
        message = await imagine(discord_server, count=16, size="256x256")
        await message.wait(lambda message: len(message.images) == 10)
    broken = False

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
    broken = True

    async def cut(moment: str, request: Request) -> None:
        if broken and moment == "answer" and request.method == "POST" and request.path.endswith("/messages"):
            raise ConnectionError

    discord_server.on(cut)
    async with cut_short(easel):
        await imagine(discord_server, count=16)
        await _until(lambda: len(discord_server.messages("general")) == 2, discord_server)
    broken = False
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


async def test_comfyui_down_between_the_end_and_the_download_is_waited_for(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    async with easel.running():
        message = await running(discord_server, comfyui)
        comfyui.on(_down_when_done(comfyui))
        comfyui.release()
        await message.wait(shows("Your job is done, but ComfyUI does not answer"))
        comfyui.faults.down = False
        await message.wait(lambda message: bool(message.images))

    (job,) = await easel.jobs()
    assert job.delivered
    assert comfyui.executed == [job.id]


async def test_a_fault_inside_one_job_leaves_the_others_alone(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    comfyui.faults.down = True
    async with cut_short(easel):
        messages = [await imagine(discord_server) for _ in range(3)]
    async with stored(easel) as store:
        broken = (await store.unfinished())[1]
        await store.change(broken, files={"picture": "files/gone.png"})
    comfyui.faults.down = False

    async with easel.running():
        for message in messages:
            await message.wait(finished)

    assert [len(message.images) for message in messages] == [1, 0, 1]
    assert shows("went wrong on the bot's side")(messages[1])
    assert f"job {broken.id} failed inside the bot" in caplog.text


def _down_when_done(comfyui: Simulator) -> Callable[[str, dict[str, Any]], None]:
    """ComfyUI is gone as soon as it has handed out how a prompt ended."""

    def watch(moment: str, facts: dict[str, Any]) -> None:
        if moment == "answer" and "/history/" in str(facts["path"]) and "finished" in seen:
            comfyui.faults.down = True
        seen.add(moment)

    seen: set[str] = set()
    return watch


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
