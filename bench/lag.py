"""How long the picture of a finished job is on its way, against the least a program could do."""

from __future__ import annotations

import json
from asyncio.subprocess import Process
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any
from uuid import uuid4

from bench.figures import Figure, Target
from bench.grain import add_grain
from bench.processes import running_module
from bench.stage import TYPICAL, BenchFailed, Stage, staged

RATIO = 1.15
SHORTEST, LONGEST = 2.0, 3.6  # seconds; one pace of edits apart, so that jobs end at every point between two edits
BARE_SECONDS = 1.0  # nothing that the bare client does depends on how long the job took


@dataclass(frozen=True)
class Task:
    """What the bot did for one job, for the bare client to do again."""

    graph: Mapping[str, Any]
    edit: str
    payload: Mapping[str, Any]


async def measure(runs: int) -> list[Figure]:
    """The bot and the bare client in turns, the bare one with the pictures of the bot's turn before."""
    bots: list[float] = []
    bares: list[float] = []
    async with staged() as stage, running_module("bench.bare", stage.comfyui.url) as bare:
        add_grain(stage.comfyui)
        await _answer(bare)
        tasks = [(await _draw(stage, 0.0))[1]]
        await stage.imagine(TYPICAL)
        await _repeat(stage, bare, tasks[0])
        for run in range(runs):
            share = (run * 7 % runs) / max(1, runs - 1)
            lag, task = await _draw(stage, SHORTEST + (LONGEST - SHORTEST) * share)
            tasks.append(task)
            bots.append(lag)
            # never the job that ran last: ComfyUI would still have everything it made
            bares.append(await _repeat(stage, bare, tasks[-2]))
    return [
        Figure("lag: the bot, job done to final edit (ms)", [lag * 1000 for lag in bots]),
        Figure("lag: bare client, the same calls (ms)", [lag * 1000 for lag in bares]),
        Figure("lag: ratio of the medians", [median(bots) / median(bares)], Target("<=", RATIO), digits=2),
    ]


async def _draw(stage: Stage, seconds: float) -> tuple[float, Task]:
    """The bot's lag for a job of that many seconds, and what it did for it."""
    stage.clock.seconds = seconds
    done = await stage.imagine(TYPICAL)
    edit = done.requests[-1]
    if not isinstance(edit.payload, dict):
        raise BenchFailed("the final edit had no components")
    url = f"{stage.discord.url}/api/v10{edit.path}"
    return done.lag, Task(stage.graph_of(done.prompt_id), url, edit.payload)


async def _repeat(stage: Stage, bare: Process, task: Task) -> float:
    """The bare client's seconds from the job's end to Discord's answer."""
    stage.clock.seconds = BARE_SECONDS
    prompt_id = str(uuid4())
    asked = {"graph": task.graph, "prompt_id": prompt_id, "edit": task.edit, "payload": task.payload}
    if bare.stdin is None:
        raise BenchFailed("the bare client does not listen")
    bare.stdin.write(json.dumps(asked).encode() + b"\n")
    await _answer(bare)
    path = task.edit.removeprefix(f"{stage.discord.url}/api/v10")
    return stage.clock.answers[path] - stage.clock.ends[prompt_id]


async def _answer(bare: Process) -> None:
    if bare.stdout is None or not await bare.stdout.readline():
        raise BenchFailed("the bare client ended")
