"""What monitoring says of a process: judged by its role, counted under few labels, never waiting for long."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric as Family
from sqlalchemy.ext.asyncio import AsyncConnection
from yarl import URL

from bot.comfy.backend import Backend, BackendState
from bot.comfy.pool import Pool
from bot.errors import BackendUnreachable
from bot.fleet.errands import Errands
from bot.fleet.remote import RemoteBackend
from bot.fleet.roster import Entry, Said
from bot.jobs.job import JobState
from bot.jobs.store import Store, utc_now
from bot.jobs.tally import Tally, count
from bot.metrics import readings
from bot.metrics.calls import route_of
from bot.metrics.counters import Counters
from bot.metrics.health import DATABASE, GATEWAY, NO_BACKENDS, Status, judge
from bot.metrics.labels import OTHER, Labels
from bot.metrics.monitor import Monitor
from bot.metrics.ports import explain
from bot.metrics.watched import Process, Watched
from tests.pure.jobs import NOON, make_job

UP, DOWN = BackendState.UP, BackendState.DOWN


def backend(state: BackendState) -> Backend:
    problem = None if state is UP else BackendUnreachable("http://gpu:8188", "refused")
    return cast("Backend", SimpleNamespace(name="http://gpu:8188", state=state, problem=problem))


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = await Store.open(f"sqlite+aiosqlite:///{tmp_path / 'easel.db'}")
    yield store
    await store.close()


@pytest.mark.parametrize(
    ("role", "facts", "status", "problem"),
    [
        ("all", {"shards": {0: True}, "backends": [backend(UP)]}, Status.OK, None),
        ("all", {"shards": {}, "backends": [backend(UP)]}, Status.STARTING, "has not logged in"),
        ("all", {"shards": {0: False}, "backends": [backend(UP)]}, Status.FAILING, GATEWAY),
        ("all", {"shards": {0: True}, "backends": [backend(DOWN)]}, Status.FAILING, "http://gpu:8188 is down"),
        ("all", {"shards": {0: True}, "backends": [backend(DOWN), backend(UP)]}, Status.OK, None),
        ("all", {"shards": {0: True, 1: False}, "backends": [backend(UP)]}, Status.OK, None),
        ("gateway", {"shards": {0: True}, "backends": None}, Status.OK, None),
        ("gateway", {"shards": {0: True}, "backends": None, "database": False}, Status.FAILING, DATABASE),
        ("worker", {"shards": None, "backends": [backend(UP)]}, Status.OK, None),
        ("worker", {"shards": None, "backends": []}, Status.FAILING, NO_BACKENDS),
        ("worker", {"shards": None, "backends": [backend(UP)], "database": False}, Status.FAILING, DATABASE),
    ],
)
def test_a_process_is_well_when_it_does_what_its_role_is(
    role: str, facts: dict[str, Any], status: Status, problem: str | None
) -> None:
    health = judge(role, **{"database": True, **facts})

    assert health.status is status
    assert health.code == (200 if status is Status.OK else 503)
    assert [problem in said for said in health.problems if problem] == ([True] if problem else [])


def test_what_is_away_beside_others_is_a_note() -> None:
    health = judge("all", database=True, shards={0: True, 3: False}, backends=[backend(DOWN), backend(UP)])

    assert health.problems == ()
    assert health.notes[0] == "Some shards are not connected to Discord: 3."
    assert health.notes[1].startswith("http://gpu:8188 is down: ")


@pytest.mark.parametrize(
    ("url", "route"),
    [
        ("https://discord.com/api/v10/interactions/1/aw3-token/callback", "interaction"),
        ("https://discord.com/api/v10/webhooks/1/aw3-token/messages/@original", "followup"),
        ("https://discord.com/api/v10/channels/1/messages/2", "message"),
        ("https://discord.com/api/v10/channels/1/messages", "message"),
        ("https://discord.com/api/v10/channels/1", "channel"),
        ("https://discord.com/api/v10/applications/1/commands", "command"),
        ("https://discord.com/api/v10/users/@me", "person"),
        ("https://discord.com/api/v10/gateway/bot", "gateway"),
        ("https://discord.com/api/v10/stickers/3", "other"),
        ("https://discord.com/api/v10", "other"),
        ("wss://gateway.discord.gg/?v=10", "gateway"),
        ("http://127.0.0.1:5/gateway", "gateway"),
        ("https://cdn.discordapp.com/attachments/1/2/a.png", "file"),
    ],
)
def test_routes_are_told_apart_without_anybodys_id(url: str, route: str) -> None:
    assert route_of(URL(url)) == route


def test_labels_stay_few_however_many_names_come() -> None:
    labels = Labels(most=2)

    assert [labels.of(name) for name in ("a", "b", "c", "a", "d")] == ["a", "b", OTHER, "a", OTHER]


def test_an_end_and_a_delivery_are_counted_once() -> None:
    registry = CollectorRegistry()
    counters = Counters(registry, Labels())
    now = utc_now()
    runs = replace(make_job(), state=JobState.RUNNING, created_at=now, submitted_at=now + timedelta(seconds=3))
    done = replace(runs, state=JobState.DONE, seconds=8.0, finished_at=now + timedelta(seconds=11))
    seen = replace(done, delivered_at=now + timedelta(seconds=13))

    for before, after in [(runs, done), (done, replace(done, parts={1: 5})), (done, seen), (seen, seen)]:
        counters.written(before, after)

    of_workflow = {"workflow": done.workflow}
    assert registry.get_sample_value("easel_jobs_ended_total", {"state": "done", **of_workflow}) == 1
    assert registry.get_sample_value("easel_job_seconds_sum", of_workflow) == 8
    assert registry.get_sample_value("easel_job_wait_seconds_sum") == 3
    assert registry.get_sample_value("easel_delivery_lag_seconds_count") == 1
    assert registry.get_sample_value("easel_delivery_lag_seconds_sum") == 2


def test_a_backend_is_counted_by_whoever_looks_after_it_and_by_nobody_else() -> None:
    mine = SimpleNamespace(name="mine", state=UP, problem=None, slots=2, queue_remaining=1)
    standby = SimpleNamespace(name="standby", state=UP, problem=None, slots=2, queue_remaining=5)
    pool = Pool([cast("Backend", mine), cast("Backend", standby)])
    absence = SimpleNamespace(mine=lambda backend: backend is mine)
    runner = SimpleNamespace(board=SimpleNamespace(runs={"a": SimpleNamespace(backend=mine)}), absence=absence)
    pool.paused.add("mine")

    found = samples(readings.of_backends(cast("Process", SimpleNamespace(pool=pool, runner=runner))))

    assert {backend for _name, backend in found} == {"mine"}
    assert found["easel_backend_slots_used", "mine"] == 1
    assert found["easel_backend_paused", "mine"] == 1
    assert found["easel_backend_lost", "mine"] == 0


def test_a_worker_is_judged_by_the_servers_it_reaches_itself() -> None:
    entry = Entry("theirs", held=True, said=Said(UP))
    theirs, mine = RemoteBackend(entry, cast("Errands", None)), backend(DOWN)
    process = SimpleNamespace(pool=Pool([theirs, mine]))

    reached = Watched(cast("Process", process), None).reached

    assert reached == [mine]


def test_what_others_have_is_said_as_the_database_has_it_and_not_at_all_while_that_is_away() -> None:
    theirs = SimpleNamespace(name="theirs", state=UP, problem=None, slots=0)
    pool = Pool([cast("Backend", theirs)])

    there = samples(readings.of_database(Tally(0.1, {}, None, 0, None), pool, Labels(), NOON))
    away = samples(readings.of_database(None, pool, Labels(), NOON))

    assert there["easel_database_backend_up", "theirs"] == 1
    assert {name for name, _backend in away} == {"easel_database_up"}


def samples(families: Iterable[Family]) -> dict[tuple[str, str], float]:
    return {(each.name, each.labels.get("backend", "")): each.value for found in families for each in found.samples}


async def test_the_database_counts_open_and_undelivered_jobs(store: Store) -> None:
    first, second = await store.add(make_job()), await store.add(make_job())
    await store.change(await store.claim(first, "there"), state=JobState.FAILED)

    tally = await count(store)

    assert dict(tally.open) == {(JobState.WAITING, second.workflow): 1}
    assert tally.oldest_waiting == second.created_at
    assert tally.undelivered == 1
    assert tally.oldest_undelivered is not None


async def test_a_database_that_hangs_is_said_to_and_asked_once(store: Store) -> None:
    go_on, begun = asyncio.Event(), asyncio.Event()

    async def hang(_connection: AsyncConnection) -> None:
        begun.set()
        await go_on.wait()

    monitor = Monitor("worker", patience=0.01)
    process = SimpleNamespace(store=store, pool=Pool([backend(UP)]), runner=None)
    hanging = asyncio.create_task(store.transact(hang))
    await begun.wait()
    before = asyncio.all_tasks()
    with monitor.watching(cast("Process", process), None):
        try:
            async with asyncio.timeout(10):
                sick = [await monitor.health() for _ in range(5)]
            asked = [task for task in asyncio.all_tasks() - before if task.get_name() == "count jobs"]
        finally:
            go_on.set()
        await asyncio.wait(asked)
        well = await monitor.health()
    await hanging

    assert {health.problems for health in sick} == {(DATABASE,)}
    assert len(asked) == 1
    assert well.status is Status.OK


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.EADDRINUSE, "another program has port 9100"),
        (errno.EACCES, "above 1023"),
        (errno.EADDRNOTAVAIL, "no address"),
    ],
)
def test_a_port_that_cannot_be_had_is_told_plainly(code: int, words: str) -> None:
    assert words in explain(OSError(code, "x"), "127.0.0.1", 9100)
