"""/backends and backends.toml: what whoever runs the bot does with servers while jobs run."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer
from bot.text import speaking
from bot.ui.backends import backends_text
from tests.whole.conftest import SD15, Easel, finished, listed, shows
from tests.whole.restarts import imagine, running

KEPT = (
    "⚠️ Whoever runs the bot has paused the servers that could run this. It keeps its place and begins when they go on."
)


@pytest.fixture
async def second(tmp_path: Path) -> AsyncIterator[Simulator]:
    async with Simulator(data_dir=tmp_path / "second", models=SD15) as simulator:
        yield simulator


@pytest.fixture
def file(easel: Easel, tmp_path: Path) -> Path:
    path = tmp_path / "files" / "backends.toml"
    path.parent.mkdir()
    easel.changes["backends_file"] = path
    return path


async def asked(server: DiscordServer, command: str, **values: object) -> str:
    answer = await server.person("olivia").slash(f"backends {command}", values=values)
    return (await answer.wait(lambda message: bool(message.text))).text


async def names(bot: EaselBot, count: int) -> list[str]:
    """Those there are, once there are so many."""
    async with asyncio.timeout(20):
        while len(bot.pool.backends) != count:
            await bot.pool.changed()
    return [backend.name for backend in bot.pool.backends]


async def test_a_paused_server_gets_nothing_new_over_a_restart_until_it_is_resumed(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        shown = await asked(discord_server, "list")
        said = await asked(discord_server, "pause", backend=comfyui.url)
        message = await imagine(discord_server)
        await message.wait(shows(KEPT))
        queue = await discord_server.person("bob").slash("queue")
    async with easel.running() as bot:
        await listed(bot)
        paused = await asked(discord_server, "list")
        again = await asked(discord_server, "pause", backend=comfyui.url)
        before = list(comfyui.executed)
        resumed = await asked(discord_server, "resume", backend=comfyui.url)
        await message.wait(finished)

    assert f"{comfyui.url}` · up, ComfyUI 0.33.0" in shown
    assert "gets no new jobs" in said
    assert "Paused by <@" in paused
    assert "is paused already" in again
    assert queue.message.text.startswith(KEPT)
    assert "⚠️ next" in queue.message.text
    assert before == []
    assert "gets jobs again" in resumed
    assert message.images


async def test_free_unloads_the_models_or_says_why_not(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        freed = await asked(discord_server, "free", backend=comfyui.url)
        comfyui.faults.down = True
        failed = await asked(discord_server, "free", backend=comfyui.url)
        unknown = await asked(discord_server, "free", backend="http://nowhere")

    assert "unloads its models" in freed
    assert any(request.path.endswith("/free") for request in comfyui.requests)
    assert "ComfyUI does not answer" in failed
    assert "There is no such server" in unknown


async def test_a_server_that_was_given_up_is_said_so_and_amounts_are_as_in_the_language(
    easel: Easel, second: Simulator
) -> None:
    easel.urls = (*easel.urls, second.url)
    easel.changes["backend_lost_seconds"] = 0.1
    second.faults.down = True
    async with easel.running() as bot:
        await listed(bot)
        async with asyncio.timeout(20):
            while not bot.pool.lost:
                await bot.pool.changed()
        with speaking("de"):
            there, away = (await backends_text(bot)).split(f"`{second.url}`")

    assert re.search(r"\d,\d von", there)
    assert "nicht erreichbar" in away
    assert "Aufträge warten" not in away


async def test_a_server_whose_jobs_can_go_nowhere_else_is_not_said_to_be_given_up(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    easel.changes["backend_lost_seconds"] = 0.1
    comfyui.faults.down = True
    async with easel.running() as bot:
        async with asyncio.timeout(20):
            while not bot.pool.lost:
                await bot.pool.changed()
        shown = await asked(discord_server, "list")

    assert "· away\n⚠️ ComfyUI does not answer. Jobs wait and run when it is back.\n" in shown


async def test_a_server_that_is_woken_is_said_to_be(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator
) -> None:
    comfyui.faults.down = True
    async with easel.running() as bot:
        async with asyncio.timeout(20):
            while bot.pool.backends[0].problem is None:
                await bot.pool.changed()
        bot.pool.waking.add(comfyui.url)
        shown = await asked(discord_server, "list")

    assert "· away\n⚠️ The computer that runs ComfyUI was asleep and is being woken." in shown


def write(path: Path, *simulators: Simulator) -> None:
    """As somebody who saves it: whole, and not the same file."""
    text = "".join(f'[[backend]]\nurl = "{simulator.url}"\n' for simulator in simulators)
    path.with_suffix(".new").write_text(text, "utf-8")
    path.with_suffix(".new").replace(path)


async def test_a_server_that_is_taken_out_ends_what_it_runs_and_gives_away_what_waits_there(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator, second: Simulator, file: Path
) -> None:
    write(file, comfyui)
    easel.urls = (second.url,)
    second.faults.down = True
    async with easel.running() as bot:
        async with asyncio.timeout(10):
            await bot.pool.backends[1].wait_up()
        runs = await running(discord_server, comfyui)
        waits = await imagine(discord_server, "bob")
        async with asyncio.timeout(10):
            while len(bot.runner.board.runs) < 2:
                await bot.pool.changed()
        write(file)
        second.faults.down = False
        await waits.wait(finished)
        comfyui.release()
        await runs.wait(finished)
        left = await names(bot, 1)
        write(file, comfyui)
        both = await names(bot, 2)

    jobs = {job.place.message_id: job.id for job in await easel.jobs()}
    assert comfyui.executed == [jobs[runs.id]]
    assert second.executed == [jobs[waits.id]]
    assert runs.images
    assert waits.images
    assert not any("does not answer" in version.text for version in waits.versions)
    assert (left, both) == ([second.url], [second.url, comfyui.url])


async def test_a_mistake_in_the_file_leaves_the_servers_as_they_were(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator, file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with easel.running() as bot:
        await listed(bot)
        mistaken(file)
        async with asyncio.timeout(20):
            while "The servers stay as they were" not in caplog.text:
                await asyncio.wait([bot.pool.changed()], timeout=0.1)
        left = [backend.name for backend in bot.pool.backends]

    assert left == [comfyui.url]
    assert "[[backend]] 1, mac: write six pairs" in caplog.text


def mistaken(path: Path) -> None:
    path.write_text('[[backend]]\nurl = "http://127.0.0.1:1"\nmac = "no"\n', "utf-8")
