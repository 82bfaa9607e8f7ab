"""How many of ComfyUI's frames one core takes in per second: parsed, and folded into a job's progress."""

from __future__ import annotations

from time import perf_counter
from uuid import uuid4

from bench.bare import Bare
from bench.figures import Figure, Target
from bench.stage import TYPICAL, imagine_graph
from bot.comfy.parsing import parse
from bot.comfy.simulator import Simulator
from bot.jobs.progress import Progress

#: per second; a busy server sends below 1,000, and a small machine is ten times slower than a desktop
FLOOR = 10_000
AT_LEAST = 0.3  # seconds for each run


async def measure(runs: int) -> list[Figure]:
    """All frames of one job, recorded first: texts of all kinds, and previews of 512 px with their metadata."""
    graph = imagine_graph(TYPICAL, seed=1)
    async with Simulator() as comfyui, Bare.connected(comfyui.url) as bare:
        await bare.run(graph, str(uuid4()))
        frames = bare.frames
    start = Progress.of(graph)
    return [
        Figure("events: parsed per second", [_parsed(frames) for _ in range(runs)], Target(">=", FLOOR)),
        Figure("events: and folded, per second", [_folded(frames, start) for _ in range(runs)], Target(">=", FLOOR)),
        Figure("events: frames of the recorded job", [len(frames)]),
    ]


def _parsed(frames: list[str | bytes]) -> float:
    began, rounds = perf_counter(), 0
    while perf_counter() - began < AT_LEAST:
        for frame in frames:
            parse(frame)
        rounds += 1
    return rounds * len(frames) / (perf_counter() - began)


def _folded(frames: list[str | bytes], start: Progress) -> float:
    began, rounds = perf_counter(), 0
    while perf_counter() - began < AT_LEAST:
        progress = start
        for frame in frames:
            event = parse(frame)
            if event is not None:
                progress = progress.after(event)
        rounds += 1
    return rounds * len(frames) / (perf_counter() - began)
