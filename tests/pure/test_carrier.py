"""Where a job is: on its way to a backend, or there; one that is only delivered is on none."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bot.jobs.job import JobState
from bot.jobs.store import Store
from bot.jobs.waiting import waiting
from tests.pure.jobs import make_job
from tests.pure.servers import Screen

from .test_salvage import begun, running, store  # noqa: F401 (fixture)


async def test_a_run_that_was_left_behind_is_not_taken_for_the_one_that_is_delivered(
    store: Store,  # noqa: F811
    tmp_path: Path,
) -> None:
    """Else nobody would stop it."""
    screen, delivering, go_on = Screen(), asyncio.Event(), asyncio.Event()

    async def hang(_fetch: object) -> None:
        delivering.set()
        await go_on.wait()

    screen.attempts = [hang]
    stopped = await store.change(await begun(store), state=JobState.CANCELLED)
    async with running(store, screen, tmp_path) as runner, asyncio.timeout(5):
        (backend,) = runner.pool.backends
        await delivering.wait()
        while_delivered = runner.rejoin(stopped.id, backend)
        go_on.set()
        await runner.underway.freed(stopped.id)

    assert not while_delivered
    assert screen.delivered == [stopped.id]


async def test_a_job_that_waits_still_goes_back_to_where_it_was_left(store: Store, tmp_path: Path) -> None:  # noqa: F811
    async with running(store, Screen(), tmp_path) as runner, asyncio.timeout(5):
        (backend,) = runner.pool.backends
        runner.pool.paused.add(backend.name)
        job = await store.add(make_job())
        runner.queue.put(waiting(job))
        first, again = runner.rejoin(job.id, backend), runner.rejoin(job.id, backend)
        await runner.cancel(job.id, by=job.place.user_id)
        await runner.underway.over()
        afterwards = runner.rejoin(job.id, backend)

    assert (first, again, afterwards) == (True, True, False)
