"""What one job costs in Discord requests, and what a person sees for them."""

from __future__ import annotations

from bench.figures import Figure, Target
from bench.grain import add_grain
from bench.stage import TYPICAL, Result, staged

SECONDS = 4.0
REQUESTS = Target("<=", 5, "every run")
STATES = Target(">=", 3, "every run")
PREVIEWS = Target(">=", 1, "every run")


async def measure(runs: int) -> list[Figure]:
    """A job of four seconds on an idle server, again and again."""
    async with staged() as stage:
        add_grain(stage.comfyui)
        await stage.imagine(TYPICAL)
        stage.clock.seconds = SECONDS
        done = [await stage.imagine(TYPICAL) for _ in range(runs)]
    return [
        Figure("requests: the job on the server (s)", [one.span for one in done], digits=2),
        Figure("requests: Discord requests per job", [len(one.requests) for one in done], REQUESTS),
        Figure("requests: states a person sees", [_states(one) for one in done], STATES),
        Figure("requests: of these with a preview", [_previews(one) for one in done], PREVIEWS),
    ]


def _states(done: Result) -> int:
    """Distinct ones; Discord's own "thinking" is none."""
    return len({(version.text, version.n_files) for version in done.message.versions if version.text})


def _previews(done: Result) -> int:
    return sum(version.n_files > 0 for version in done.message.versions[:-1])
