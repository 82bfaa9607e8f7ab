"""Whatever happens at once or in the middle, one change wins and the file stays whole."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import sys
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import Fenced
from bot.jobs.changes import NEXT
from bot.jobs.job import Job, JobState
from bot.jobs.store import Store
from tests.pure.jobs import database_url, make_job, open_store

Change = Callable[[Store, Job], Awaitable[Job]]

FROM_WAITING: dict[str, Change] = {
    "claim": lambda store, job: store.claim(job, "gpu"),
    "claim elsewhere": lambda store, job: store.claim(job, "other"),
    "fail": lambda store, job: store.change(job, state=JobState.FAILED),
    "cancel": lambda store, job: store.change(job, state=JobState.CANCELLED, cancelled_by=1),
}


async def won(change: Awaitable[Job]) -> Job | None:
    try:
        return await change
    except Fenced:
        return None


def test_of_changes_made_at_once_exactly_one_wins(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        store = runner.run(open_store(tmp_path))

        @settings(max_examples=30)
        @given(st.lists(st.sampled_from(sorted(FROM_WAITING)), min_size=2, max_size=8))
        def check(names: list[str]) -> None:
            runner.run(race(names))

        async def race(names: list[str]) -> None:
            job = await store.add(make_job())
            results = await asyncio.gather(*(won(FROM_WAITING[name](store, job)) for name in names))

            winners = [result for result in results if result is not None]
            assert len(winners) == 1
            assert await store.get(job.id) == winners[0]

        check()
        runner.run(store.close())


def test_whoever_holds_an_old_value_changes_nothing(tmp_path: Path) -> None:
    """Three holders act in any order, each on the value it saw last."""
    step = st.tuples(st.integers(0, 2), st.sampled_from(list(JobState)), st.booleans())
    with asyncio.Runner() as runner:
        store = runner.run(open_store(tmp_path))

        @settings(max_examples=40)
        @given(st.lists(step, max_size=12))
        def check(steps: list[tuple[int, JobState, bool]]) -> None:
            runner.run(act(steps))

        async def act(steps: list[tuple[int, JobState, bool]]) -> None:
            now = await store.add(make_job())
            seen = [now] * 3
            for holder, state, looks_first in steps:
                mine = now if looks_first else seen[holder]
                if state not in NEXT[mine.state]:
                    continue
                claims = state is JobState.SUBMITTED
                result = await won(store.claim(mine, "gpu") if claims else store.change(mine, state=state))
                assert (result is not None) == ((mine.fence, mine.state) == (now.fence, now.state))
                now = seen[holder] = result or now
                assert await store.get(now.id) == now

        check()
        runner.run(store.close())


async def test_many_tasks_write_and_read_at_once_and_none_finds_it_locked(tmp_path: Path) -> None:
    store = await open_store(tmp_path)

    async def live(number: int) -> None:
        job = await store.claim(await store.add(make_job(tag=float(number))), "gpu")
        await store.unfinished()
        job = await store.change(job, state=JobState.DONE)
        await asyncio.gather(*(store.record_parts(job, [part], part) for part in range(3)))
        assert (await store.deliver(job)).parts == {0: 0, 1: 1, 2: 2}

    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        for number in range(40):
            group.create_task(live(number))
        group.create_task(store.backup(tmp_path / "meanwhile.db"))

    assert await store.unfinished() == []
    assert sum((await store.counts(states=[JobState.DONE])).values()) == 40
    await store.close()


async def test_a_task_cancelled_anywhere_in_a_change_leaves_the_store_usable(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    job = await store.claim(await store.add(make_job()), "gpu")
    needed = await turns_of(store.record_parts(job, [0], 0), at_most=10_000)

    for cut in range(1, 41):
        await turns_of(store.record_parts(job, [cut], cut), at_most=needed * cut // 40)
        async with asyncio.timeout(30):
            assert await store.get(job.id) is not None

    assert {0, 99} <= (await store.record_parts(job, [99], 99)).parts.keys() <= {*range(41), 99}
    await store.close()


@pytest.mark.parametrize("closes", [False, True])
async def test_a_change_once_begun_is_written_though_nobody_waits_for_it(tmp_path: Path, closes: bool) -> None:
    store = await open_store(tmp_path)
    job = await store.add(make_job())

    assert await turns_of(store.claim(job, "gpu"), at_most=2) == 2
    if closes:
        await store.close()
        store = await Store.open(database_url(tmp_path))

    kept = await store.get(job.id)
    assert kept is not None
    assert kept.state is JobState.SUBMITTED
    await store.close()


async def turns_of(work: Coroutine[Any, Any, object], *, at_most: int) -> int:
    """Let it run for so many turns of the loop, then cancel it; the turns it took."""
    task = asyncio.create_task(work)
    for turn in range(at_most):
        if task.done():
            return turn
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task], timeout=30)
    return at_most


CHILD = """
import asyncio, itertools, sys
from bot.jobs.job import JobState
from bot.jobs.store import Store
from tests.pure.jobs import make_job

async def main():
    store = await Store.open(sys.argv[1])
    for number in itertools.count():
        job = await store.add(make_job(id=str(number), tag=float(number)))
        print(job.id, job.state, flush=True)
        job = await store.claim(job, "gpu")
        print(job.id, job.state, flush=True)
        job = await store.change(job, state=JobState.DONE)
        print(job.id, job.state, flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("seed", [1, 2])
async def test_what_was_written_before_a_kill_is_there_after_it(tmp_path: Path, seed: int) -> None:
    url = database_url(tmp_path)
    lines = random.Random(seed).randrange(1, 60)
    said = await killed_after(lines, url)

    store = await Store.open(url)
    jobs = [await store.get(job_id) for job_id in said]
    await store.close()

    order = list(JobState)
    reached = [order.index(job.state) for job in jobs if job is not None]
    assert all(found >= order.index(state) for found, state in zip(reached, said.values(), strict=True))
    with sqlite3.connect(tmp_path / "easel.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


async def killed_after(lines: int, url: str) -> dict[str, JobState]:
    """Run the child until it has said that many lines, then SIGKILL it; the last state it said of each job."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", CHILD, url, stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert child.stdout is not None
    said: dict[str, JobState] = {}
    try:
        async with asyncio.timeout(60):
            for _ in range(lines):
                job_id, state = (await child.stdout.readline()).decode().split()
                said[job_id] = JobState(state)
    finally:
        child.kill()
        await child.communicate()
    return said
