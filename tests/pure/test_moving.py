"""Jobs taken from a backend that stays away: nobody else can go on with them there, and nothing of theirs is reused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.errors import Fenced
from bot.jobs.job import Job, JobState
from bot.jobs.moving import held_by, move
from bot.jobs.store import Store
from bot.jobs.strays import strays_of
from tests.pure.jobs import NOON, make_job, open_store


async def moved(store: Store, name: str = "one") -> list[Job]:
    return await store.transact(lambda connection: move(connection, name, NOON))


async def test_who_followed_a_moved_job_is_out_and_it_waits_in_its_place(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    old = await store.claim(await store.add(make_job(tag=4.0)), "one")
    old = await store.change(old, state=JobState.RUNNING)

    (job,) = await moved(store)
    with pytest.raises(Fenced):
        await store.change(old, state=JobState.DONE)

    assert (job.state, job.tag, job.moved, job.submits, job.backend) == (JobState.WAITING, 4.0, True, 0, None)
    assert job.fence == old.fence + 1
    await store.close()


async def test_names_of_uploads_are_nobody_elses_while_a_stray_may_read_them(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    first = await store.claim(await store.add(make_job(files={"picture": "uploads/a.png"})), "one")
    await moved(store)

    other = await store.claim(await store.add(make_job(files={"picture": "uploads/b.png"})), "one")
    elsewhere = await store.claim(await store.get(first.id) or first, "two")

    assert (first.upload_slot, other.upload_slot, elsewhere.upload_slot) == (0, 1, 0)
    await store.close()


async def test_a_job_that_goes_back_where_it_was_keeps_its_id_and_its_names_there(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    first = await store.claim(await store.add(make_job(files={"picture": "uploads/a.png"})), "one")
    await moved(store)

    again = await store.claim(await store.get(first.id) or first, "one")

    assert (again.remote_id, again.upload_slot, again.submits) == (first.id, 0, 1)
    assert await store.transact(lambda connection: strays_of(connection, "one")) == []
    await store.close()


async def test_what_somebody_stopped_ends_when_it_is_moved_and_what_waits_stays(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    waiting = await store.add(make_job())
    stopped = await store.claim(await store.add(make_job()), "one")
    await store.cancel_request(stopped, 40)

    jobs = await store.transact(lambda connection: move(connection, "one", NOON, wanted=lambda job: False))
    left = await store.transact(lambda connection: held_by(connection, "one"))

    assert [(job.id, job.state) for job in jobs] == [(stopped.id, JobState.CANCELLED)]
    assert (await store.get(waiting.id) or waiting).state is JobState.WAITING
    assert left == 1
    await store.close()
