"""Jobs that must not begin yet keep their place, and begin when the reason is gone."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.holds import Hold, Holds
from bot.jobs.queue import JobQueue
from bot.jobs.waiting import Waiting, waiting
from tests.pure.jobs import make_job, make_place


@dataclass
class Room:
    """A queue with holds; what is paused and how many each may run is the test's to change."""

    limit: int = 0
    paused: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.holds = Holds(lambda: self.paused, lambda job: self.limit)
        self.queue = JobQueue(self.holds.of)

    def put(self, number: int, user: int = 1, guild: int | None = 1) -> Waiting:
        place = make_place(user_id=user, guild_id=guild)
        job = waiting(make_job(id=f"{number:03}", tag=float(number), place=place))
        self.queue.put(job)
        return job

    def resume(self) -> None:
        self.paused.clear()
        self.holds.forget()
        self.queue.release()

    def begin(self) -> str | None:
        job = next(self.queue.startable(), None)
        if job is not None:
            self.queue.take(job.id)
        return None if job is None else job.id


def test_a_paused_server_holds_its_own_jobs_and_no_others() -> None:
    room = Room(paused={1})
    here, elsewhere, direct = room.put(1), room.put(2, guild=2), room.put(3, guild=None)

    reasons = [room.queue.hold(job) for job in (here, elsewhere, direct)]

    assert reasons == [Hold.PAUSED, None, None]


def test_who_has_enough_on_the_servers_waits_while_others_begin() -> None:
    room = Room(limit=1)
    for number, user in enumerate([1, 1, 2, 1]):
        room.put(number, user)

    begun = [room.begin(), room.begin(), room.begin()]
    room.queue.end("000")

    assert begun == ["000", "002", None]
    assert room.begin() == "001"
    assert room.begin() is None


def test_what_somebody_runs_elsewhere_does_not_count_here() -> None:
    room = Room(limit=1)
    for number, guild in enumerate([1, 2, None]):
        room.put(number, guild=guild)

    assert [room.begin() for _ in range(3)] == ["000", "001", "002"]


def test_only_what_may_begin_counts_as_before() -> None:
    room = Room(paused={1})
    held, first, second = room.put(1), room.put(2, guild=2), room.put(3, guild=2)

    assert [room.queue.position(job.id) for job in (held, first, second)] == [None, 0, 1]


def test_what_servers_set_holds_once_it_is_told() -> None:
    room = Room(paused={1})
    job = room.put(1)
    before = room.queue.hold(job)

    room.resume()
    resumed = room.queue.hold(job)
    room.limit = 1
    room.queue.begin(room.put(2))
    untold = room.queue.hold(job)
    room.resume()

    assert (before, resumed, untold, room.queue.hold(job)) == (Hold.PAUSED, None, None, Hold.ENOUGH)


def test_thousands_of_waiting_jobs_ask_for_a_limit_once() -> None:
    asked: list[str] = []

    def limit(job: Waiting) -> int:
        asked.append(job.id)
        return 1

    holds = Holds(running_limit=limit)

    reasons = {holds.of(waiting(make_job(place=make_place(roles=(1, 2)))), ()) for _ in range(3000)}

    assert reasons == {None}
    assert len(asked) == 1


people = st.tuples(st.integers(1, 3), st.sampled_from([1, 2, None]))


@given(st.lists(people, max_size=20), st.integers(0, 2), st.sets(st.integers(1, 2)), st.data())
def test_no_held_job_begins_and_each_begins_once_in_the_end(
    asked: list[tuple[int, int | None]], limit: int, paused: set[int], data: st.DataObject
) -> None:
    room = Room(limit, paused)
    jobs = {job.id: job for job in (room.put(number, *whose) for number, whose in enumerate(asked))}
    runs: list[str] = []
    begun: list[str] = []
    while len(begun) < len(jobs):
        free = [job_id for job_id in room.queue.order() if room.queue.hold(jobs[job_id]) is None]
        taken = room.begin()
        assert taken == (free[0] if free else None)
        if taken is not None:
            begun.append(taken)
            runs.append(taken)
            assert jobs[taken].guild_id not in room.paused
        elif runs:
            room.queue.end(runs.pop(data.draw(st.integers(0, len(runs) - 1))))
        else:
            room.resume()
        here = [(jobs[job_id].guild_id, jobs[job_id].user_id) for job_id in runs]
        assert not limit or all(here.count(whose) <= limit for whose in here)

    assert sorted(begun) == sorted(jobs)
    assert len(room.queue) == 0
