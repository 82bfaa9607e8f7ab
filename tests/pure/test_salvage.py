"""A job in nobody's hands is taken up again, by one only; one that changes hands is in somebody's."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot.comfy.events import Event, ExecutionStart, Output, Settled
from bot.comfy.pool import Pool
from bot.errors import Fenced
from bot.jobs.job import Job, JobState
from bot.jobs.queue import JobQueue
from bot.jobs.runner import Runner
from bot.jobs.salvage import Salvage
from bot.jobs.store import Store
from bot.jobs.waiting import waiting
from tests.pure.jobs import make_job, open_store
from tests.pure.servers import Machine, Screen

GPU = "http://one"


class Process:
    """What it has in hand is the test's to say."""

    def __init__(self, store: Store) -> None:
        self.hands: set[str] = set()
        self.taken: list[Job] = []
        self.salvage = Salvage(store, has=self.hands.__contains__, take_up=self._take_up, seconds=3600)

    async def _take_up(self, job: Job) -> None:
        self.taken.append(job)

    async def look(self, times: int) -> None:
        for _time in range(times):
            await self.salvage.look()


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(tmp_path)
    yield opened
    await opened.close()


async def begun(store: Store) -> Job:
    return await store.claim(await store.add(make_job()), GPU)


async def test_a_job_in_nobody_s_hands_is_taken_up_at_the_second_look_from_whoever_had_it(store: Store) -> None:
    process = Process(store)
    left = await begun(store)
    ended = await store.change(await begun(store), state=JobState.DONE)
    await store.deliver(await store.change(await begun(store), state=JobState.DONE))

    await process.look(1)
    at_first = list(process.taken)
    await process.look(1)

    assert not at_first
    assert {job.id for job in process.taken} == {left.id, ended.id}
    with pytest.raises(Fenced):
        await store.change(left, state=JobState.RUNNING)


async def test_what_is_in_hand_or_was_when_one_looked_before_is_left_alone(store: Store) -> None:
    process = Process(store)
    job = await begun(store)
    process.hands.add(job.id)

    await process.look(3)
    process.hands.clear()  # on its way to the next hand
    await process.look(1)

    assert not process.taken
    assert await store.get(job.id) == job


async def test_a_fault_that_stays_is_met_less_and_less_often(store: Store) -> None:
    process = Process(store)
    await begun(store)
    tries: list[int] = []

    for look in range(1, 17):
        await process.look(1)
        if len(process.taken) > len(tries):
            tries.append(look)

    assert tries == [2, 4, 8, 16]


class Quiet(Machine):
    """Nothing has to be kept up."""

    async def serve(self) -> None:
        await asyncio.get_running_loop().create_future()


@asynccontextmanager
async def running(store: Store, screen: Screen, folder: Path, server: Quiet | None = None) -> AsyncIterator[Runner]:
    pool = Pool([server or Quiet(GPU)])
    runner = Runner(store=store, queue=JobQueue(), pool=pool, delivery=screen, data_dir=folder)
    await runner.prepare()
    serving = asyncio.create_task(runner.serve())
    yield runner
    serving.cancel()
    await asyncio.wait([serving])


async def test_an_outcome_that_a_fault_left_behind_is_delivered_without_a_restart(store: Store, tmp_path: Path) -> None:
    screen, failed = Screen(), asyncio.Event()

    def fail(_fetch: object) -> None:
        failed.set()
        raise ZeroDivisionError

    screen.attempts = [fail]
    job = await store.change(await begun(store), state=JobState.DONE)
    async with running(store, screen, tmp_path) as runner, asyncio.timeout(5):
        await failed.wait()
        await runner.underway.freed(job.id)
        for _look in range(2):
            await runner.salvage.look()
        await runner.underway.freed(job.id)

    assert screen.delivered == [job.id]
    assert not await store.undelivered()


async def test_a_fault_while_a_job_is_claimed_is_none_of_the_job_s(store: Store, tmp_path: Path) -> None:
    faulty = asyncio.Event()

    async def fail(*_claim: object) -> Job:
        faulty.set()
        raise ZeroDivisionError

    async with running(store, Screen(), tmp_path) as runner, asyncio.timeout(5):
        runner._follower.claim = fail
        job = await store.add(make_job())
        runner.queue.put(waiting(job))
        await faulty.wait()
        await runner.underway.freed(job.id)
        runner.pool.paused.add(GPU)
        for _look in range(2):
            await runner.salvage.look()
        line = runner.queue.order()

    assert line == [job.id]
    assert [job.state for job in await store.unfinished()] == [JobState.WAITING]


class Starting(Quiet):
    """Each job starts while somebody else has the database locked for a moment; later it is known to be done."""

    def __init__(self, name: str, lock: sqlite3.Connection) -> None:
        super().__init__(name)
        self._lock = lock
        self.locked = asyncio.Event()

    async def run(
        self, graph: Mapping[str, Any], prompt_id: str, *, known: bool = False, remote_id: str | None = None
    ) -> AsyncGenerator[Event, None]:
        if known:
            yield Settled(prompt_id, "done", (Output("9", "text", text="a fox"),))
        self._lock.execute("BEGIN IMMEDIATE")
        self.locked.set()
        try:
            yield ExecutionStart(prompt_id)
        finally:
            self._lock.rollback()


async def test_a_database_that_is_locked_while_a_job_runs_fails_nothing(store: Store, tmp_path: Path) -> None:
    screen, path = Screen(), store._address.path
    assert path is not None
    await store.transact(lambda connection: connection.execute(text("PRAGMA busy_timeout=0")))
    job = await store.add(make_job())
    with closing(sqlite3.connect(path, isolation_level=None)) as lock:
        server = Starting(GPU, lock)
        async with running(store, screen, tmp_path, server) as runner, asyncio.timeout(5):
            runner.queue.put(waiting(job))
            await server.locked.wait()
            await runner.underway.freed(job.id)
            for _look in range(2):
                await runner.salvage.look()
            await runner.underway.freed(job.id)

    assert screen.delivered == [job.id]
    assert [ended.state for ended in await store.select(states=JobState)] == [JobState.DONE]


async def test_a_job_that_fell_out_of_the_line_waits_again_and_one_that_is_about_to_join_is_let_be(
    store: Store, tmp_path: Path
) -> None:
    async with running(store, Screen(), tmp_path) as runner, asyncio.timeout(5):
        runner.pool.paused.add(GPU)
        fallen = await store.add(make_job())
        coming = await runner.add(make_job())
        for _look in range(2):
            await runner.salvage.look()
        line = runner.queue.order()

    assert line == [fallen.id]
    assert await store.get(coming.id) == coming


async def test_a_job_that_is_stopped_while_it_is_claimed_is_told_so(store: Store, tmp_path: Path) -> None:
    screen = Screen()
    async with running(store, screen, tmp_path) as runner, asyncio.timeout(5):
        runner.pool.paused.add(GPU)
        job = await store.add(make_job())
        runner.queue.put(waiting(job))
        light = runner.queue.take(job.id)
        assert light is not None
        runner.carrier.begin(light, runner.pool.backends[0])
        await runner.cancel(job.id, by=job.place.user_id)
        await runner.underway.over()

    assert screen.delivered == [job.id]
