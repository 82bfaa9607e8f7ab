"""A GPU of one's own and a paid cloud beside it: what would wait too long runs there, and reaches who asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from aiohttp import web
from PIL import Image
from pydantic import SecretStr

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.playground import DiscordServer, Message
from bot.playground.answers import Answer
from tests.clouds import KEY, Cloud, Handler, says
from tests.whole.conftest import Easel, finished, listed, shows
from tests.whole.making import entry

CANVAS = {
    "1": entry("EmptyImage", "Canvas", width=64, height=64, batch_size=1, color=0),
    "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a"),
}
MANIFEST = """
description = "Fill a canvas"
cost = 1

[[option]]
name = "color"
type = "integer"
help = "Which colour"
targets = "Canvas.color"
max = 16777215
"""
DOWN = "⚠️ ComfyUI does not answer. Jobs wait and run when it is back."
COLOURS = (0x102030, 0x405060, 0x708090, 0xA0B0C0)


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncIterator[Simulator]:
    """The machine in the cloud."""
    async with Simulator(data_dir=tmp_path / "elsewhere") as simulator:
        yield simulator


@pytest.fixture
async def cloud(elsewhere: Simulator, tmp_path: Path, easel: Easel) -> AsyncIterator[Cloud]:
    """Where the bot may send what would wait longer than two jobs, as no job is known to be shorter."""
    async with Cloud(elsewhere.url, tmp_path / "cloud") as cloud:
        easel.add_workflow("canvas", CANVAS, MANIFEST)
        easel.changes |= {
            "comfy_api_urls": (cloud.url,),
            "comfy_api_keys": SecretStr(KEY),
            "cloud_overflow_seconds": 15.0,
        }
        yield cloud


async def ready(bot: EaselBot) -> None:
    """Both of them are up."""
    await listed(bot)
    async with asyncio.timeout(10):
        for backend in bot.pool.backends:
            await backend.wait_up()


async def ask(server: DiscordServer, *colours: int) -> list[Message]:
    """A job for each."""
    return [await begun(await server.person("alice").slash("canvas", color=colour)) for colour in colours]


async def begun(answer: Answer) -> Message:
    return await answer.wait(lambda message: bool(message.buttons), timeout=20)


def colour(message: Message) -> int:
    """Of the one picture it has."""
    (image,) = message.images
    red, green, blue = Image.open(BytesIO(image.data)).convert("RGB").getpixel((0, 0))  # type: ignore[misc]  # RGB
    return int(red) << 16 | int(green) << 8 | int(blue)


async def test_the_cloud_takes_what_would_wait_too_long_within_its_budget(  # noqa: PLR0917 - fixtures
    discord_server: DiscordServer,
    comfyui: Simulator,
    easel: Easel,
    cloud: Cloud,
    elsewhere: Simulator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    easel.changes["cloud_daily_budget"] = 1.0
    comfyui.hold()
    elsewhere.hold()
    async with easel.running() as bot:
        await ready(bot)
        messages = await ask(discord_server, *COLOURS[:3])
        await cloud.asked_for("GET", "/events")
        messages += await ask(discord_server, COLOURS[3])
        elsewhere.release()
        first_done = await asyncio.wait_for(_first(messages), 20)
        comfyui.release()
        for message in messages:
            await message.wait(finished, timeout=20)
        answer = await discord_server.person("olivia").slash("backends list")
        servers = await answer.wait(lambda message: bool(message.text))

    assert "cost within 24 hours: 1 of 1 · used up until <t:" in servers.text
    assert "paid servers have cost 1 of 1 within 24 hours" in caplog.text
    backends = [job.backend for job in sorted(await easel.jobs(), key=lambda job: job.created_at)]
    assert backends.count(cloud.url) == 1
    assert first_done == backends.index(cloud.url)
    assert cloud.count("POST", "/jobs") == 1
    assert [colour(message) for message in messages] == list(COLOURS)
    assert KEY not in caplog.text
    assert KEY not in str(discord_server.requests)
    assert KEY not in str(comfyui.requests)


async def test_while_ones_own_is_away_whoever_waits_is_told_though_the_cloud_is_up(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, cloud: Cloud
) -> None:
    easel.changes["cloud_overflow_seconds"] = 600.0
    comfyui.hold()
    async with easel.running() as bot:
        await ready(bot)
        messages = await ask(discord_server, *COLOURS[:3])
        await messages[2].wait(shows("2 jobs before yours"))
        await comfyui.stop()
        await messages[2].wait(shows(DOWN))
        queue = await discord_server.person("bob").slash("queue")
        await comfyui.restart()
        for message in messages:
            await message.wait(finished, timeout=20)

    assert DOWN in queue.message.text
    assert not cloud.count("POST", "/jobs")


async def test_a_cloud_that_takes_no_more_for_now_is_said_to_be_full(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, cloud: Cloud
) -> None:
    cloud.front = says(429, "queue_full", retry_after=60)
    comfyui.hold()
    async with easel.running() as bot:
        await ready(bot)
        messages = await ask(discord_server, *COLOURS[:3])
        await cloud.asked_for("POST", "/jobs")
        async with asyncio.timeout(10):
            while bot.pool.backends[1].busy is None:
                await bot.pool.changed()
        answer = await discord_server.person("olivia").slash("backends list")
        servers = await answer.wait(lambda message: bool(message.text))
        comfyui.release()
        for message in messages:
            await message.wait(finished, timeout=20)

    assert "· up\n⚠️ The cloud takes no more jobs at the moment." in servers.text
    assert cloud.count("POST", "/jobs") == 1


async def test_a_cloud_without_credits_is_said_to_have_none_for_however_long(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, cloud: Cloud
) -> None:
    cloud.front = says(402, "insufficient_credits")
    easel.changes["backend_lost_seconds"] = 0.1
    comfyui.hold()
    async with easel.running() as bot:
        await ready(bot)
        messages = await ask(discord_server, *COLOURS[:3])
        async with asyncio.timeout(20):
            while not bot.pool.lost:
                await bot.pool.changed()
        answer = await discord_server.person("olivia").slash("backends list")
        servers = await answer.wait(lambda message: bool(message.text))
        comfyui.release()
        for message in messages:
            await message.wait(finished, timeout=20)

    assert "⚠️ The cloud account has no credits left." in servers.text


async def test_a_job_in_the_cloud_is_followed_on_after_a_restart(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, cloud: Cloud, elsewhere: Simulator
) -> None:
    comfyui.hold()
    elsewhere.hold()
    easel.changes["drain_seconds"] = 0.0
    async with easel.running() as bot:
        await ready(bot)
        messages = await ask(discord_server, *COLOURS[:3])
        await cloud.asked_for("GET", "/events")
    elsewhere.release()
    async with easel.running():
        await asyncio.wait_for(_first(messages), 20)
        comfyui.release()
        for message in messages:
            await message.wait(finished, timeout=20)

    assert cloud.count("POST", "/jobs") == 1
    assert [colour(message) for message in messages] == list(COLOURS[:3])


async def test_a_crash_before_the_clouds_answer_delivers_one_result(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, cloud: Cloud, elsewhere: Simulator
) -> None:
    """Nobody knows then under which id it is there: it may run there twice."""

    async def never_answer(request: web.Request, handler: Handler) -> web.StreamResponse | None:
        if request.method == "POST" and request.path.endswith("/jobs"):
            await handler(request)
            taken.set()
            await asyncio.Event().wait()
        return None

    taken = asyncio.Event()
    cloud.front = never_answer
    comfyui.hold()
    easel.changes["drain_seconds"] = 0.0
    async with easel.running() as bot:
        await ready(bot)
        messages = await ask(discord_server, *COLOURS[:3])
        await asyncio.wait_for(taken.wait(), 20)
    cloud.front = None
    async with easel.running():
        await asyncio.wait_for(_first(messages), 20)
        comfyui.release()
        for message in messages:
            await message.wait(finished, timeout=20)

    jobs = await easel.jobs()
    assert len(elsewhere.executed) == 2
    assert all(job.state is JobState.DONE and job.delivered for job in jobs)
    assert [colour(message) for message in messages] == list(COLOURS[:3])
    assert len(discord_server.messages("general")) == 3


async def test_a_file_that_a_person_attached_goes_along(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel, cloud: Cloud
) -> None:
    picture = BytesIO()
    Image.new("RGB", (64, 64), (9, 8, 7)).save(picture, "PNG")
    graph = {"1": entry("LoadImage", "Picture", image="a.png"), "2": CANVAS["2"]}
    easel.add_workflow("copy", graph, _COPY)
    comfyui.hold()
    async with easel.running() as bot:
        await ready(bot)
        alice = discord_server.person("alice")
        messages = [await begun(await alice.slash("copy", image=("fox.png", picture.getvalue()))) for _ in range(3)]
        done = messages[await asyncio.wait_for(_first(messages), 20)]
        comfyui.release()
        for message in messages:
            await message.wait(finished, timeout=20)

    assert cloud.count("POST", "/assets") == 1
    assert colour(done) == 0x090807


_COPY = """
description = "Copy a picture"

[[option]]
name = "image"
type = "image"
help = "Which one"
targets = "Picture.image"
required = true
"""


async def _first(messages: list[Message]) -> int:
    """The number of the one that ends first."""
    waits = [asyncio.ensure_future(message.wait(finished, timeout=20)) for message in messages]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    number = next(number for number, wait in enumerate(waits) if wait.done())
    for wait in waits:
        wait.cancel()
    await asyncio.gather(*waits, return_exceptions=True)
    return number
