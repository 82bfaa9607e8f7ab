"""Whose turn it is: nobody waits for all of somebody's jobs, and a weight brings a person's own closer together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.queue import JobQueue
from bot.jobs.waiting import Waiting, waiting
from tests.pure.jobs import make_job

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


class Line:
    """A queue, and jobs that arrive in it one after another."""

    def __init__(self) -> None:
        self.queue = JobQueue()
        self.count = 0
        self.template = waiting(make_job())

    def ask(self, who: int, seconds: float = 10.0, weight: float = 1.0) -> Waiting:
        self.count += 1
        job_id, at = f"{self.count:06}", BEGAN + timedelta(seconds=self.count)
        turn = self.queue.turn(job_id, who, seconds / weight, at)
        job = replace(
            self.template,
            id=job_id,
            user_id=who,
            tag=turn.tag,
            first=turn.first,
            cost=seconds / weight,
            created_at=at,
        )
        self.queue.put(job)
        return job

    def take(self) -> Waiting:
        job = next(iter(self.queue))
        self.queue.take(job.id)
        return job

    def finish(self) -> int:
        """The next job runs and ends; whose it was."""
        job = self.take()
        self.queue.end(job.id)
        return job.user_id

    def rest(self) -> list[int]:
        """Whose jobs come next, until there are none."""
        return [self.take().user_id for _ in range(len(self.queue))]


def order(asked: list[tuple[int, float]]) -> list[int]:
    """Who comes when, for (person, weight) in the order of asking, all at about the same time."""
    line = Line()
    for who, weight in asked:
        line.ask(who, weight=weight)
    return line.rest()


def test_somebody_who_comes_later_does_not_wait_for_all_of_anothers_jobs() -> None:
    assert order([(1, 1.0)] * 5 + [(2, 1.0)]) == [1, 2, 1, 1, 1, 1]


def test_a_weight_of_two_comes_twice_as_often() -> None:
    assert order([(1, 1.0)] * 4 + [(2, 2.0)] * 8) == [1, 2, 2, 1, 2, 2, 1, 2, 2, 1, 2, 2]


@given(
    st.lists(st.tuples(st.integers(1, 4), st.floats(0.1, 500), st.sampled_from([0.1, 1.0, 10.0])), max_size=30),
    st.lists(st.tuples(st.integers(5, 7), st.floats(0.1, 500), st.sampled_from([0.1, 1.0, 10.0])), max_size=60),
    st.integers(0, 20),
)
def test_a_first_job_waits_for_at_most_one_of_anybody_elses(
    before: list[tuple[int, float, float]], later: list[tuple[int, float, float]], taken: int
) -> None:
    """Whatever they take, weigh, and whether they came before or come later."""
    line = Line()
    for asked in before:
        line.ask(*asked)
    for _ in range(min(taken, len(line.queue))):
        line.finish()
    line.ask(99)
    for asked in later:
        line.ask(*asked)
    everybody = line.rest()
    ahead = everybody[: everybody.index(99)]

    assert all(ahead.count(who) <= 1 for who in ahead)


def test_what_somebody_has_on_a_backend_counts_as_the_one_that_comes_before_anothers_first() -> None:
    """Also where somebody's long job has moved the virtual time far past what waits."""
    line = Line()
    for _ in range(3):
        line.ask(1, 0.1)
    line.ask(2, 500.0)
    taken = [line.take().user_id, line.take().user_id]
    line.ask(3)

    assert taken == [1, 2]
    assert line.rest() == [3, 1, 1]


@given(st.sampled_from([0.25, 0.5, 1.0, 2.0, 4.0]), st.sampled_from([0.25, 1.0, 3.0]), st.integers(1, 60))
def test_shares_follow_the_weights_within_one_job(one: float, other: float, runs: int) -> None:
    """Of two people who always have something waiting; in seconds for each of a weight's parts."""
    line = Line()
    got = {1: 0.0, 2: 0.0}
    for who, weight in ((1, one), (2, other)) * 2:
        line.ask(who, weight=weight)
    for _ in range(runs):
        who = line.finish()
        weight = one if who == 1 else other
        got[who] += 10.0 / weight
        line.ask(who, weight=weight)

    assert abs(got[1] - got[2]) <= 10.0 / one + 10.0 / other


@given(st.integers(1, 20), st.integers(1, 5), st.floats(1, 100))
def test_nobody_starves_while_others_keep_coming_for_the_first_time(mine: int, crowd: int, seconds: float) -> None:
    line = Line()
    for _ in range(mine):
        line.ask(1)
    newcomer = 100
    for _ in range(int(mine * 30 * (crowd + 2) / seconds) + 10 * (mine + crowd)):
        for _ in range(crowd - sum(job.user_id != 1 for job in line.queue)):
            newcomer += 1
            line.ask(newcomer, seconds)
        line.finish()

    assert all(job.user_id != 1 for job in line.queue)


@given(st.integers(2, 20), st.data())
def test_a_cancelled_job_takes_nothing_of_its_persons_share(many: int, data: st.DataObject) -> None:
    """Who takes some back is where they would be had they never asked for them."""
    gone = data.draw(st.sets(st.integers(0, many - 1), max_size=many - 1))
    line, other = Line(), Line()
    mine = [line.ask(1) for _ in range(many)]
    for number in gone:
        line.queue.remove(mine[number].id)
    for _ in range(many - len(gone)):
        other.ask(1)

    assert [job.tag for job in line.queue] == [job.tag for job in other.queue]


@given(st.lists(st.tuples(st.integers(1, 4), st.floats(0.1, 100)), max_size=30), st.integers(0, 10))
def test_a_restart_gives_the_same_order(asked: list[tuple[int, float]], taken: int) -> None:
    line = Line()
    for who, seconds in asked:
        line.ask(who, seconds)
    for _ in range(min(taken, len(line.queue))):
        line.take()
    again = JobQueue()
    for job in line.queue.begun.values():
        again.begin(job)
    for job in reversed(list(line.queue)):
        again.put(job)

    assert again.order() == line.queue.order()
    turns = [[queue.turn(f"{who}", who, 1.0, BEGAN).first for who in range(1, 6)] for queue in (again, line.queue)]
    assert turns[0] == turns[1]
