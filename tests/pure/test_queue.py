"""Waiting jobs keep their order, know their positions, and wake whoever waits for them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.jobs.job import Job
from bot.jobs.queue import JobQueue, next_tag
from tests.pure.jobs import make_job


def job_named(name: str, tag: float = 0.0) -> Job:
    return make_job(id=name, tag=tag)


def queue_of(*names: str) -> JobQueue:
    queue = JobQueue()
    for tag, name in enumerate(names):
        queue.put(job_named(name, float(tag)))
    return queue


class QueueMachine(RuleBasedStateMachine):
    """The queue against a dictionary that is sorted whenever somebody looks."""

    names = st.sampled_from("abcdefgh")

    def __init__(self) -> None:
        super().__init__()
        self.queue = JobQueue()
        self.model: dict[str, Job] = {}

    @rule(name=names, tag=st.integers(0, 3))
    def put(self, name: str, tag: int) -> None:
        self.model[name] = job_named(name, float(tag))
        self.queue.put(self.model[name])

    @rule(name=names)
    def remove(self, name: str) -> None:
        assert self.queue.remove(name) == self.model.pop(name, None)

    @rule()
    def take(self) -> None:
        first = next(iter(self.sorted()), None)
        taken = self.queue.take_nowait()
        assert taken == (self.model.pop(first) if first else None)

    @invariant()
    def same(self) -> None:
        order = self.sorted()
        assert self.queue.order() == order
        assert len(self.queue) == len(order)
        assert [self.queue.position(name) for name in order] == list(range(len(order)))
        assert all((name in self.queue) == (name in self.model) for name in "abcdefgh")

    def sorted(self) -> list[str]:
        return sorted(self.model, key=lambda name: (self.model[name].tag, name))


test_the_queue_is_a_sorted_list = QueueMachine.TestCase


@given(st.lists(st.floats(0, 2e9), min_size=1))
def test_tags_only_rise_whatever_the_clock_does(clock: list[float]) -> None:
    tags = [0.0]
    for now in clock:
        tags.append(next_tag(now, tags[-1]))

    assert all(later > earlier for earlier, later in pairwise(tags))
    assert all(tag >= now for tag, now in zip(tags[1:], clock, strict=True))


def test_cancelling_a_waiting_job_frees_its_place() -> None:
    queue = queue_of("a", "b", "c")

    queue.remove("b")

    assert (queue.position("a"), queue.position("b"), queue.position("c")) == (0, None, 1)


def test_putting_a_job_again_replaces_it() -> None:
    queue = queue_of("a", "b")
    newer = replace(job_named("a"), cancelled_by=9)

    queue.put(newer)

    assert queue.order() == ["a", "b"]
    assert queue.take_nowait() is newer


async def test_several_takers_are_served_in_turn() -> None:
    queue = JobQueue()
    takers = [asyncio.create_task(queue.take()) for _ in range(3)]
    await asyncio.sleep(0)

    for name in "abc":
        queue.put(job_named(name))
    async with asyncio.timeout(10):
        taken = await asyncio.gather(*takers)

    assert [job.id for job in taken] == ["a", "b", "c"]


async def test_a_job_removed_before_its_taker_woke_leaves_the_taker_waiting() -> None:
    queue = JobQueue()
    taker = asyncio.create_task(queue.take())
    await asyncio.sleep(0)
    queue.put(job_named("a"))
    queue.remove("a")
    await asyncio.sleep(0)
    assert not taker.done()

    queue.put(job_named("b"))

    async with asyncio.timeout(10):
        assert (await taker).id == "b"


@pytest.mark.parametrize("woken", [False, True])
async def test_a_taker_that_gives_up_leaves_its_job_to_the_next(woken: bool) -> None:
    queue = JobQueue()
    first, second = (asyncio.create_task(queue.take()) for _ in range(2))
    await asyncio.sleep(0)

    if woken:
        queue.put(job_named("a"))
        first.cancel()
    else:
        first.cancel()
        await asyncio.sleep(0)
        queue.put(job_named("a"))

    async with asyncio.timeout(10):
        assert (await second).id == "a"
        await asyncio.wait([first])
    assert first.cancelled()


async def test_every_change_wakes_whoever_watches() -> None:
    queue = JobQueue()

    async with asyncio.timeout(10):
        for act in (
            lambda: queue.put(job_named("a")),
            lambda: queue.put(job_named("b")),
            queue.take_nowait,
            lambda: queue.remove("b"),
            queue.touch,
        ):
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
    queue.take_nowait()
    assert not stays.done()
    queue.touch()

    assert stays.done()
