"""A store on PostgreSQL goes on by itself: what was lost is done again, what had happened is not."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import DatabaseAway, Fenced, SettingsError
from bot.jobs.hurry import hurry
from bot.jobs.job import Job, JobState
from bot.jobs.store import Store
from tests.postgres import Postgres
from tests.pure.jobs import make_job
from tests.wire.cable import Break, Cable

BOUND = 60.0


@pytest.fixture
async def cable(postgres: Postgres) -> AsyncIterator[Cable]:
    async with Cable(postgres.port).laid() as cable:
        yield cable


@pytest.fixture
async def store(postgres: Postgres, fleet_database: str, cable: Cable) -> AsyncIterator[Store]:
    store = await Store.open(fleet_database.replace(f":{postgres.port}/", f":{cable.port}/"))
    yield store
    await store.close()


async def backends(postgres: Postgres, store: Store) -> list[object]:
    """The server's processes for that store, without the one that asks."""
    asked = "SELECT pid FROM pg_stat_activity WHERE application_name = 'easel' AND datname = '{}'"
    return [pid for (pid,) in await asyncio.to_thread(postgres.ask, asked.format(store._address.url.database))]


async def kill_connections(postgres: Postgres, store: Store) -> int:
    pids = await backends(postgres, store)
    for pid in pids:
        await asyncio.to_thread(postgres.ask, f"SELECT pg_terminate_backend({pid})")
    return len(pids)


@pytest.mark.parametrize("where", [Break.BEFORE, Break.AFTER])
async def test_a_write_whose_commit_went_unanswered_happens_once_and_is_not_fenced(
    store: Store, cable: Cable, where: Break
) -> None:
    cable.at_commit = where
    added = await store.add(make_job())
    cable.at_commit = where
    claimed = await store.claim(added, "gpu")
    cable.at_commit = where
    running = await store.change(claimed, state=JobState.RUNNING)

    assert cable.broken == 3
    assert (claimed.fence, claimed.submits, running.state) == (1, 1, JobState.RUNNING)
    assert await store.get(added.id) == running
    with pytest.raises(Fenced):
        await store.claim(added, "other gpu")


async def test_a_read_whose_commit_went_unanswered_is_answered(store: Store, cable: Cable) -> None:
    job = await store.add(make_job())
    cable.at_commit = Break.AFTER

    assert await store.get(job.id) == job
    assert cable.broken == 1


async def test_a_commit_that_a_server_forgot_when_it_died_did_not_happen(store: Store) -> None:
    """It gave the number away and had not written that down: to it such a number is one that is still to come."""
    lost = DBAPIError("COMMIT", None, Exception("the server is gone"))
    until = asyncio.get_running_loop().time() + BOUND

    assert not await store._transactions._happened("4000000000", until, lost)


async def test_connections_that_the_server_ended_are_made_anew(postgres: Postgres, store: Store) -> None:
    job = await store.add(make_job())
    assert await kill_connections(postgres, store)

    claimed = await store.claim(job, "gpu")

    assert (claimed.fence, claimed.submits) == (1, 1)


async def test_a_transaction_cut_in_the_middle_is_done_again(postgres: Postgres, store: Store) -> None:
    """The first time it is killed after its write, the second time it is let through."""
    job = await store.add(make_job())
    tries: list[int] = []

    async def work(connection: AsyncConnection) -> None:
        tries.append(await connection.scalar(text("SELECT pg_backend_pid()")))
        await connection.execute(text("UPDATE jobs SET submits = submits + 1"))
        if len(tries) == 1:
            await asyncio.to_thread(postgres.ask, f"SELECT pg_terminate_backend({tries[0]})")

    await store.transact(work)

    kept = await store.get(job.id)
    assert kept is not None
    assert kept.submits == 1
    assert len(set(tries)) == len(tries) == 2


async def test_of_two_that_got_in_each_others_way_both_come_through(store: Store) -> None:
    """Each holds a row that the other wants: PostgreSQL takes one of them back."""
    first, second = await store.add(make_job()), await store.add(make_job())
    met = asyncio.Barrier(2)
    tries = 0

    async def both(one: Job, other: Job) -> None:
        async def work(connection: AsyncConnection) -> None:
            nonlocal tries
            tries += 1
            await connection.execute(text("UPDATE jobs SET submits = submits + 1 WHERE id = :id"), {"id": one.id})
            if tries <= 2:
                await met.wait()
            await connection.execute(text("UPDATE jobs SET submits = submits + 1 WHERE id = :id"), {"id": other.id})

        await store.transact(work)

    async with asyncio.timeout(BOUND), asyncio.TaskGroup() as group:
        group.create_task(both(first, second))
        group.create_task(both(second, first))

    kept = [await store.get(first.id), await store.get(second.id)]
    assert [job.submits for job in kept if job is not None] == [2, 2]
    assert tries == 3


async def test_what_was_stopped_in_place_of_something_else_is_done_again(store: Store) -> None:
    """PostgreSQL is asked to stop what a connection does, whatever that is by the time it hears of it."""
    job = await store.add(make_job())
    tries = 0

    async def work(connection: AsyncConnection) -> None:
        nonlocal tries
        tries += 1
        await connection.execute(text("UPDATE jobs SET submits = submits + 1"))
        if tries == 1:
            await connection.execute(text("SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(60)"))

    async with asyncio.timeout(BOUND / 2):
        await store.transact(work)

    kept = await store.get(job.id)
    assert kept is not None
    assert (kept.submits, tries) == (1, 2)


