"""Leases, claims and edits that came too late, between two processes on one PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import text

from bot.comfy.standing import BackendState
from bot.errors import BackendUnreachable, Fenced, NoWorker
from bot.fleet.errands import Errands
from bot.fleet.mirror import Mirror
from bot.fleet.remote import RemoteBackend
from bot.fleet.rights import redraw
from bot.fleet.roster import Entry, LeaseLost, Roster, Said
from bot.fleet.shards import Shards
from bot.fleet.slots import Slots
from bot.fleet.sweep import orphans
from bot.fleet.tenure import Tenure
from bot.fleet.ticketing import HeldBack, hand_on, refuse_held, supply, use_up
from bot.jobs.job import Job, JobState
from bot.jobs.runner import Runner
from bot.jobs.salvage import adopt
from bot.jobs.servers import Servers
from bot.jobs.store import Store
from tests.pure.jobs import NOON, make_job, make_place

GPU = "http://gpu:8188"


@pytest.fixture
async def stores(fleet_database: str) -> AsyncIterator[list[Store]]:
    """Two processes."""
    stores = [await Store.open(fleet_database) for _process in range(2)]
    yield stores
    for store in stores:
        await store.close()


async def expired(store: Store) -> None:
    """The lease of all backends is over."""
    ended = text("UPDATE backends SET lease = now() - interval '1 second'")
    await store.transact(lambda connection: connection.execute(ended))


async def test_a_backend_has_one_holder_and_who_takes_it_over_fences_the_one_before(stores: list[Store]) -> None:
    first, second = (Roster(store, name, 60) for store, name in zip(stores, ("one", "two"), strict=True))
    assert await first.hold([GPU], ()) == {GPU: []}
    job = await stores[0].claim(await stores[0].add(make_job()), GPU)
    ended = await stores[0].claim(await stores[0].add(make_job()), GPU)
    ended = await stores[0].change(ended, state=JobState.DONE)
    told = await stores[0].claim(await stores[0].add(make_job()), GPU)
    told = await stores[0].deliver(await stores[0].change(told, state=JobState.CANCELLED))

    while_held = await second.hold([GPU], ())
    again = await first.hold([GPU], [GPU])
    await expired(stores[0])
    taken = await second.hold([GPU], ())

    assert (while_held, again) == ({}, {GPU: []})
    assert {other.id for other in taken[GPU]} == {job.id, ended.id}
    with pytest.raises(Fenced):
        await stores[0].change(job, state=JobState.RUNNING)
    with pytest.raises(Fenced):
        await stores[0].deliver(ended)
    assert await stores[0].get(told.id) == told
    (entry,) = await first.read(300)
    assert (entry.worker, entry.held) == ("two", True)
    with pytest.raises(LeaseLost):
        await stores[0].transact(lambda connection: first.require(connection, GPU, job.id))
    await stores[1].transact(lambda connection: second.require(connection, GPU, job.id))


async def test_whoever_holds_a_backend_says_what_it_is_and_nobody_else(stores: list[Store]) -> None:
    first, second = (Roster(store, name, 60) for store, name in zip(stores, ("one", "two"), strict=True))
    await first.hold([GPU], ())
    said = Said(BackendState.UP, "0.33.0", 3, ("model",), "digest", 1.0)

    await first.say(GPU, said)
    await second.say(GPU, Said(BackendState.DOWN))
    (known,) = await second.read(300)
    await expired(stores[0])
    lost = [entry.lost for lost in (300, 0.5) for entry in await second.read(lost)]

    assert known.said == said
    assert known.held
    assert lost == [False, True]
    assert await second.lost(0.5) == [GPU]


async def test_of_a_server_that_no_worker_has_it_is_not_said_that_comfyui_is_away(stores: list[Store]) -> None:
    errands = Errands(stores[0], lambda name: None)
    problems = []
    for entry in (Entry(GPU, True, Said(BackendState.DOWN)), Entry(GPU, False, Said(BackendState.UP))):
        remote = RemoteBackend(entry, errands)
        remote.learn(entry, None, Path())
        assert remote.state is BackendState.DOWN
        problems.append(remote.problem)

    assert [type(problem) for problem in problems] == [BackendUnreachable, NoWorker]


async def test_what_was_held_is_let_go_before_anybody_else_can_have_it(stores: list[Store]) -> None:
    """A database that answers no more: the process's own count ends first."""
    roster = Roster(stores[0], "one", 0.6)
    got, lost = asyncio.Event(), asyncio.Event()
    tenure = Tenure(roster, [GPU], got=lambda name, jobs: got.set(), lost=lambda name: lost.set())
    keeping = asyncio.create_task(tenure.keep())
    async with asyncio.timeout(20):
        await got.wait()
        keeping.cancel()
        assert tenure.left(GPU) > 0
        await lost.wait()
    still = text("SELECT count(*) FROM backends WHERE name = :name AND lease > now() - interval '5 seconds'")

    assert tenure.left(GPU) == 0
    assert await stores[1].transact(lambda connection: connection.scalar(still, {"name": GPU})) == 1


