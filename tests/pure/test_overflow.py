"""What a paid backend may take: what would wait too long for one's own, within a budget that no crash forgets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.comfy.backend import Backend
from bot.comfy.pool import Pool
from bot.errors import BackendUnreachable, BudgetGone, Fenced
from bot.jobs.board import Board
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.estimates import Estimates
from bot.jobs.job import Job, JobState
from bot.jobs.ledger import Ledger
from bot.jobs.overflow import Overflow, soon
from bot.jobs.queue import JobQueue
from bot.jobs.spending import Bill, BudgetSpent
from bot.jobs.store import Store
from bot.jobs.waiting import Waiting, waiting
from bot.workflow.needs import ModelNeed, Needs
from tests.pure.jobs import NOON, Clock, make_job, open_store
from tests.pure.servers import Screen, Server


class Place(Server):
    """A backend that is not connected to anything, at a price."""

    def __init__(self, name: str, cost: float, lacks: frozenset[str]) -> None:
        super().__init__(name)
        self._cost = cost
        self._lacks = lacks

    @property
    def cost(self) -> float:
        return self._cost

    @property
    def lacks(self) -> frozenset[str]:
        return self._lacks

    @property
    def catalogue(self) -> None:
        return None


def own(*lacks: str) -> Place:
    return Place("http://own", 0, frozenset(lacks))


def paid(*lacks: str) -> Place:
    return Place("https://cloud", 1, frozenset(lacks))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(tmp_path: Path, clock: Clock) -> AsyncIterator[Store]:
    store = await open_store(tmp_path, clock=clock)
    yield store
    await store.close()


class Stage:
    """A queue and its dispatcher; `began` is what went where."""

    def __init__(self, store: Store, clock: Clock, *backends: Backend, ledger: Ledger | None = None) -> None:
        self.queue = JobQueue()
        self.pool = Pool(backends)
        self.began: list[tuple[str, str]] = []
        self.dispatcher = Dispatcher(self.queue, self.pool, self._begin)
        self.board = Board(self.queue, self.pool, Screen(), Estimates(store), store)
        self.ledger = ledger or Ledger(store, budget=0, rate=1, clock=clock)
        Overflow(self.dispatcher, self.pool, self.queue, self.board, self.ledger, seconds=25, clock=clock)

    def _begin(self, job: Waiting, backend: Backend) -> None:
        self.dispatcher.hold(backend, job.needs)
        self.began.append((job.id, backend.name))

    def wait(self, *names: str, needs: Needs = Needs()) -> None:  # noqa: B008 - frozen
        for name in names:
            self.queue.put(waiting(make_job(id=name, tag=float(len(self.queue)), needs=needs)))
        self.dispatcher.assign()


def jobs_named(names: str) -> list[Waiting]:
    return [waiting(make_job(id=name, tag=float(tag))) for tag, name in enumerate(names)]


@pytest.mark.parametrize(
    ("free", "within", "expected"),
    [
        ({"one": 20.0}, 25.0, "a"),
        ({"one": 20.0}, 30.0, "ab"),
        ({"one": 20.0, "two": 0.0}, 25.0, "abcd"),
        ({"one": 26.0}, 25.0, ""),
        ({}, 25.0, ""),
    ],
)
def test_what_begins_soon_is_counted_over_all_backends(free: dict[str, float], within: float, expected: str) -> None:
    found = soon(jobs_named("abcdef"), free, lambda _job: list(free), lambda _workflow: 10.0, within)

    assert found == set(expected)


def test_a_job_only_waits_for_backends_that_can_run_it() -> None:
    places = {"a": ["one"], "b": ["two"], "c": ["one"], "d": []}

    found = soon(
        jobs_named("abcd"), {"one": 0.0, "two": 30.0}, lambda job: places[job.id], lambda _workflow: 30.0, 25.0
    )

    assert found == {"a"}


async def test_the_cloud_takes_what_would_wait_too_long_and_no_more(store: Store, clock: Clock) -> None:
    stage = Stage(store, clock, own(), paid())

    stage.wait("a", "b", "c", "d", "e")

    assert dict(stage.began) == {"a": "http://own", "b": "http://own", "d": "https://cloud", "e": "https://cloud"}


async def test_without_a_cloud_in_need_ones_own_comes_first(store: Store, clock: Clock) -> None:
    stage = Stage(store, clock, paid(), own())

    stage.wait("a")

    assert stage.began == [("a", "http://own")]


async def test_what_nothing_of_ones_own_can_run_goes_to_the_cloud_at_once(store: Store, clock: Clock) -> None:
    stage = Stage(store, clock, own("rare.safetensors"), paid())
    need = ModelNeed("CheckpointLoaderSimple", "ckpt_name", "rare.safetensors")

    stage.wait("a", needs=Needs(files=(need,)))

    assert stage.began == [("a", "https://cloud")]


async def test_what_the_cloud_was_heard_to_lack_waits_for_ones_own(store: Store, clock: Clock) -> None:
    stage = Stage(store, clock, own(), paid("Rare"))

    stage.wait("a", "b", "c", "d", needs=Needs(nodes=frozenset({"Rare"})))

    assert {name for _job, name in stage.began} == {"http://own"}


async def test_while_ones_own_are_away_a_job_waits_as_long_as_it_may(store: Store, clock: Clock) -> None:
    away = own()
    away.fail(BackendUnreachable(away.name))
    stage = Stage(store, clock, away, paid())

    stage.wait("a")
    before = list(stage.began)
    clock.pass_by(seconds=26)
    stage.dispatcher.assign()

    assert (before, stage.began) == ([], [("a", "https://cloud")])


async def test_the_budget_holds_even_where_nothing_else_can_run(store: Store, clock: Clock) -> None:
    ledger = Ledger(store, budget=15, rate=1, clock=clock)
    stage = Stage(store, clock, paid(), ledger=ledger)

    stage.wait("a")
    await store.claim(await store.add(make_job(id="a")), "https://cloud", bill=ledger.bill("imagine", 10))
    await ledger.load()
    stage.wait("b")
    before = list(stage.began)
    told, open_again = stage.board.trouble("b"), await ledger.closed_until()
    clock.pass_by(hours=24, seconds=1)
    await ledger.load()
    later = stage.board.trouble("b")
    stage.dispatcher.assign()

    assert [job for job, _name in before] == ["a"]
    assert isinstance(told, BudgetGone)
    assert (open_again, later) == (None, None)  # a cheaper one might go
    assert [job for job, _name in stage.began] == ["a", "b"]


async def test_whoever_waits_too_long_for_a_server_that_is_away_waits_for_the_cloud(store: Store, clock: Clock) -> None:
    mine = own()
    stage = Stage(store, clock, mine, paid())
    mine.fail(BackendUnreachable("http://own"))
    stage.wait("a", "b", "c")
    before = stage.board.trouble("c")
    clock.pass_by(seconds=26)
    stage.dispatcher.assign()

    assert isinstance(before, BackendUnreachable)
    assert [job for job, _name in stage.began] == ["a", "b"]
    assert stage.board.trouble("c") is None


async def test_when_a_used_up_budget_has_room_again_is_known_and_in_the_log(
    store: Store, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    ledger = Ledger(store, budget=5, rate=1, clock=clock)
    for name in "abc":
        bill = Bill(cost=2 if name == "b" else 1.5)
        await store.claim(await store.add(make_job(id=name)), "https://cloud", bill=bill)
        clock.pass_by(hours=1)

    await ledger.load()
    closed = ledger.is_open, await ledger.closed_until()
    clock.pass_by(hours=21, seconds=1)
    await ledger.load()

    assert closed == (False, NOON + timedelta(hours=24))
    assert (ledger.is_open, await ledger.closed_until()) == (True, None)
    assert [record.getMessage() for record in caplog.records if "paid" in record.getMessage()] == [
        "paid servers have cost 5 of 5 within 24 hours: they get no jobs",
        "paid servers have cost 3.5 of 5 within 24 hours: they get jobs",
    ]


async def test_a_price_is_the_manifests_or_by_the_second(store: Store) -> None:
    ledger = Ledger(store, budget=0, rate=0.5, named={"film": 7.0}.get)

    assert (ledger.price("film", 10), ledger.price("imagine", 10)) == (7.0, 5.0)


async def test_two_claims_at_once_never_both_get_the_last_of_the_budget(store: Store, clock: Clock) -> None:
    first, second = await store.add(make_job()), await store.add(make_job())

    found = await asyncio.gather(
        *(store.claim(job, "cloud", bill=Bill(3, 5)) for job in (first, second)), return_exceptions=True
    )

    states = [await _state(store, job) for job in (first, second)]
    assert sum(isinstance(one, BudgetSpent) for one in found) == 1
    assert sorted(states) == [JobState.SUBMITTED, JobState.WAITING]
    assert await _spent(store, clock) == 3


async def test_a_claim_that_fails_costs_nothing(store: Store, clock: Clock) -> None:
    job = await store.add(make_job())
    await store.claim(job, "own")

    with pytest.raises(Fenced):
        await store.claim(job, "cloud", bill=Bill(3))
    assert await _spent(store, clock) == 0


async def test_a_job_that_was_sent_twice_costs_twice_and_what_never_got_there_nothing(
    store: Store, clock: Clock
) -> None:
    job = await store.claim(await store.add(make_job()), "cloud", bill=Bill(3))
    job = await store.change(job, state=JobState.WAITING)
    job = await store.claim(job, "cloud", bill=Bill(3))
    twice = await _spent(store, clock)

    await store.revise(job, lambda _job: {"state": JobState.WAITING}, more=-3)

    assert (twice, await _spent(store, clock)) == (6, 3)


async def test_what_was_spent_leaves_the_day(store: Store, clock: Clock) -> None:
    await store.claim(await store.add(make_job()), "cloud", bill=Bill(3))
    clock.pass_by(hours=24, seconds=1)

    assert await _spent(store, clock) == 0


async def _spent(store: Store, clock: Clock) -> float:
    ledger = Ledger(store, budget=1, rate=1, clock=clock)
    await ledger.load()
    return ledger.spent


async def _state(store: Store, job: Job) -> JobState:
    found = await store.get(job.id)
    assert found is not None
    return found.state
