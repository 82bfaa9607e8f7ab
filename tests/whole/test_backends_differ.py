"""Two servers with different models and nodes: each job goes where it can run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer
from tests.whole.conftest import SD15, Easel, finished, graphs, listed
from tests.whole.restarts import imagine

ONLY = "onlyhere_sd15.safetensors"


@pytest.fixture
async def second(tmp_path: Path) -> AsyncIterator[Simulator]:
    models = {**SD15, "checkpoints": (ONLY,)}
    async with Simulator(data_dir=tmp_path / "second", models=models) as simulator:
        yield simulator


def checkpoints(comfyui: Simulator) -> list[str]:
    """The models of the jobs it was sent."""
    inputs = (node["inputs"] for graph in graphs(comfyui) for node in graph.values())
    return [each["ckpt_name"] for each in inputs if "ckpt_name" in each]


async def test_a_model_that_only_the_second_server_has_is_offered_and_runs_there(
    easel: Easel, discord_server: DiscordServer, comfyui: Simulator, second: Simulator
) -> None:
    easel.urls = (*easel.urls, second.url)
    async with easel.running() as bot:
        await listed(bot)
        async with asyncio.timeout(10):
            while len(bot.pool.hosts) < 2:
                await bot.pool.changed()
        alice = discord_server.person("alice")
        choices = await alice.autocomplete("imagine", "model", "onlyhere")
        there = await imagine(discord_server, model=ONLY)
        here = await imagine(discord_server, "bob", model="dreamshaper_8.safetensors")
        for message in (there, here):
            await message.wait(finished)

    assert [choice["value"] for choice in choices] == [ONLY]
    assert checkpoints(second) == [ONLY]
    assert checkpoints(comfyui) == ["dreamshaper_8.safetensors"]
    assert there.images
    assert here.images
