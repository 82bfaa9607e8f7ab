"""Waiting jobs keep their order, know their positions, and wake whoever watches them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.jobs.holds import Hold
from bot.jobs.queue import JobQueue
from bot.jobs.waiting import Waiting, waiting
from bot.workflow.needs import Needs
from tests.pure.jobs import NOON, make_job, make_place

NAMES = "abcdefgh"


def job_named(name: str, tag: float = 0.0, *, user: int = 40, cost: float = 0.0, nodes: str = "") -> Waiting:
    job = make_job(id=name, tag=tag, cost=cost, place=make_place(user_id=user), needs=Needs(nodes=frozenset(nodes)))
    return waiting(job)


def queue_of(*names: str) -> JobQueue:
    """Each by somebody else, in that order."""
    queue = JobQueue()
    for number, name in enumerate(names):
        queue.put(job_named(name, float(number), user=number))
    return queue


class QueueMachine(RuleBasedStateMachine):
    """The queue against dictionaries that are sorted whenever somebody looks.

    The names in `held` are held, and all jobs of who has one begun already and is busy.
    """

    names = st.sampled_from(NAMES)

    def __init__(self) -> None:
        super().__init__()
        self.held: set[str] = set()
        self.busy = {2}
        self.queue = JobQueue(self.hold)
        self.model: dict[str, Waiting] = {}
        self.begun: dict[str, Waiting] = {}

    def hold(self, job: Waiting, begun: Collection[Waiting]) -> Hold | None:
        if job.id in self.held:
            return Hold.PAUSED
        enough = job.user_id in self.busy and any(other.user_id == job.user_id for other in begun)
        return Hold.ENOUGH if enough else None

    @rule(name=names, tag=st.integers(0, 3), user=st.integers(1, 2), nodes=st.sampled_from(["", "x"]))
    def put(self, name: str, tag: int, user: int, nodes: str) -> None:
        self.begun.pop(name, None)
        self.model[name] = job_named(name, float(tag), user=user, nodes=nodes)
        self.queue.put(self.model[name])

    @rule(name=names)
    def remove(self, name: str) -> None:
        self.begun.pop(name, None)
        assert self.queue.remove(name) == self.model.pop(name, None)

    @rule(name=names)
    def take(self, name: str) -> None:
        taken = self.queue.take(name)
        assert taken == self.model.pop(name, None)
        if taken is not None:
            self.begun[name] = taken

    @rule(name=names, user=st.integers(1, 2))
    def begin(self, name: str, user: int) -> None:
        self.model.pop(name, None)
        self.begun.setdefault(name, job_named(name, user=user))
        self.queue.begin(job_named(name, user=user))

    @rule(name=names)
    def end(self, name: str) -> None:
        self.begun.pop(name, None)
        self.queue.end(name)

    @rule(name=names, tag=st.integers(0, 3))
    def move(self, name: str, tag: int) -> None:
        for known in (self.model, self.begun):
            if name in known:
                known[name] = replace(known[name], tag=float(tag))
        place = self.queue.turn("new", 9, 1.0, NOON)
        self.queue.move({name: replace(place, tag=float(tag), first=False), "nobody": place})
        self.queue.forgo("new")

    @rule(name=names)
    def pause(self, name: str) -> None:
        self.held ^= {name}
        self.queue.release()

    @invariant()
    def same(self) -> None:
        order = sorted(self.model, key=lambda name: self.model[name].key)
        holds = {name: self.hold(self.model[name], self.begun.values()) for name in order}
        free = [name for name in order if holds[name] is None]
        plain = [name for name in free if not self.model[name].needs.nodes]
        assert self.queue.order() == order
        assert [job.id for job in self.queue] == order
        assert len(self.queue) == len(order)
        assert dict(self.queue.begun) == self.begun
        assert {name: self.queue.hold(self.model[name]) for name in order} == holds
        assert [job.id for job in self.queue.startable()] == free
        assert [self.queue.position(name) for name in free] == list(range(len(free)))
        assert [self.queue.position(name, lambda needs: not needs.nodes) for name in plain] == list(range(len(plain)))
        assert all(self.queue.position(name) is None for name in NAMES if name not in free)
        assert all(self.queue.get(name) == self.model.get(name) for name in NAMES)
        assert all((name in self.queue) == (name in self.model) for name in NAMES)


test_the_queue_is_a_sorted_list = QueueMachine.TestCase


def test_cancelling_a_waiting_job_frees_its_place() -> None:
    queue = queue_of("a", "b", "c")

    queue.remove("b")

    assert (queue.position("a"), queue.position("b"), queue.position("c")) == (0, None, 1)


def test_putting_a_job_again_replaces_it() -> None:
    queue = queue_of("a", "b")
    newer = replace(job_named("a"), submits=1)

    queue.put(newer)

    assert queue.order() == ["a", "b"]
    assert queue.take("a") is newer


def test_a_job_that_comes_back_has_the_place_it_had() -> None:
    queue = queue_of("a", "b", "c")
    taken = queue.take("b")
    assert taken is not None
    queue.take("a")

    queue.put(taken)

    assert queue.order() == ["b", "c"]
    assert set(queue.begun) == {"a"}


def test_a_place_is_kept_until_its_job_is_put_there() -> None:
    """Two commands of one person at the same time: the second is behind the first, whichever is stored sooner."""
    queue = JobQueue()
    places = {name: queue.turn(name, 1, 10.0, NOON) for name in "abc"}
    for name in "cab":
        queue.put(replace(job_named(name, user=1, cost=10.0), created_at=NOON))

    assert [(place.tag, place.first) for place in places.values()] == [(0.0, True), (10.0, False), (20.0, False)]
    assert [(job.id, job.tag, job.first) for job in queue] == [("a", 0.0, True), ("b", 10.0, False), ("c", 20.0, False)]
    assert queue.turn("d", 1, 10.0, NOON).tag == 30.0


def test_a_place_that_is_given_up_is_free_again() -> None:
    queue = JobQueue()
    queue.turn("a", 1, 10.0, NOON)

    queue.forgo("a")

    assert queue.turn("b", 1, 10.0, NOON).first


def test_what_was_stopped_before_it_was_put_leaves_its_place_to_the_next() -> None:
    queue = JobQueue()
    queue.turn("a", 1, 10.0, NOON)
    queue.turn("b", 1, 10.0, NOON + timedelta(seconds=1))

    queue.remove("a")
    queue.put(job_named("b", 10.0, user=1, cost=10.0))

    assert [(job.id, job.tag, job.first) for job in queue] == [("b", 0.0, True)]


def test_what_was_stopped_just_when_it_was_taken_leaves_its_place_too() -> None:
    queue = JobQueue()
    for number, name in enumerate("ab"):
        queue.put(job_named(name, 10.0 * number, user=1, cost=10.0))
    queue.take("a")

    queue.remove("a")

    assert [(job.id, job.tag) for job in queue] == [("b", 0.0)]
    assert not queue.begun


async def test_every_change_wakes_whoever_watches() -> None:
    queue = JobQueue()

    acts: list[Callable[[], object]] = [
        lambda: queue.put(job_named("a")),
        lambda: queue.put(job_named("b")),
        lambda: queue.take("a"),
        lambda: queue.end("a"),
        lambda: queue.begin(job_named("c")),
        lambda: queue.remove("b"),
        queue.touch,
        queue.release,
    ]

    async with asyncio.timeout(10):
        for act in acts:
            watchers = [queue.changed(), queue.changed()]
            act()
            await asyncio.gather(*watchers)


async def test_a_change_between_asking_and_waiting_is_not_missed() -> None:
    queue = JobQueue()
    change = asyncio.ensure_future(queue.changed())

    queue.put(job_named("a"))

    async with asyncio.timeout(10):
        await change


async def test_nothing_is_a_change_and_gone_watchers_are_forgotten() -> None:
    queue = JobQueue()
    left, stays = queue.changed(), queue.changed()
    left.cancel()

    queue.remove("nobody")
    queue.take("nobody")
    queue.end("nobody")
    assert not stays.done()
    queue.touch()

    assert stays.done()
