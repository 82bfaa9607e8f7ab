"""Ten thousand jobs that wait: what the bot's process holds then, how soon it is up, how long a position takes."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from uuid import uuid4

import psutil
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.figures import Figure, Target
from bench.processes import running_bot
from bench.stage import TYPICAL, imagine_graph
from bot.comfy.pool import Pool
from bot.comfy.simulator import Simulator
from bot.jobs.board import Board
from bot.jobs.estimates import Estimates
from bot.jobs.job import Job, Place
from bot.jobs.queue import JobQueue
from bot.jobs.rows import to_row
from bot.jobs.store import Store
from bot.jobs.tables import jobs
from bot.playground import DiscordServer
from bot.workflow.needs import needs_of
from bot.workflow.recipe import Recipe
from tests.pure.servers import Screen, Server

JOBS, PEOPLE = 10_000, 1_000
BATCH = 500  # rows in one statement
SETTLE = 3.0  # seconds
GROWTH = 15  # MB (10^6 bytes): 1.5 KB for each, far less than its graph
POSITION, START = Target("<=", 10, "every run"), Target("<=", 5, "every run")


class Idle(Server):
    """A server that is up and of which nothing else is known."""

    catalogue = None
    lacks: frozenset[str] = frozenset()


async def measure(runs: int) -> list[Figure]:
    """The same bot without any job, then with so many: stored before it starts, on a ComfyUI that stands still."""
    with tempfile.TemporaryDirectory(prefix="easel-bench-") as name:
        folder = Path(name)
        async with Simulator(data_dir=folder / "comfyui") as comfyui, DiscordServer(latency=0.0) as discord:
            comfyui.hold()
            _took, empty = await _start(folder / "bot", comfyui, discord)
            url = f"sqlite+aiosqlite:///{(folder / 'bot' / 'data' / 'easel.db').as_posix()}"
            await _plant(url)
            took, full = await _start(folder / "bot", comfyui, discord)
            positions, passes = await _ask(url, runs)
    return [
        Figure("waiting: without a job (MB)", [empty], digits=1),
        Figure(f"waiting: {JOBS:,} jobs (MB)", [full], digits=1),
        Figure("waiting: grown by (MB)", [full - empty], Target("<=", GROWTH, "every run"), digits=1),
        Figure(f"waiting: up with {JOBS:,} jobs (s)", [took], START, digits=2),
        Figure("waiting: the last one's position (ms)", positions, POSITION, digits=2),
        Figure("waiting: everybody's standing, in pieces (ms)", passes, digits=1),
    ]


async def _start(folder: Path, comfyui: Simulator, discord: DiscordServer) -> tuple[float, float]:
    """Seconds until it is connected with its commands, and MB a while later."""
    settings = {"DISCORD_TOKEN": discord.token, "DISCORD_API_URL": discord.url, "COMFYUI_URLS": comfyui.url}
    began = perf_counter()
    async with running_bot(folder, settings) as bot:
        await discord.wait_ready(60)
        took = perf_counter() - began
        await asyncio.sleep(SETTLE)
        memory = psutil.Process(bot.pid).memory_info().rss / 1e6
    return took, memory


async def _plant(url: str) -> None:
    store = await Store.open(url)
    try:
        planted = [to_row(job) for job in _jobs()]
        for begin in range(0, JOBS, BATCH):
            rows = planted[begin : begin + BATCH]
            await store.transact(partial(AsyncConnection.execute, statement=insert(jobs), parameters=rows))
    finally:
        await store.close()


def _jobs() -> Sequence[Job]:
    now = datetime.now(UTC)
    graph = imagine_graph(TYPICAL, 1)
    place = Place(1, 2, 3, 4, "Ada", 5, "a token of no use", now + timedelta(minutes=14))
    template = Job("", "imagine", TYPICAL, 1, graph, place, now, 0.0, cost=10.0, needs=needs_of(graph, Recipe(), {}))
    return [
        replace(
            template,
            id=str(uuid4()),
            tag=10.0 * (number // PEOPLE),
            first=number < PEOPLE,
            created_at=now + timedelta(milliseconds=number),
            place=replace(place, user_id=1000 + number % PEOPLE),
        )
        for number in range(JOBS)
    ]


async def _ask(url: str, runs: int) -> tuple[list[float], list[float]]:
    """In this process, over what is stored: ms for the position of the last one, and for where everybody stands."""
    store = await Store.open(url)
    try:
        queue, pool = JobQueue(), Pool([Idle("http://one"), Idle("http://two")])
        for light in await store.waiting():
            queue.put(light)
        board = Board(queue, pool, Screen(), Estimates(store), store)
        last = queue.order()[-1]
        positions = [_milliseconds(lambda: board.position(last)) for _ in range(runs)]
        passes = [_milliseconds(lambda: sum(1 for _ in board.standings())) for _ in range(runs)]
    finally:
        await store.close()
    return positions, passes


def _milliseconds(act: Callable[[], object]) -> float:
    began = perf_counter()
    act()
    return (perf_counter() - began) * 1000
