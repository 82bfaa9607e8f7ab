"""What a person sees while a job waits and runs."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import aiohttp
import pytest

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import Job, JobState
from bot.playground import DiscordServer, RateLimits, Refusal
from bot.playground import Request as Sent
from tests.pure.jobs import NOON, make_job
from tests.whole.conftest import Easel, edits, finished, hold_at, listed, shows
from tests.whole.test_imagine import SMALL

FOREIGN: dict[str, Any] = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 8, "height": 8, "batch_size": 1, "color": 0}},
    "2": {"class_type": "PreviewImage", "inputs": {"images": ["1", 0]}},
}


async def post_foreign(comfyui: Simulator, count: int) -> list[str]:
    """Somebody else, at ComfyUI's own page, wants that many pictures."""
    ids = []
    async with aiohttp.ClientSession() as session:
        for number in range(count):
            graph = {**FOREIGN, "1": {**FOREIGN["1"], "inputs": {**FOREIGN["1"]["inputs"], "color": number}}}
            async with session.post(f"{comfyui.url}/prompt", json={"prompt": graph}) as answer:
                ids.append((await answer.json())["prompt_id"])
    return ids


async def test_prompts_from_elsewhere_count_into_the_position(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    comfyui.hold()
    await listed(bot)
    await post_foreign(comfyui, 3)
    alice = discord_server.person("alice")

    first = await (await alice.slash("imagine", prompt="one", **SMALL)).wait(shows("3 jobs before yours"))
    await (await alice.slash("imagine", prompt="two", **SMALL)).wait(shows("4 jobs before yours"))
    third = await (await alice.slash("imagine", prompt="three", **SMALL)).wait(shows("5 jobs before yours"))

    assert [button.label for button in first.buttons] == ["Cancel"]
    comfyui.release()
    await third.wait(finished)
    counts = [int(count) for count in re.findall(r"(\d+) jobs? before", "".join(v.text for v in third.versions))]
    assert counts == sorted(counts, reverse=True)


async def test_a_running_job_shows_node_bar_step_preview_and_cancel(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    hold_at(comfyui, 3)
    alice = discord_server.person("alice")

    answer = await alice.slash("imagine", prompt="a fox", size="256x256", steps=8)
    message = await answer.wait(shows("🎨 Sampler: step 3 of 8"))

    assert re.search(r"▰+▱+ \d+%", message.text)
    assert [image.name for image in message.images] == ["preview.jpg"]
    assert message.images[0].description == "a fox"
    assert [button.label for button in message.buttons] == ["Cancel"]
    comfyui.release()
    await message.wait(finished)
    assert [image.content_type for image in message.images] == ["image/png"]


async def test_the_bar_never_goes_back(discord_server: DiscordServer, bot: EaselBot) -> None:
    alice = discord_server.person("alice")

    message = await (await alice.slash("imagine", prompt="a fox", size="256x256", steps=20)).wait(finished)

    shares = [int(share) for share in re.findall(r"(\d+)%", "".join(version.text for version in message.versions))]
    assert shares == sorted(shares)
    assert shares


async def test_jobs_that_finished_earlier_teach_when_one_is_ready(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    alice = discord_server.person("alice")
    await easel.remember(make_job(workflow="imagine", state=JobState.DONE, seconds=600.0, delivered_at=NOON))
    comfyui.hold()

    async with easel.running():
        first = await (await alice.slash("imagine", prompt="one", **SMALL)).wait(shows("ready <t:"))
        second = await (await alice.slash("imagine", prompt="two", **SMALL)).wait(shows("before yours · ready <t:"))
        ready = [int(stamp) for message in (first, second) for stamp in re.findall(r"<t:(\d+):R>", message.text)]
        comfyui.release()
        await second.wait(finished)

    assert 500 < ready[1] - ready[0] < 700
    assert "ready" not in first.text


async def test_a_first_job_promises_nothing(discord_server: DiscordServer, bot: EaselBot) -> None:
    message = await (await discord_server.person("alice").slash("imagine", prompt="one", **SMALL)).wait(finished)

    assert "<t:" not in "".join(version.text for version in message.versions)


async def test_however_many_steps_there_are_the_edits_keep_their_pace(
    discord_server: DiscordServer, easel: Easel
) -> None:
    """With a pace of an hour only the first state and the last one are shown."""
    easel.pace = 3600.0
    async with easel.running():
        answer = await discord_server.person("alice").slash("imagine", prompt="a fox", size="256x256", steps=20)
        message = await answer.wait(finished)

    assert len(edits(discord_server)) == 2
    assert message.images


async def test_within_discord_s_limits_the_final_edit_lands_and_nothing_is_refused(tmp_path_factory: Any) -> None:
    async with DiscordServer(rate_limits=RateLimits(limit=3, per=0.5)) as server, Simulator() as comfyui:
        easel = Easel(server, (comfyui.url,), tmp_path_factory.mktemp("easel"))
        async with easel.running():
            answer = await server.person("alice").slash("imagine", prompt="a fox", size="256x256", steps=20)
            message = await answer.wait(finished)

    assert message.images
    assert not [refused for refused in server.refused if refused.status == 429]


@pytest.mark.parametrize("trouble", ["cut", "cut answer", 429, 503])
async def test_the_result_lands_though_discord_fails_it_at_first(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot, trouble: str | int
) -> None:
    left = 1

    async def fail(moment: str, request: Sent) -> None:
        nonlocal left
        final = request.method == "PATCH" and any(name.startswith("easel-") for name, _size in request.files)
        if not final or not left or moment != ("answer" if trouble == "cut answer" else "request"):
            return
        left -= 1
        if isinstance(trouble, int):
            raise Refusal(trouble, 0, "trouble")
        raise ConnectionResetError

    discord_server.on(fail)

    message = await (await discord_server.person("alice").slash("imagine", prompt="a fox", **SMALL)).wait(finished)

    assert left == 0
    assert len(message.images) == 1
    assert discord_server.messages("general") == [message]


async def test_a_state_that_did_not_arrive_is_shown_later(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    """Nothing else happens that would be a reason for an edit."""
    failed = asyncio.Event()

    async def fail(moment: str, request: Sent) -> None:
        if request.method == "PATCH" and not failed.is_set():
            failed.set()
            raise ConnectionResetError

    await listed(bot)
    comfyui.hold()
    await post_foreign(comfyui, 1)
    discord_server.on(fail)

    message = await (await discord_server.person("alice").slash("imagine", prompt="a fox", **SMALL)).wait(
        shows("1 job before yours")
    )

    assert failed.is_set()
    comfyui.release()
    await message.wait(finished)


async def test_a_job_is_shown_through_a_lost_connection_to_comfyui(
    discord_server: DiscordServer, comfyui: Simulator, bot: EaselBot
) -> None:
    hold_at(comfyui, 2)
    message = await (
        await discord_server.person("alice").slash("imagine", prompt="a fox", size="256x256", steps=4)
    ).wait(shows("step 2 of 4"))

    comfyui.drop_sockets()
    await message.wait(shows("Still running. How far it is cannot be seen any more"))
    comfyui.release()

    assert (await message.wait(finished, timeout=15)).images


async def test_a_command_whose_answer_got_lost_is_carried_out_once(
    discord_server: DiscordServer, bot: EaselBot
) -> None:
    """Discord took our first answer, and the connection broke before it said so."""

    async def cut(moment: str, request: Sent) -> None:
        if moment == "answer" and request.path.endswith("/callback"):
            raise ConnectionResetError

    discord_server.on(cut)

    message = await (await discord_server.person("alice").slash("imagine", prompt="a fox", **SMALL)).wait(finished)

    assert message.images
    assert discord_server.messages("general") == [message]


async def test_a_command_that_discord_has_no_answer_to_is_not_carried_out(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    """Its person reads that the application did not respond, and asks again."""
    asked = asyncio.Event()

    async def cut(moment: str, request: Sent) -> None:
        if moment == "request" and request.path.endswith("/callback"):
            raise ConnectionResetError
        if moment == "answer" and request.path.endswith("/messages/@original"):
            asked.set()

    discord_server.on(cut)

    async with easel.running() as bot:
        answer = await discord_server.person("alice").slash("imagine", prompt="a fox", timeout=0.0, **SMALL)
        async with asyncio.timeout(10):
            await asked.wait()
            jobs: list[Job] = []
            while not (jobs and all(job.delivered for job in jobs)):
                jobs = await bot.store.select(states=JobState)

    assert answer.failed
    assert not comfyui.executed
    assert [job.state for job in jobs] == [JobState.CANCELLED]
