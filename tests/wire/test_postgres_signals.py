"""What one process changes the others hear, once it holds; after a gap they are told that all may have changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.blocks import Blocks
from bot.jobs.job import JobState
from bot.jobs.rules import Rules
from bot.jobs.servers import Servers
from bot.jobs.signals import Kind, Signal, Signals, tell
from bot.jobs.store import Store, utc_now
from bot.jobs.tickets import HIGHEST, LOWEST, defer, priority_of
from tests.postgres import Postgres
from tests.pure.jobs import make_job

BOUND = 60.0


class Ear:
    """Another process that listens."""

    def __init__(self, url: str) -> None:
        self.heard: asyncio.Queue[Signal | None] = asyncio.Queue()
        self.broken = False
        self._url = url

    async def on_signal(self, signal: Signal) -> None:
        if self.broken:
            self.broken = False
            raise RuntimeError("a reader's fault")
        self.heard.put_nowait(signal)

    async def on_reconnect(self) -> None:
        self.heard.put_nowait(None)

    async def next(self) -> Signal | None:
        async with asyncio.timeout(BOUND):
            return await self.heard.get()

    @asynccontextmanager
    async def listening(self, store: Store) -> AsyncIterator[Ear]:
        task = asyncio.create_task(store.signals.serve(self.on_signal, self.on_reconnect))
        try:
            assert await self.next() is None
            yield self
        finally:
            task.cancel()
            await asyncio.wait([task])


@pytest.fixture
async def store(fleet_database: str) -> AsyncIterator[Store]:
    store = await Store.open(fleet_database)
    yield store
    await store.close()


@pytest.fixture
async def ear(store: Store, fleet_database: str) -> AsyncIterator[Ear]:
    async with Ear(fleet_database).listening(store) as ear:
        yield ear


async def test_each_change_of_a_job_is_told_and_what_others_need_not_know_is_not(store: Store, ear: Ear) -> None:
    job = await store.add(make_job())
    job = await store.claim(job, "gpu")
    job = await store.change(job, used={"model": "a"})
    job = await store.cancel_request(job, by=1)
    job = await store.change(job, state=JobState.DONE)
    await store.deliver(job)
    await store.remember("the", "end")
    await store.transact(lambda connection: tell(connection, Kind.BLOCKS))

    changed, stop = Signal(Kind.JOB, job.id), Signal(Kind.STOP, job.id)
    assert [await ear.next() for _signal in range(5)] == [changed, changed, stop, changed, Signal(Kind.BLOCKS)]


async def test_a_change_that_was_taken_back_is_not_told(store: Store, ear: Ear) -> None:
    async def work(connection: AsyncConnection) -> None:
        await tell(connection, Kind.RULES, 1)
        raise LookupError

    with pytest.raises(LookupError):
        await store.transact(work)
    await store.transact(lambda connection: tell(connection, Kind.RULES, 2, 3))

    assert [await ear.next(), await ear.next()] == [Signal(Kind.RULES, "2"), Signal(Kind.RULES, "3")]


async def test_after_a_gap_all_may_have_changed(postgres: Postgres, store: Store, ear: Ear) -> None:
    """The connection is ended, then a reader stumbles."""
    listens = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = '{}'"
    ended = await asyncio.to_thread(postgres.ask, listens.format(store._address.url.database))

    assert ended == [(True,)]
    assert await ear.next() is None
    ear.broken = True
    await store.transact(lambda connection: tell(connection, Kind.BLOCKS))
    assert await ear.next() is None
    await store.transact(lambda connection: tell(connection, Kind.BLOCKS))
    assert await ear.next() == Signal(Kind.BLOCKS)


async def test_pauses_rules_and_blocks_hold_in_every_process(fleet_database: str, store: Store) -> None:
    elsewhere = await Store.open(fleet_database)
    servers, blocks = Servers(elsewhere, utc_now), Blocks(elsewhere, utc_now)
    heard = {kind: asyncio.Event() for kind in (Kind.RULES, Kind.BLOCKS)}
    looked_again = asyncio.Event()
    servers.on_change = looked_again.set
    elsewhere.signals.when(Kind.RULES, servers.reload)
    elsewhere.signals.when(Kind.BLOCKS, blocks.reload)
    for kind, event in heard.items():
        elsewhere.signals.when(kind, lambda changed, event=event: _set(event, changed))  # type: ignore[misc] # a default
    following = asyncio.create_task(elsewhere.signals.follow())

    async with asyncio.timeout(BOUND):
        for event in heard.values():
            await event.wait()
            event.clear()
        here = Servers(store, utc_now)
        await here.pause(30, by=1)
        await here.change(31, lambda _rules: Rules(channels=frozenset({5})))
        await looked_again.wait()
        await Blocks(store, utc_now).block(30, 40, by=1, lasting=timedelta(hours=1))
        await heard[Kind.BLOCKS].wait()

    assert servers.paused == {30}
    assert servers.get(31).rules.channels == {5}
    assert blocks.get(30, 40, utc_now()) is not None
    following.cancel()
    await elsewhere.close()


async def _set(event: asyncio.Event, changed: str | None) -> None:
    event.set()


async def test_what_a_newer_easel_tells_is_passed_over() -> None:
    assert Signal.read("weather:rain") is None
    assert Signal.read(Signal(Kind.BACKENDS, "http://gpu:8188").payload) == Signal(Kind.BACKENDS, "http://gpu:8188")


async def test_in_sqlite_nobody_tells_anything() -> None:
    async with asyncio.timeout(BOUND):
        task = asyncio.create_task(Signals(None).follow())
        await asyncio.wait([task], timeout=0)

    assert not task.done()
    task.cancel()


async def test_a_ticket_is_there_with_the_job_or_not_at_all(postgres: Postgres, store: Store) -> None:
    job = make_job()

    async def work(connection: AsyncConnection) -> None:
        assert await defer(connection, job.id, priority_of(0.0), "jobs")
        raise LookupError

    with pytest.raises(LookupError):
        await store.transact(work)
    assert await tickets(postgres, store) == []

    first = await store.transact(lambda connection: defer(connection, job.id, priority_of(60.0), "jobs"))
    again = await store.transact(lambda connection: defer(connection, job.id, priority_of(0.0), "jobs"))

    assert (first, again) == (True, False)
    assert await tickets(postgres, store) == [({"job_id": job.id}, HIGHEST - 600, "jobs", job.id)]


async def tickets(postgres: Postgres, store: Store) -> list[tuple[object, ...]]:
    asked = "SELECT args, priority, queue_name, queueing_lock FROM procrastinate_jobs"
    return await asyncio.to_thread(postgres.ask, asked, store._address.url.database or "")


def test_who_comes_first_has_the_highest_priority_as_far_as_32_bits_go() -> None:
    tags = [-1e12, 0.0, 0.1, 3600.0, 4e8, 1e12]

    assert [priority_of(tag) for tag in tags] == [HIGHEST, HIGHEST, HIGHEST - 1, HIGHEST - 36000, -1852516353, LOWEST]
