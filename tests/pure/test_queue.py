"""Waiting jobs keep their order, know their positions, and wake whoever waits for them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bot.jobs.holds import Hold
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
    """The queue against a dictionary that is sorted whenever somebody looks, and the names that are held."""

    names = st.sampled_from("abcdefgh")

    def __init__(self) -> None:
        super().__init__()
        self.held: set[str] = set()
        self.queue = JobQueue(lambda job: Hold.PAUSED if job.id in self.held else None)
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
        first = next(iter(self.free()), None)
        taken = self.queue.take_nowait()
        assert taken == (self.model.pop(first) if first else None)

    @rule(name=names)
    def hold(self, name: str) -> None:
        self.held.add(name)

    @rule()
    def release(self) -> None:
        self.held.clear()
        self.queue.release()

    @invariant()
    def same(self) -> None:
        order, free = self.sorted(), self.free()
        assert self.queue.order() == order
        assert len(self.queue) == len(order)
        assert [self.queue.position(name) for name in free] == list(range(len(free)))
        assert all(self.queue.position(name) is None for name in self.held)
        assert all((name in self.queue) == (name in self.model) for name in "abcdefgh")

    def sorted(self) -> list[str]:
        return sorted(self.model, key=lambda name: (self.model[name].tag, name))

    def free(self) -> list[str]:
        return [name for name in self.sorted() if name not in self.held]


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


@given(st.data(), st.integers(1, 3))
async def test_takers_pass_over_the_held_and_have_them_after_the_release(data: st.DataObject, takers: int) -> None:
    names = [f"{number:02}" for number in range(data.draw(st.integers(0, 12)))]
    held = set(data.draw(st.lists(st.sampled_from(names), unique=True))) if names else set()
    free = [name for name in names if name not in held]
    queue = JobQueue(lambda job: Hold.PAUSED if job.id in held else None)
    taken: list[str] = []

    async def take_all() -> None:
        while True:
            taken.append((await queue.take()).id)
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(take_all()) for _ in range(takers)]
    await asyncio.sleep(0)
    for tag, name in enumerate(names):
        queue.put(job_named(name, float(tag)))
    await settled(queue, len(held))
    before, last = list(taken), sorted(held)
    held.clear()
    queue.release()
    await settled(queue, 0)
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)

    assert before == free
    assert taken == [*free, *last]


async def settled(queue: JobQueue, left: int) -> None:
    """Return once so many wait, and those who take have had their turn."""
    async with asyncio.timeout(5):
        while len(queue) > left:
            await queue.changed()
    for _ in range(5):
        await asyncio.sleep(0)


async def test_every_change_wakes_whoever_watches() -> None:
    queue = JobQueue()

    async with asyncio.timeout(10):
        for act in (
            lambda: queue.put(job_named("a")),
            lambda: queue.put(job_named("b")),
            queue.take_nowait,
            lambda: queue.remove("b"),
            queue.touch,
            queue.release,
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
