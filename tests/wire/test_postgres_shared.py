"""What several processes do at once on one PostgreSQL comes out as if one had done it after the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.comfy.pool import Pool
from bot.errors import AccessRefused, Fenced
from bot.jobs.audit import Audit
from bot.jobs.blocks import Blocks
from bot.jobs.files import ARRIVAL, Files
from bot.jobs.forget import Forgetting
from bot.jobs.job import Job, JobState
from bot.jobs.past import look_back, newest
from bot.jobs.preferences import OwnPreset, Preferences
from bot.jobs.reports import Reports
from bot.jobs.rule_changes import with_channel
from bot.jobs.rules import Rules
from bot.jobs.servers import Servers
from bot.jobs.store import Store, utc_now
from bot.jobs.strikes import Strikes
from bot.jobs.tables import uploads
from tests.pure.jobs import NOON, make_job, make_place

BOUND = 60.0


@pytest.fixture
async def stores(fleet_database: str) -> AsyncIterator[list[Store]]:
    """Two processes."""
    stores = [await Store.open(fleet_database) for _process in range(2)]
    yield stores
    for store in stores:
        await store.close()


async def test_of_claims_at_once_one_wins_and_no_two_jobs_have_the_same_slot(stores: list[Store]) -> None:
    jobs = [await stores[0].add(make_job(files={"picture": "files/a.png"})) for _job in range(8)]

    async def claim(store: Store, job: Job) -> Job | None:
        try:
            return await store.claim(job, "gpu")
        except Fenced:
            return None

    async with asyncio.timeout(BOUND):
        results = await asyncio.gather(*(claim(store, job) for job in jobs for store in stores))

    claimed = [job for job in results if job is not None]
    assert sorted(job.id for job in claimed) == sorted(job.id for job in jobs)
    assert sorted(job.upload_slot for job in claimed if job.upload_slot is not None) == list(range(8))


async def test_what_is_read_and_written_back_loses_nothing(stores: list[Store]) -> None:
    servers = [Servers(store, utc_now) for store in stores]
    wanted = [Preferences(store) for store in stores]
    preset = OwnPreset("imagine", {"steps": 4})
    job = await stores[0].add(make_job())

    async with asyncio.timeout(BOUND), asyncio.TaskGroup() as group:
        for number in range(10):
            here, theirs, store = servers[number % 2], wanted[number % 2], stores[number % 2]
            group.create_task(here.change(30, _with_channel(number)))
            group.create_task(theirs.save_preset(40, f"preset {number}", preset))
            group.create_task(store.remember("same", str(number)))
            group.create_task(store.revise_fact("all", _behind(number)))
            group.create_task(store.record_parts(job, [number], number))
            group.create_task(Blocks(store, utc_now).block(30, 40, by=number))

    await servers[0].reload()
    kept = await stores[0].get(job.id)
    assert servers[0].get(30).rules.channels == set(range(1, 11))
    assert len((await wanted[0].of(40)).presets) == 10
    assert sorted(await stores[0].recall("all") or "") == list("0123456789")
    assert kept is not None
    assert kept.parts == {number: number for number in range(10)}


def _behind(number: int) -> Callable[[str | None], str]:
    return lambda known: f"{known or ''}{number}"


def _with_channel(number: int) -> Callable[[Rules], Rules]:
    return lambda rules: with_channel(rules, number + 1, allow=True)


async def test_strikes_of_two_processes_add_up_and_block_once(stores: list[Store]) -> None:
    told: list[str] = []
    processes = []
    for store in stores:
        audit = Audit(store, utc_now)
        audit.listener = lambda entry: told.append(entry.action)
        known = (Servers(store, utc_now), Blocks(store, utc_now), audit)
        processes.append(Strikes(store, *known, clock=utc_now, me=lambda: 1, most=4))

    async with asyncio.timeout(BOUND):
        found = await asyncio.gather(*(processes[number % 2].add(30, 40) for number in range(6)))

    assert sorted(strike.count for strike in found) == [1, 2, 3, 4, 5, 6]
    assert sorted(told) == ["block", "strike", "strike", "strike"]


async def test_a_person_reports_a_job_once_from_wherever(stores: list[Store]) -> None:
    job = make_job()

    async def report(store: Store) -> bool:
        try:
            await Reports(store, utc_now).keep(job, 41, "bad")
        except AccessRefused:
            return False
        return True

    async with asyncio.timeout(BOUND):
        assert sum(await asyncio.gather(*(report(store) for store in stores * 3))) == 1


async def test_a_stop_at_the_same_time_as_a_claim_is_never_lost(stores: list[Store]) -> None:
    """Either the job ended before anybody had it, or who has it is told."""
    for _time in range(10):
        job = await stores[0].add(make_job())
        claim = asyncio.create_task(stores[0].claim(job, "gpu"))
        stop = asyncio.create_task(stores[1].cancel_request(job, by=40))
        async with asyncio.timeout(BOUND):
            await asyncio.wait([claim, stop])

        kept = await stores[0].get(job.id)
        assert kept is not None
        assert stop.result().cancelled_by == kept.cancelled_by == 40
        fenced = claim.exception() is not None
        assert kept.state is (JobState.CANCELLED if fenced else JobState.SUBMITTED)


async def test_uploads_are_there_for_every_machine_and_go_with_their_jobs(stores: list[Store], tmp_path: Path) -> None:
    here, there = Files(stores[0], tmp_path / "here"), Files(stores[1], tmp_path / "there")
    large = bytes(range(256)) * 4096
    await here.write("files/1/picture.png", b"first")
    await here.write("files/1/picture.png", large)
    await here.write("files/2/left.png", b"left by a crash")
    await stores[0].add(make_job(files={"picture": "files/1/picture.png"}))

    assert await there.read("files/1/picture.png") == large
    assert await there.there(["files/1/picture.png", "files/3/none.png"]) == {"files/1/picture.png"}
    assert not (tmp_path / "here").exists()
    await there.sweep()
    assert await here.read("files/2/left.png") == b"left by a crash"
    await _lay(stores[0], "files/4/old.png")
    await there.sweep()
    assert await here.there(["files/4/old.png", "files/1/picture.png"]) == {"files/1/picture.png"}
    await there.remove(["files/1/picture.png"])
    with pytest.raises(FileNotFoundError):
        await here.read("files/1/picture.png")


async def _lay(store: Store, path: str) -> None:
    old = insert(uploads).values(path=path, data=b"old", at=utc_now() - 2 * ARRIVAL)
    await store.transact(lambda connection: connection.execute(old))


async def test_ties_come_in_the_order_that_python_gives_them(stores: list[Store]) -> None:
    """Whatever the language of the server thinks of dashes and capitals."""
    ids = ["a-b", "aB", "a_b", "ab", "a-", "A-b", "B", "a"]
    for name in ids:
        await stores[0].add(make_job(id=name))

    assert [job.id for job in await stores[0].unfinished()] == sorted(ids)
    assert [job.id for job in await newest(stores[0], 40, 3)] == sorted(ids, reverse=True)[:3]


async def test_the_past_is_paged_through(stores: list[Store]) -> None:
    jobs = [await stores[0].add(make_job(created_at=NOON + timedelta(seconds=number // 2))) for number in range(7)]
    order = sorted(jobs, key=lambda job: (job.created_at, job.id), reverse=True)

    first = await look_back(stores[0], 40, limit=3)
    second = await look_back(stores[0], 40, cursor=first.older, limit=3)
    third = await look_back(stores[0], 40, cursor=second.older, limit=3)
    back = await look_back(stores[0], 40, cursor=third.newer, limit=3)

    assert [job.id for job in (*first.jobs, *second.jobs, *third.jobs)] == [job.id for job in order]
    assert [job.id for job in back.jobs] == [job.id for job in second.jobs]
    assert all(not job.graph for job in first.jobs)


async def test_a_sign_that_postgresql_does_not_keep_is_left_out_of_what_people_typed(stores: list[Store]) -> None:
    job = await stores[0].add(make_job(place=make_place(user_name="A\0da"), values={"prompt": "a\0fox"}))
    stopped = await stores[0].cancel_request(job, by=41, reason="off\0topic")

    assert job.place.user_name == "Ada"
    assert job.values == {"prompt": "a\0fox"}
    assert stopped.reason == "offtopic"


class Idle:
    """A runner as far as forgetting needs one: nothing runs here."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def when_delivered(self, tell: Callable[[int], Awaitable[None]]) -> None:
        self.delivered = tell

    async def cancel(self, job_id: str, by: int) -> Job:
        job = await self._store.get(job_id)
        if job is None:
            raise Fenced(job_id)
        return await self._store.cancel_request(job, by)


@pytest.mark.parametrize("heard_first", [True, False])
async def test_a_job_delivered_by_another_process_is_forgotten_too(
    stores: list[Store], tmp_path: Path, heard_first: bool
) -> None:
    runners = [Idle(store) for store in stores]
    asked, delivers = (
        Forgetting(store, Pool([]), runner, tmp_path, utc_now)  # type: ignore[arg-type] # a runner as far as needed
        for store, runner in zip(stores, runners, strict=True)
    )
    await Files(stores[0], tmp_path).write("files/1/a.png", b"theirs")
    job = await stores[1].claim(await stores[1].add(make_job(files={"picture": "files/1/a.png"})), "gpu")
    await delivers.load()

    forgotten = await asked.forget(40, by=40)
    if heard_first:
        await delivers.reload("40")
    job = await stores[1].change(replace(job, cancelled_by=40), state=JobState.DONE)
    await stores[1].deliver(job)
    await runners[1].delivered(40)
    if not heard_first:
        await delivers.reload("40")

    assert forgotten.later == 1
    assert await stores[0].get(job.id) is None
    assert await Files(stores[0], tmp_path).there(["files/1/a.png"]) == set()
    assert await stores[0].recall("forget:40") is None
