"""How long the stand-ins take to start: the simulator until it answers, a Chromium until it has drawn a page."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

from bench.figures import Figure, Target
from bench.processes import running_module
from bench.stage import BenchFailed
from tests.whole.chromium import find_browser, launched

MOST = Target("<=", 3000)


async def measure(runs: int) -> list[Figure]:
    """A process of its own for every start; without a Chromium its row is left out."""
    figures = [Figure("starts: the simulator answers (ms)", await _times(_simulator, runs), MOST)]
    program = find_browser()
    if program is None:
        print("starts: there is no Chromium here to measure", file=sys.stderr)
        return figures
    return [*figures, Figure("starts: Chromium has a page (ms)", await _times(lambda: _chromium(program), runs), MOST)]


async def _times(start: Callable[[], Awaitable[float]], runs: int) -> list[float]:
    """In ms, after one that fills the system's caches."""
    await start()
    return [await start() * 1000 for _ in range(runs)]


async def _simulator() -> float:
    began = perf_counter()
    async with running_module("bench.starts") as process:
        if process.stdin is None or process.stdout is None or not await process.stdout.readline():
            raise BenchFailed("the simulator ended at once")
        seconds = perf_counter() - began
        process.stdin.close()
        await process.wait()
    return seconds


async def _chromium(program: str) -> float:
    """With the driver that steers it."""
    began = perf_counter()
    async with launched(program) as browser:
        page = await browser.new_page()
        await page.set_content("<h1>Easel</h1>")
        return perf_counter() - began


async def _serve() -> None:
    """Until the input ends; a line goes out when the simulator has answered."""
    import aiohttp

    from bot.comfy.simulator import Simulator

    with tempfile.TemporaryDirectory(prefix="easel-bench-") as folder:
        async with Simulator(data_dir=Path(folder)) as simulator, aiohttp.ClientSession() as session:
            async with session.get(f"{simulator.url}/api/system_stats") as answer:
                answer.raise_for_status()
            print(flush=True)
            await asyncio.to_thread(sys.stdin.readline)


if __name__ == "__main__":
    asyncio.run(_serve())
