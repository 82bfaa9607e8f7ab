"""What one job costs in Discord requests, and what a person sees for them."""

from __future__ import annotations

from bench.figures import Figure, Target
from bench.stage import TYPICAL, Result, staged

SECONDS = 4.0
REQUESTS, STATES = 5, 3


async def measure(runs: int) -> list[Figure]:
    """A job of four seconds on an idle server, again and again."""
    async with staged() as stage:
        await stage.take(SECONDS, TYPICAL)
        done = [await stage.imagine(TYPICAL) for _ in range(runs)]
        spans = [one.ended - stage.begins[one.prompt_id] for one in done]
    return [
        Figure("requests: the job on the server (s)", spans, digits=2),
        Figure(
            "requests: Discord requests per job",
            [len(one.requests) for one in done],
            Target("<=", REQUESTS, "every run"),
        ),
        Figure("requests: states a person sees", [_states(one) for one in done], Target(">=", STATES, "every run")),
        Figure("requests: of these with a preview", [_previews(one) for one in done], Target(">=", 1, "every run")),
    ]


def _states(done: Result) -> int:
    """Distinct ones; Discord's own "thinking" is none."""
    return len({version[1:] for version in done.message.versions if version.text})


def _previews(done: Result) -> int:
    return sum(version.n_files > 0 for version in done.message.versions[:-1])
