"""An outcome is handed over until it arrives, and noted once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.comfy.events import Output
from bot.comfy.pool import Pool
from bot.errors import BackendUnreachable
from bot.failures import ServerLost
from bot.jobs.delivery import DeliveryDelayed, Fetch
from bot.jobs.job import Job, JobState, Outcome
from bot.jobs.outbox import Outbox
from bot.jobs.store import Store
from tests.pure.jobs import make_job, open_store
from tests.pure.servers import Screen, Server

PICTURE = Output("9", "file", "a.png")


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    opened = await open_store(tmp_path)
    yield opened
    await opened.close()


async def done(store: Store, backend: str = "http://one") -> Job:
    job = await store.claim(await store.add(make_job()), backend)
    return await store.change(job, state=JobState.DONE, outcome=Outcome(outputs=(PICTURE,)))


def fail(error: Exception) -> object:
    raise error


async def test_a_delivered_job_is_noted(store: Store) -> None:
    screen = Screen()
    job = await done(store)

    await Outbox(store, Pool([Server()]), screen, retry_seconds=1.0).deliver(job)

    assert screen.delivered == [job.id]
    assert not await store.undelivered()


async def test_a_delivery_that_fails_is_tried_until_it_arrives(store: Store) -> None:
    screen = Screen()
    screen.attempts = [lambda _fetch: fail(DeliveryDelayed())] * 3
    job = await done(store)

    async with asyncio.timeout(5):
        await Outbox(store, Pool([Server()]), screen, retry_seconds=0.01).deliver(job)

    assert screen.delivered == [job.id]
    assert not screen.attempts


async def test_a_server_that_comes_back_ends_the_pause(store: Store) -> None:
    screen, server = Screen(), Server()
    tried = asyncio.Event()

    async def fail_once(_fetch: Fetch) -> None:
        tried.set()
        raise BackendUnreachable("http://one")

    screen.attempts = [fail_once]
    server.fail(BackendUnreachable("http://one"))
    job = await done(store)

    delivering = asyncio.create_task(Outbox(store, Pool([server]), screen, retry_seconds=3600.0).deliver(job))
    async with asyncio.timeout(5):
        await tried.wait()
        asyncio.get_running_loop().call_soon(server.come_back)  # once it rests
        await delivering

    assert screen.delivered == [job.id]


async def test_files_come_from_the_server_that_ran_the_job(store: Store) -> None:
    screen, one, two = Screen(), Server("http://one"), Server("http://two")
    job = await done(store, "http://two")
    got: list[bytes] = []

    async def look(fetch: Fetch) -> None:
        got.append(await fetch(PICTURE, 100))

    screen.attempts = [look]
    await Outbox(store, Pool([one, two]), screen, retry_seconds=1.0).deliver(job)

    assert got == [b"a picture"]
    assert (one.fetched, two.fetched) == ([], [PICTURE])


async def test_files_of_a_server_that_is_not_configured_any_more_are_lost(store: Store) -> None:
    screen = Screen()
    job = await done(store, "http://elsewhere")
    lost: list[Exception] = []

    async def look(fetch: Fetch) -> None:
        with pytest.raises(ServerLost) as caught:
            await fetch(PICTURE, 100)
        lost.append(caught.value)

    screen.attempts = [look]
    await Outbox(store, Pool([Server()]), screen, retry_seconds=1.0).deliver(job)

    assert len(lost) == 1
    assert screen.delivered == [job.id]
