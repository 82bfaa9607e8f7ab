"""Which server a job goes to: where it can run, its models warm, and where least is to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.comfy.backend import Backend
from bot.comfy.pool import Pool
from bot.errors import BackendUnreachable
from bot.jobs.dispatcher import AHEAD, PATIENCE, Dispatcher
from bot.jobs.queue import JobQueue
from bot.jobs.waiting import Waiting, waiting
from bot.workflow.catalogue import Catalogue
from bot.workflow.needs import ModelNeed, Needs
from tests.pure.jobs import make_job, make_place
from tests.pure.servers import Machine


def has(*checkpoints: str, nodes: tuple[str, ...] = ()) -> Catalogue:
    loader = {"input": {"required": {"ckpt_name": [list(checkpoints)]}}, "output": []}
    return Catalogue({"CheckpointLoaderSimple": loader, **{name: {"input": {}, "output": []} for name in nodes}})


def wants(model: str, *nodes: str, patterns: tuple[str, ...] = (), chosen: bool = False) -> Needs:
    need = ModelNeed("CheckpointLoaderSimple", "ckpt_name", model)
    picked = frozenset({model}) if chosen else frozenset()
    return Needs(frozenset({"CheckpointLoaderSimple", *nodes}), (need,), picked, patterns)


class Floor:
    """Some servers, and what went where; nothing ends but by `end`."""

    def __init__(self, *machines: Machine) -> None:
        self.queue, self.pool, self.now = JobQueue(), Pool(machines), 0.0
        self.went: list[tuple[str, str]] = []
        self.jobs: dict[str, Waiting] = {}
        self.dispatcher = Dispatcher(self.queue, self.pool, self.begin, clock=lambda: self.now)

    def begin(self, job: Waiting, backend: Backend) -> None:
        self.dispatcher.hold(backend, job.needs)
        self.went.append((job.id, backend.name))

    def ask(self, name: str, needs: Needs | None = None) -> None:
        at = len(self.jobs) + 1
        job = make_job(id=name, tag=float(at), place=make_place(user_id=at), needs=needs or Needs())
        self.jobs[name] = replace(waiting(job), first=False)
        self.queue.put(self.jobs[name])

    def run(self) -> list[tuple[str, str]]:
        """What went where now."""
        before = len(self.went)
        self.dispatcher.assign()
        return self.went[before:]

    def end(self, name: str) -> None:
        (backend,) = [self.pool.get(where) for job, where in self.went if job == name]
        assert backend is not None
        self.queue.end(name)
        self.dispatcher.release(backend)


async def test_each_server_has_one_running_and_one_waiting_and_the_freest_is_first() -> None:
    floor = Floor(Machine("one", queue=3), Machine("two"))
    for name in "abcdef":
        floor.ask(name)

    began = floor.run()
    floor.end("a")
    later = floor.run()

    assert began == [("a", "two"), ("b", "one"), ("c", "two"), ("d", "one")]
    assert later == [("e", "two")]


async def test_a_job_goes_only_where_its_nodes_and_models_are() -> None:
    floor = Floor(Machine("one", has("a")), Machine("two", has("b", nodes=("Rare",))))
    floor.ask("model", wants("b"))
    floor.ask("node", wants("b", "Rare"))
    floor.ask("third", wants("b"))
    floor.ask("here", wants("a"))

    assert floor.run() == [("model", "two"), ("node", "two"), ("here", "one")]


async def test_another_model_stands_in_only_where_no_server_has_the_right_one() -> None:
    floor = Floor(Machine("one", has("sd_other")), Machine("two", has("sd_right")))
    floor.ask("exact", wants("sd_right", patterns=("checkpoints/sd*",)))
    floor.ask("none", wants("sd_gone", patterns=("checkpoints/sd*",)))

    assert floor.run() == [("exact", "two"), ("none", "one")]


async def test_a_job_waits_for_the_only_server_that_can_run_it_however_long_that_is_away() -> None:
    away = Machine("two", has("b"))
    floor = Floor(Machine("one", has("a")), away)
    away.fail(BackendUnreachable("two"))
    floor.ask("job", wants("b", chosen=True))

    waits = floor.run()
    floor.pool.lost.add("two")
    waits_on = floor.run()
    floor.pool.leaving.add("two")

    assert waits == waits_on == []
    assert floor.run() == [("job", "one")]  # which says what is missing


@pytest.mark.parametrize("state", ["paused", "lost"])
async def test_a_job_waits_for_the_only_server_that_can_run_it_while_that_is_paused_or_lost(state: str) -> None:
    only = Machine("two", has("b"))
    floor = Floor(Machine("one", has("a")), only)
    if state == "lost":
        only.fail(BackendUnreachable("two"))
    getattr(floor.pool, state).add("two")
    floor.ask("job", wants("b", chosen=True))
    floor.ask("other", wants("a"))

    waits = floor.run()
    floor.pool.paused.clear()
    only.come_back()

    assert waits == [("other", "one")]
    assert floor.run() == [("job", "two")]


async def test_a_job_waits_for_the_server_that_needs_no_stand_in_until_that_is_lost() -> None:
    away = Machine("two", has("sd_right"))
    floor = Floor(Machine("one", has("sd_other")), away)
    away.fail(BackendUnreachable("two"))
    floor.ask("job", wants("sd_right", patterns=("checkpoints/sd*",)))

    waits = floor.run()
    floor.pool.lost.add("two")

    assert waits == []
    assert floor.run() == [("job", "one")]


@pytest.mark.parametrize("state", ["paused", "leaving"])
async def test_a_server_that_is_paused_or_to_go_gets_nothing_new(state: str) -> None:
    floor = Floor(Machine("one"), Machine("two"))
    getattr(floor.pool, state).add("one")
    for name in "abc":
        floor.ask(name)

    assert floor.run() == [("a", "two"), ("b", "two")]


async def test_a_job_does_not_go_where_its_earlier_run_is_being_stopped() -> None:
    floor = Floor(Machine("one"))
    floor.ask("a")
    floor.dispatcher.barred = {("a", "one")}
    barred = floor.run()
    floor.dispatcher.barred = frozenset()

    assert barred == []
    assert floor.run() == [("a", "one")]


async def test_a_job_goes_to_the_server_that_loaded_its_models_last() -> None:
    floor = Floor(Machine("one"), Machine("two"))
    floor.ask("a", wants("x"))
    floor.ask("b", wants("y"))
    floor.run()
    for name in "ab":
        floor.end(name)
    floor.ask("c", wants("y"))
    floor.ask("d", wants("x"))

    assert floor.run() == [("c", "two"), ("d", "one")]


async def test_nobody_is_overtaken_for_warm_models_longer_than_patience_allows() -> None:
    floor = Floor(Machine("one"))
    floor.ask("a", wants("x"))
    floor.ask("b", wants("x"))
    floor.run()
    floor.ask("cold", wants("y"))
    for number in range(AHEAD + 5):
        floor.ask(f"warm{number}", wants("x"))
    order = []
    for name in ("a", "b"):
        floor.end(name)
        order += [job for job, _where in floor.run()]
    floor.now += PATIENCE
    floor.end(order[0])
    after = [job for job, _where in floor.run()]

    assert "cold" in [*order, *after]
    assert after == ["cold"] or order[0] == "cold"


async def test_where_another_has_nothing_to_do_a_busy_one_is_not_the_freest() -> None:
    """As one that chooses for itself must know; others count only where they may have that job, and cost no more."""
    busy, idle = Machine("busy", has("a", "b")), Machine("idle", has("a"))
    floor = Floor(busy, idle)
    floor.ask("first", wants("a"))
    floor.queue.take("first")
    free = floor.dispatcher.freer(floor.jobs["first"], busy)
    floor.begin(floor.jobs["first"], busy)
    floor.ask("second", wants("a"))
    second = floor.jobs["second"]
    yields = floor.dispatcher.freer(second, busy)
    idle.count(1)
    strangers = floor.dispatcher.freer(second, busy)
    idle.count(0)
    floor.pool.paused.add("idle")
    paused = floor.dispatcher.freer(second, busy)
    floor.pool.paused.clear()
    unfit = floor.dispatcher.freer(replace(second, needs=wants("b")), busy)

    assert (free, yields, strangers, paused, unfit) == (False, True, False, False, False)