async def test_a_claim_counts_what_runs_in_all_processes(stores: list[Store]) -> None:
    place = make_place(guild_id=5, user_id=7)
    jobs = [await stores[0].add(make_job(place=place)) for _job in range(16)]

    async def claim(store: Store, job: Job) -> bool:
        try:
            await store.claim(job, GPU, beside=lambda connection: refuse_held(connection, job, 2))
        except HeldBack:
            return False
        return True

    async with asyncio.timeout(30):
        claimed = await asyncio.gather(*(claim(stores[n % 2], job) for n, job in enumerate(jobs)))

    assert sum(claimed) == 2


async def test_a_slot_claims_nothing_that_is_held_or_on_a_backend_of_somebody_else_s(stores: list[Store]) -> None:
    roster = Roster(stores[0], "one", 60)
    runner = cast(Runner, SimpleNamespace(store=stores[0]))  # of which a claim needs no more
    limits = {0: 0, 7: 1}
    slots = Slots(
        runner,
        roster,
        cast(Mirror, None),
        left=lambda name: 60.0,
        term=lambda name: 1,
        running_limit=lambda job: limits[job.user_id if job.user_id == 7 else 0],
    )
    servers = Servers(stores[1], lambda: NOON)
    await servers.pause(6, by=1)
    first, second = [await stores[0].add(make_job(place=make_place(guild_id=5, user_id=7))) for _job in range(2)]
    paused = await stores[0].add(make_job(place=make_place(guild_id=6, user_id=8)))

    with pytest.raises(LeaseLost):
        await slots.claim(first, GPU, None)
    await roster.hold([GPU], ())
    claimed = await slots.claim(first, GPU, None)
    for held in (second, paused):
        with pytest.raises(HeldBack):
            await slots.claim(held, GPU, None)

    assert claimed.backend == GPU
    assert [job.id for job in await stores[0].begun()] == [first.id]


async def test_a_claim_that_outlived_its_lease_does_not_happen(stores: list[Store]) -> None:
    """Whoever took the backend anew, this process too, has looked at its jobs by then: nobody would follow that one."""
    roster = Roster(stores[0], "one", 60)
    runner = cast(Runner, SimpleNamespace(store=stores[0]))
    terms = count(1)
    slots = Slots(
        runner,
        roster,
        cast(Mirror, None),
        left=lambda name: 60.0,
        term=lambda name: next(terms),
        running_limit=lambda job: 0,
    )
    job = await stores[0].add(make_job())
    await roster.hold([GPU], ())

    with pytest.raises(LeaseLost):
        await slots.claim(job, GPU, None)

    assert await stores[0].begun() == []


async def test_each_waiting_job_has_one_ticket_and_a_claimed_one_none(stores: list[Store]) -> None:
    store = stores[0]
    job = await store.add(make_job(place=make_place(message_id=None)))
    counted = text("SELECT count(*) FROM procrastinate_jobs WHERE queueing_lock = :id")

    async def tickets() -> int:
        return int(await store.transact(lambda connection: connection.scalar(counted, {"id": job.id})) or 0)

    before = await tickets()
    await store.locate(job.id, message_id=4)
    located = await tickets()
    await store.transact(lambda connection: hand_on(connection, job.id))
    missing = await store.transact(lambda connection: supply(connection, [job.id]))
    claimed = await store.claim(job, GPU, beside=lambda connection: use_up(connection, job.id))
    after = await tickets()
    await store.transact(lambda connection: hand_on(connection, job.id))

    assert (before, located, missing, after) == (0, 1, 0, 0)
    assert await tickets() == 0
    await store.change(claimed, state=JobState.WAITING)
    assert await tickets() == 1


async def test_an_outcome_that_was_drawn_over_is_delivered_again(stores: list[Store]) -> None:
    job = await stores[0].claim(await stores[0].add(make_job()), GPU)
    done = await stores[0].deliver(await stores[0].change(job, state=JobState.DONE))
    assert not await orphans(stores[0])

    await redraw(stores[1], job.id)
    late = text("UPDATE jobs SET finished_at = now() - interval '1 minute'")
    await stores[1].transact(lambda connection: connection.execute(late))
    (left,) = await orphans(stores[0])
    adopted = [await adopt(store, left.id, left.fence) for store in stores]

    assert done.delivered
    assert not left.delivered
    assert adopted[0] is not None
    assert adopted[1] is None
    with pytest.raises(Fenced):
        await stores[1].deliver(left)


@pytest.mark.parametrize(
    ("ids", "guild", "mine"),
    [((), 5 << 22, True), ((0,), 5 << 22, False), ((1,), 5 << 22, True), ((0,), None, True), ((1,), None, False)],
)
def test_each_server_and_all_direct_messages_belong_to_one_shard(
    ids: tuple[int, ...], guild: int | None, mine: bool
) -> None:
    assert Shards(ids, 2 if ids else None).has(guild) is mine
