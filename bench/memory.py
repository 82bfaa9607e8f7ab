"""What the bot's process holds, idle and after a thousand jobs."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from time import perf_counter

import psutil

from bench.figures import Figure, Target
from bench.stage import Stage, staged

MOST, GROWTH = 100, 10  # MB (10^6 bytes)
JOBS, AT_ONCE = 1000, 16
SETTLE = 2.0  # seconds
TINY: dict[str, object] = {"prompt": "a fox in the snow", "size": "256x256", "steps": 1}


async def measure(runs: int) -> list[Figure]:
    """The same process before any job and after the last; each run is one look at it."""
    async with staged(latency=0.0) as stage:
        stage.comfyui.pace = replace(stage.comfyui.pace, preview=64)
        idle = await _looks(stage, runs)
        began = perf_counter()
        await _serve(stage)
        took = perf_counter() - began
        after = await _looks(stage, runs)
    limit, growth = Target("<=", MOST, "every run"), Target("<=", GROWTH, "every run")
    return [
        Figure("memory: idle (MB)", idle, limit, digits=1),
        Figure(f"memory: after {JOBS:,} jobs (MB)", after, limit, digits=1),
        Figure("memory: grown by (MB)", [b - a for a, b in zip(idle, after, strict=True)], growth, digits=1),
        Figure(f"memory: jobs per second, {AT_ONCE} at once", [JOBS / took], digits=1),
    ]


async def _looks(stage: Stage, count: int) -> list[float]:
    process = psutil.Process(stage.bot.pid)
    found = []
    await asyncio.sleep(SETTLE)
    for _ in range(count):
        await asyncio.sleep(0.1)
        found.append(process.memory_info().rss / 1e6)
    return found


async def _serve(stage: Stage) -> None:
    left = iter(range(JOBS))

    async def ask() -> None:
        for _ in left:
            await stage.imagine(TINY)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(ask())