async def test_who_is_frozen_in_a_transaction_holds_nobody_up_for_long(fleet_database: str, store: Store) -> None:
    """And does it again when it wakes."""
    frozen = await Store.open(f"{fleet_database}?options=-c%20idle_in_transaction_session_timeout%3D100")
    job = await store.add(make_job())
    holds, wakes = asyncio.Event(), asyncio.Event()

    async def work(connection: AsyncConnection) -> None:
        await connection.execute(text("UPDATE jobs SET submits = submits + 10"))
        holds.set()
        await wakes.wait()

    async with asyncio.timeout(BOUND):
        freezing = asyncio.create_task(frozen.transact(work))
        await holds.wait()
        claimed = await store.claim(job, "gpu")
        wakes.set()
        await freezing

    kept = await store.get(job.id)
    assert claimed.submits == 1
    assert kept is not None
    assert kept.submits == 11
    await frozen.close()


@pytest.fixture
async def fragile(postgres: Postgres) -> AsyncIterator[Postgres]:
    """The server, to be stopped: for the other tests it is there again."""
    yield postgres
    await asyncio.to_thread(postgres.start)


async def test_a_server_that_restarts_is_waited_for_and_one_that_stays_away_is_said(
    fleet_database: str, fragile: Postgres
) -> None:
    store = await Store.open(fleet_database)
    impatient = await Store.open(fleet_database, patience=0.2)
    job = await store.add(make_job())
    await asyncio.to_thread(fragile.stop, signal.SIGQUIT)
    with pytest.raises(SettingsError, match="does not answer"):
        await impatient.get(job.id)
    with pytest.raises(DatabaseAway) as refused:
        await asyncio.create_task(hurried(store, job))
    assert not refused.value.perhaps

    waiting = asyncio.create_task(store.claim(job, "gpu"))
    await asyncio.to_thread(fragile.start)
    async with asyncio.timeout(BOUND):
        claimed = await waiting

    assert (claimed.fence, claimed.submits) == (1, 1)
    assert await impatient.get(job.id) == claimed
    await store.close()
    await impatient.close()


async def hurried(store: Store, job: Job, *, add: bool = False) -> None:
    """As where somebody waits for an answer."""
    hurry(0.2)
    await (store.add(job) if add else store.get(job.id))


async def test_a_server_that_hangs_keeps_nobody_waiting_and_does_nothing_of_it_afterwards(
    fleet_database: str, postgres: Postgres
) -> None:
    store = await Store.open(fleet_database)
    known, new = await store.add(make_job()), make_job()
    await asyncio.to_thread(postgres.freeze)
    try:
        async with asyncio.timeout(BOUND):
            with pytest.raises(DatabaseAway) as refused:
                await asyncio.create_task(hurried(store, known))
            with pytest.raises(DatabaseAway):
                await asyncio.create_task(hurried(store, new, add=True))
    finally:
        await asyncio.to_thread(postgres.thaw)
    async with asyncio.timeout(BOUND):
        await store.settled()

    assert not refused.value.perhaps
    assert await store.get(new.id) is None
    assert await store.get(known.id) == known
    await store.close()


async def test_a_commit_that_hangs_may_have_happened(store: Store, cable: Cable) -> None:
    job = make_job()
    cable.at_commit = Break.HANG
    with pytest.raises(DatabaseAway) as refused:
        await asyncio.create_task(hurried(store, job, add=True))
    cable.go_on.set()
    async with asyncio.timeout(BOUND):
        await store.settled()

    assert refused.value.perhaps
    assert await store.get(job.id) == job


async def test_closing_waits_for_no_server_that_is_away(fleet_database: str, fragile: Postgres) -> None:
    store = await Store.open(fleet_database)
    await asyncio.to_thread(fragile.stop, signal.SIGQUIT)
    tried = asyncio.Event()
    store._transactions.on_lost = tried.set
    asked = asyncio.create_task(store.get("nothing"))

    async with asyncio.timeout(BOUND):
        await tried.wait()
        await store.close()

    with pytest.raises(SettingsError, match="does not answer"):
        await asked


async def test_closing_waits_for_no_server_that_hangs(fleet_database: str, fragile: Postgres) -> None:
    """Neither in the middle of something, nor where somebody had no more time to wait for it."""
    store = await Store.open(fleet_database)
    known, begun = await store.add(make_job()), asyncio.Event()
    await asyncio.to_thread(fragile.freeze)

    async def work(connection: AsyncConnection) -> None:
        begun.set()
        await connection.execute(text("UPDATE jobs SET submits = submits + 1"))

    try:
        async with asyncio.timeout(BOUND):
            asked = asyncio.create_task(store.transact(work))
            with pytest.raises(DatabaseAway):
                await asyncio.create_task(hurried(store, known))
            await begun.wait()
            more = [asyncio.create_task(store.get(known.id)) for _ in range(40)]  # who has to wait for a connection
            await asyncio.sleep(0)
            await store.close()
    finally:
        await asyncio.to_thread(fragile.thaw)

    ends = await asyncio.gather(asked, *more, return_exceptions=True)
    assert all(isinstance(end, BaseException) for end in ends)
