"""Ten short jobs at once: how much longer than the GPU needs for them."""

from __future__ import annotations

import asyncio

from bench.figures import Figure, Target
from bench.stage import Stage, staged

JOBS, SECONDS, RATIO = 10, 0.3, 1.2
SMALL: dict[str, object] = {"prompt": "a fox in the snow", "size": "256x256", "steps": 5}


async def measure(runs: int) -> list[Figure]:
    """Ten people in two channels, without rate limits; from the first command to the last final edit."""
    async with staged() as stage:
        for number in range(JOBS):
            stage.discord.add_person(f"person{number}")
        await stage.imagine(SMALL)
        stage.clock.seconds = SECONDS
        done = [await _burst(stage) for _ in range(runs)]
    spans = [span for _busy, span in done]
    return [
        Figure("burst: ten jobs on the server, the sum (s)", [busy for busy, _span in done], digits=2),
        Figure("burst: first command to last final edit (s)", spans, Target("<=", JOBS * SECONDS * RATIO), digits=2),
    ]


async def _burst(stage: Stage) -> tuple[float, float]:
    """Seconds the server worked, and seconds all of it took."""
    people = [stage.imagine(SMALL, person=f"person{n}", channel=("general", "art")[n % 2]) for n in range(JOBS)]
    done = await asyncio.gather(*people)
    return sum(one.span for one in done), max(one.answered for one in done) - min(one.began for one in done)
