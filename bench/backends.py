"""The same jobs on one server and on two: how many more are done in the same time."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from bench.clock import Clock
from bench.figures import Figure, Target
from bench.processes import running_bot
from bench.stage import PATIENCE, BenchFailed, ended
from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer

JOBS, SECONDS, RATIO = 24, 0.8, 1.9
MOST = 3  # runs: each takes half a minute
SMALL: dict[str, object] = {"prompt": "a fox in the snow", "size": "256x256", "steps": 5}


async def measure(runs: int) -> list[Figure]:
    """As many people with one job each; from when a server begins the first until the last one is done."""
    spans = [(await _span(1), await _span(2)) for _ in range(min(runs, MOST))]
    ratios = [one / two for one, two in spans]
    return [
        Figure("backends: many jobs on one server (s)", [one for one, _two in spans], digits=2),
        Figure("backends: on two servers (s)", [two for _one, two in spans], digits=2),
        Figure("backends: two servers against one", ratios, Target(">=", RATIO), digits=2),
    ]


async def _span(servers: int) -> float:
    """Seconds that all jobs take on so many."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="easel-bench-")))
        discord = await stack.enter_async_context(DiscordServer(latency=0.0))
        simulators = [
            await stack.enter_async_context(Simulator(data_dir=folder / f"comfyui{number}"))
            for number in range(servers)
        ]
        clocks = [Clock(simulator, discord) for simulator in simulators]
        settings = {
            "DISCORD_TOKEN": discord.token,
            "DISCORD_API_URL": discord.url,
            "COMFYUI_URLS": ",".join(simulator.url for simulator in simulators),
        }
        await stack.enter_async_context(running_bot(folder / "bot", settings))
        async with asyncio.timeout(PATIENCE):
            await discord.wait_ready(PATIENCE)
            await asyncio.gather(*(one.wait_for("http", path="/api/object_info") for one in simulators))
        for number in range(JOBS):
            discord.add_person(f"person{number}")
        await asyncio.gather(*(_imagine(discord, f"person{number}", number) for number in range(servers * 2)))
        for clock in clocks:
            clock.seconds = SECONDS
            clock.begins.clear()
        await asyncio.gather(*(_imagine(discord, f"person{number}", 100 + number) for number in range(JOBS)))
        began = min(time for clock in clocks for time in clock.begins.values())
        return max(time for clock in clocks for time in clock.ends.values()) - began


async def _imagine(discord: DiscordServer, person: str, seed: int) -> None:
    answer = await discord.person(person).slash("imagine", timeout=PATIENCE, values={"seed": seed, **SMALL})
    message = await answer.wait(ended, timeout=PATIENCE)
    if not message.files:
        raise BenchFailed(f"/imagine ended without a picture: {message.text}")
