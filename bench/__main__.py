"""`python -m bench [starts lag burst ...] [--runs N]`: measure, print, exit 1 on a missed figure."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from time import perf_counter
from typing import Any

from bench import backends, burst, events, flow, lag, memory, requests, starts, waiting
from bench.figures import Figure, table
from bench.stage import BenchFailed
from bot.signals import on_stop_signals

ALL: dict[str, Callable[[int], Awaitable[list[Figure]]]] = {
    "starts": starts.measure,
    "lag": lag.measure,
    "requests": requests.measure,
    "burst": burst.measure,
    "backends": backends.measure,
    "events": events.measure,
    "memory": memory.measure,
    "flow": flow.measure,
    "waiting": waiting.measure,
}


def main() -> None:
    """Exit code 1 for a missed figure, 2 where something did not work at all."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Easel on loopback.")
    parser.add_argument("figures", nargs="*", metavar="figure", help=f"some of {', '.join(ALL)}; all if left out")
    parser.add_argument("--runs", type=int, default=10, help="how often each is measured (10)")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.figures if name not in ALL]
    if unknown or chosen.runs < 1:
        parser.error(f"there are {', '.join(ALL)}, and --runs of at least 1")
    try:
        figures = asyncio.run(stoppable(measure(chosen.figures or list(ALL), chosen.runs)))
    except BenchFailed as failure:
        print(f"bench: {failure}", file=sys.stderr)
        sys.exit(2)
    except (asyncio.CancelledError, KeyboardInterrupt):
        sys.exit(130)
    print(table(figures))
    missed = [figure.name for figure in figures if figure.missed]
    if missed:
        sys.exit(f"missed: {'; '.join(missed)}")


async def stoppable(work: Coroutine[Any, Any, list[Figure]]) -> list[Figure]:
    """Cancelled by Ctrl+C and SIGTERM, so that no process and no file stays behind."""
    task = asyncio.ensure_future(work)

    def stop() -> None:
        task.cancel()

    with on_stop_signals(stop):
        return await task


async def measure(names: list[str], runs: int) -> list[Figure]:
    """One after the other, so that none disturbs another."""
    figures: list[Figure] = []
    for name in names:
        began = perf_counter()
        figures += await ALL[name](runs)
        print(f"{name}: measured in {perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return figures


if __name__ == "__main__":
    main()
