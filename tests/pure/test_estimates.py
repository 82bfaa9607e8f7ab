"""How long a workflow takes, learned from the jobs that finished."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.estimates import REMEMBERED, Estimates, remaining

SECONDS = st.floats(0, 10_000)


class Kept:
    """Durations by workflow, newest first, as the store hands them out."""

    def __init__(self, **known: list[float]) -> None:
        self.known = known
        self.asked: list[str] = []

    async def durations(self, workflow: str, limit: int = REMEMBERED) -> list[float]:
        self.asked.append(workflow)
        return self.known.get(workflow, [])[:limit]


async def test_the_median_of_earlier_runs_is_read_once() -> None:
    kept = Kept(imagine=[9.0, 1.0, 5.0])
    estimates = Estimates(kept)

    await estimates.load("imagine")
    await estimates.load("imagine")

    assert estimates.of("imagine") == 5.0
    assert kept.asked == ["imagine"]


async def test_an_unknown_workflow_has_no_estimate() -> None:
    estimates = Estimates(Kept())

    await estimates.load("imagine")

    assert estimates.of("imagine") is None
    assert estimates.of("upscale") is None


async def test_new_runs_push_out_the_oldest() -> None:
    estimates = Estimates(Kept(imagine=[1.0] * REMEMBERED))
    await estimates.load("imagine")

    for _ in range(REMEMBERED):
        estimates.learn("imagine", 7.0)

    assert estimates.of("imagine") == 7.0


def test_a_run_that_is_a_quarter_done_needs_three_times_what_it_took() -> None:
    assert remaining(usual=100.0, elapsed=5.0, fraction=0.25) == 15.0


def test_a_run_that_has_hardly_begun_needs_what_is_usual() -> None:
    assert remaining(usual=100.0, elapsed=5.0, fraction=0.1) == 95.0
    assert remaining(usual=None, elapsed=5.0, fraction=0.1) is None


@given(usual=st.none() | SECONDS, elapsed=SECONDS, fraction=st.floats(0, 1))
def test_what_remains_is_never_below_zero(usual: float | None, elapsed: float, fraction: float) -> None:
    left = remaining(usual=usual, elapsed=elapsed, fraction=fraction)

    assert left is None or left >= 0
