"""Old jobs lose files and graphs first, and their values last."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from bot.jobs.job import Job, JobState
from bot.jobs.pruning import Pruned
from bot.jobs.store import Store
from tests.pure.jobs import Clock, make_job


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(database: str, clock: Clock) -> AsyncIterator[Store]:
    store = await Store.open(database, clock=clock)
    yield store
    await store.close()


async def delivered(store: Store, job: Job) -> Job:
    job = await store.claim(await store.add(job), "gpu")
    return await store.deliver(await store.change(job, state=JobState.DONE))


async def prune(store: Store, clock: Clock, *, keep_days: int) -> Pruned:
    return await store.prune(before=clock.now - timedelta(days=keep_days))


async def test_after_30_days_the_graph_and_the_files_go_and_the_values_stay(store: Store, clock: Clock) -> None:
    job = await delivered(store, make_job(files={"picture": "uploads/a.png"}))
    clock.pass_by(days=31)

    pruned = await prune(store, clock, keep_days=400)

    assert pruned == Pruned(files=("uploads/a.png",), emptied=1, forgotten=0)
    kept = await store.get(job.id)
    assert kept is not None
    assert (kept.graph, kept.files, kept.values) == ({}, {}, job.values)
    assert await prune(store, clock, keep_days=400) == Pruned()


async def test_past_the_days_to_keep_the_job_is_forgotten(store: Store, clock: Clock) -> None:
    job = await delivered(store, make_job())
    clock.pass_by(days=401)

    pruned = await prune(store, clock, keep_days=400)

    assert pruned.forgotten == 1
    assert await store.get(job.id) is None


async def test_with_few_days_to_keep_files_and_job_go_together(store: Store, clock: Clock) -> None:
    await delivered(store, make_job(files={"picture": "uploads/a.png"}))
    clock.pass_by(days=8)

    assert await prune(store, clock, keep_days=7) == Pruned(files=("uploads/a.png",), emptied=1, forgotten=1)


async def test_jobs_which_are_young_open_or_not_delivered_stay_whole(store: Store, clock: Clock) -> None:
    waiting = await store.add(make_job())
    ended = await store.change(await store.claim(await store.add(make_job()), "gpu"), state=JobState.DONE)
    clock.pass_by(days=1000)
    young = await delivered(store, make_job())
    clock.pass_by(days=29)

    assert await prune(store, clock, keep_days=400) == Pruned()
    assert [await store.get(job.id) for job in (waiting, ended, young)] == [waiting, ended, young]


async def test_a_file_another_job_still_uses_is_not_given_up(store: Store, clock: Clock) -> None:
    await delivered(store, make_job(files={"picture": "uploads/shared.png", "mask": "uploads/mask.png"}))
    clock.pass_by(days=31)
    await store.add(make_job(files={"source": "uploads/shared.png"}))

    pruned = await prune(store, clock, keep_days=400)

    assert pruned.files == ("uploads/mask.png",)
    assert await store.files_in_use() == {"uploads/shared.png"}
