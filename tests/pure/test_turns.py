"""Whose turn it is: nobody waits for all of somebody's jobs, and a weight brings a person's own closer together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.queue import Turns


def order(asked: list[tuple[int, float]], seconds: float = 10.0) -> list[int]:
    """Who comes when, for (person, weight) in the order of asking, all at about the same time."""
    turns = Turns()
    tags = [(turns.take(who, 1000 + at / 1000, seconds, weight), at, who) for at, (who, weight) in enumerate(asked)]
    return [who for _tag, _at, who in sorted(tags)]


def test_somebody_who_comes_later_does_not_wait_for_all_of_anothers_jobs() -> None:
    assert order([(1, 1.0)] * 5 + [(2, 1.0)]) == [1, 2, 1, 1, 1, 1]


def test_a_weight_of_two_comes_twice_as_often() -> None:
    assert order([(1, 1.0)] * 4 + [(2, 2.0)] * 8) == [1, 2, 2, 1, 2, 2, 1, 2, 2, 1, 2, 2]


def test_who_asks_after_a_while_comes_when_they_ask() -> None:
    turns = Turns()
    first = turns.take(1, 1000.0, 10.0, 1.0)
    later = turns.take(1, 1011.0, 10.0, 1.0)

    assert (first, later) == (1000.0, 1011.0)


@given(st.lists(st.tuples(st.integers(1, 4), st.sampled_from([0.5, 1.0, 2.0, 5.0])), max_size=40))
def test_a_persons_own_jobs_keep_their_order_and_nobody_is_before_their_time(asked: list[tuple[int, float]]) -> None:
    turns = Turns()
    seen: dict[int, float] = {}
    for at, (who, weight) in enumerate(asked):
        tag = turns.take(who, 1000.0 + at, 10.0, weight)
        assert tag >= 1000.0 + at
        assert tag > seen.get(who, 0.0)
        seen[who] = tag


@given(st.integers(1, 60), st.floats(0.1, 100))
def test_the_first_job_of_somebody_else_comes_second_whatever_the_weight(many: int, weight: float) -> None:
    """As long as those before take a while: it is behind what arrived before it, and before what comes in turn."""
    assert order([(1, min(weight, 5.0))] * many + [(2, 1.0)]).index(2) <= 1
