"""Commands through the whole bot: how soon one is on the server, and how many a second come out as pictures."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import Process
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from time import perf_counter
from typing import Any
from uuid import uuid4

from bench.figures import Figure, percentile
from bench.fleet import AT_ONCE, TINY, per_second
from bench.processes import running_module
from bench.stage import BenchFailed, Stage, staged

ACCEPTS = 100  # commands, one after the other
JOBS = 300


class Posts:
    """When each prompt came to the server, by the loop's time."""

    def __init__(self, stage: Stage) -> None:
        self.times: list[float] = []
        stage.comfyui.on(self._note)

    def _note(self, moment: str, facts: Mapping[str, Any]) -> None:
        if moment == "http" and facts.get("method") == "POST" and str(facts.get("path", "")).endswith("/prompt"):
            self.times.append(asyncio.get_running_loop().time())


async def measure(_runs: int) -> list[Figure]:
    """On SQLite in one process; on PostgreSQL with a gateway and one worker, and two."""
    async with staged(latency=0.0) as stage, running_module("bench.bare", stage.comfyui.url) as bare:
        stage.comfyui.pace = replace(stage.comfyui.pace, preview=64)
        accepts = await _accepts(stage)
        bot = await _per_second(stage)
        alone = await _alone(stage, bare)
    one, two = await per_second()
    return [
        Figure("flow: command to POST, p50 (ms)", [percentile(accepts, 50)]),
        Figure("flow: command to POST, p99 (ms)", [percentile(accepts, 99)]),
        Figure(f"flow: jobs per second, SQLite, {AT_ONCE} at once", [bot], digits=1),
        Figure(f"flow: PostgreSQL, 1 worker, {AT_ONCE} at once", [one], digits=1),
        Figure(f"flow: PostgreSQL, 2 workers, {AT_ONCE} at once", [two], digits=1),
        Figure("flow: jobs per second, a bare loop", [alone], digits=1),
        Figure("flow: SQLite against the bare loop", [bot / alone], digits=2),
        Figure("flow: PostgreSQL, 1 worker, against the bare loop", [one / alone], digits=2),
        Figure("flow: PostgreSQL, 2 workers, against the bare loop", [two / alone], digits=2),
    ]


async def _accepts(stage: Stage) -> list[float]:
    """Milliseconds from the command to its graph's arrival, with nothing else under way."""
    posts, found = Posts(stage), []
    await stage.imagine(TINY)
    for _ in range(ACCEPTS):
        posts.times.clear()
        done = await stage.imagine(TINY)
        if not posts.times:
            raise BenchFailed("nothing was sent to be run")
        found.append((posts.times[0] - done.began) * 1000)
    return found


async def _per_second(stage: Stage) -> float:
    left = iter(range(JOBS))

    async def ask() -> None:
        for _ in left:
            await stage.imagine(TINY)

    began = perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(ask())
    return JOBS / (perf_counter() - began)


async def _alone(stage: Stage, bare: Process) -> float:
    """One after the other without a queue, a database or a person who reads along."""
    if bare.stdin is None or bare.stdout is None:
        raise BenchFailed("the bare client does not listen")
    await bare.stdout.readline()
    done = await stage.imagine(TINY)
    edit = done.requests[-1]
    graph, seeds = stage.graph_of(done.prompt_id), count(10**6)
    began = perf_counter()
    for _ in range(JOBS):
        task = {
            "graph": _reseeded(graph, next(seeds)),
            "prompt_id": str(uuid4()),
            "edit": f"{stage.discord.url}/api/v10{edit.path}",
            "payload": edit.payload,
        }
        bare.stdin.write(json.dumps(task).encode() + b"\n")
        if not await bare.stdout.readline():
            raise BenchFailed("the bare client ended")
    return JOBS / (perf_counter() - began)


def _reseeded(graph: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """Another picture, so that the server has nothing of it already."""
    seeds = {"seed", "noise_seed"}
    return {
        number: {**node, "inputs": {name: seed if name in seeds else value for name, value in node["inputs"].items()}}
        for number, node in graph.items()
    }
