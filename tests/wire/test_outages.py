"""A database that is away is said once, however many miss it and however often they try."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import make_url

from bot.comfy.backend import Backend
from bot.fleet.crews import Crews
from bot.fleet.shards import ShardLocks, Shards
from bot.jobs.outage import Outage
from bot.jobs.store import Store
from bot.jobs.tickets import QUEUE, defer
from tests.postgres import Postgres
from tests.pure.jobs import make_job
from tests.pure.servers import Server

BOUND = 60.0


@pytest.fixture
async def fragile(postgres: Postgres) -> AsyncIterator[Postgres]:
    """The server, to be stopped: for the other tests it is there again."""
    yield postgres
    await asyncio.to_thread(postgres.start)


async def test_who_began_before_it_was_missed_does_not_say_that_it_is_back(caplog: pytest.LogCaptureFixture) -> None:
    outage, now = Outage("the cable"), asyncio.get_running_loop().time

    began = now()
    outage.lost("cut")
    outage.lost("cut")
    outage.over(began - 1)
    assert caplog.messages == ["the cable is lost (cut); it is tried again until it is back"]
    outage.over(now())
    outage.over(now())

    assert len(caplog.messages) == 2
    assert caplog.messages[1].startswith("the cable is back after ")


async def test_all_who_miss_a_database_say_so_in_one_line(
    fleet_database: str, fragile: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    store = await Store.open(fleet_database)
    held, tried = asyncio.Event(), asyncio.Event()
    store._transactions.on_lost = tried.set
    heard: asyncio.Queue[None] = asyncio.Queue()

    async def reconnected() -> None:
        heard.put_nowait(None)

    async def ignored(_signal: object) -> None:
        pass

    background = [
        asyncio.create_task(ShardLocks(make_url(fleet_database), Shards((), None)).hold(held)),
        asyncio.create_task(store.signals.serve(ignored, reconnected)),
    ]
    async with asyncio.timeout(BOUND):
        await held.wait()
        await heard.get()
        await asyncio.to_thread(fragile.stop, signal.SIGQUIT)
        held.clear()
        asking = [asyncio.create_task(store.get("nothing")) for _ in range(6)]
        for _attempt in range(5):
            await tried.wait()
            tried.clear()
        await asyncio.to_thread(fragile.start)
        await asyncio.gather(*asking)
        await heard.get()
        await held.wait()
    for task in background:
        task.cancel()
    await asyncio.wait(background)
    await store.close()

    for what in ("the database", "what other processes say", "the hold on the shards"):
        assert [line.startswith(f"{what} is ") for line in caplog.messages].count(True) == 2, what


async def test_a_ticket_that_cannot_be_noted_as_used_is_no_error_that_nobody_looks_at(
    postgres: Postgres, fleet_database: str
) -> None:
    store = await Store.open(fleet_database)
    job = await store.add(make_job())
    await store.transact(lambda connection: defer(connection, job.id, 0, QUEUE))
    used: asyncio.Queue[asyncio.Task[Any] | None] = asyncio.Queue()
    missed: list[Any] = []

    async def use(_backend: Backend, _job_id: str) -> None:
        name = fleet_database.rpartition("/")[2]
        await asyncio.to_thread(postgres.ask, "DELETE FROM procrastinate_jobs", name)
        used.put_nowait(asyncio.current_task())

    asyncio.get_running_loop().set_exception_handler(lambda _loop, told: missed.append(told))
    crews = Crews(make_url(fleet_database), use, lease=15.0)
    crews.start(Server())
    async with asyncio.timeout(BOUND):
        task = await used.get()
        assert task is not None
        await asyncio.wait([task])
        await crews.close()
    del task
    gc.collect()

    assert not missed
    await store.close()
