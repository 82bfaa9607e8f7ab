"""The order in the database is the one in memory, whatever happened: a restart changes nothing."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.comfy.pool import Pool
from bot.errors import Fenced
from bot.jobs.job import Job, JobState
from bot.jobs.queue import JobQueue
from bot.jobs.runner import Runner
from bot.jobs.store import Store
from bot.jobs.waiting import waiting
from tests.pure.jobs import Clock, make_job, make_place, open_store
from tests.pure.servers import Screen


class Life:
    """A store and a queue that go through the same, as a runner has them do."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.clock = Clock()
        self.queue = JobQueue()
        self.runner = self.start(self.queue)
        self.jobs: list[Job] = []

    def start(self, queue: JobQueue) -> Runner:
        return Runner(store=self.store, queue=queue, pool=Pool([]), delivery=Screen(), data_dir=Path("nowhere"))

    async def ask(self, who: int, cost: float) -> None:
        """In direct messages or on one of two servers: a share is of them all."""
        self.clock.pass_by(seconds=1)
        place = make_place(user_id=who, guild_id=(None, 30, 31)[len(self.jobs) % 3])
        job = make_job(place=place, cost=cost, created_at=self.clock())
        self.jobs.append(job)
        job = await self.runner.add(job)
        await self.runner.submit(await self.store.locate(job.id, message_id=len(self.jobs)))

    async def cancel(self, which: int) -> None:
        """As a person does, or as it is done where Discord did not take the answer."""
        if self.jobs:
            job = self.jobs[which % len(self.jobs)]
            with suppress(Fenced):
                await (self.runner.drop(job) if which % 2 else self.stop(job))

    async def stop(self, job: Job) -> None:
        """The runner's own, without what follows on a server."""
        ended = await self.store.cancel_request(job, job.place.user_id, only=[JobState.WAITING])
        await self.runner._close_up(ended)

    async def claim(self) -> None:
        """The next one goes to a backend, unless somebody stops it just then."""
        light = next(iter(self.queue), None)
        if light is not None:
            self.queue.take(light.id)
            try:
                job = await self.store.get(light.id)
                assert job is not None
                await self.store.claim(job, "gpu")
            except Fenced:
                self.queue.end(light.id)

    async def leave(self, which: int, *, back: bool) -> None:
        """One that is there has ended, or waits again."""
        begun = sorted(self.queue.begun)
        job = await self.store.get(begun[which % len(begun)]) if begun else None
        if job is not None and job.state is JobState.SUBMITTED:
            with suppress(Fenced):
                job = await self.store.change(job, state=JobState.WAITING if back else JobState.DONE)
                self.queue.end(job.id)
                if back:
                    self.queue.put(waiting(job))


async def test_one_that_began_though_nobody_waits_for_it_is_stopped_by_whoever_has_it(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    life = Life(store, tmp_path)
    await life.ask(1, 1.0)
    await life.claim()
    await life.runner.drop(life.jobs[0])

    (begun,) = await store.begun()
    assert begun.cancelled_by == 1
    assert list(life.queue.begun) == [begun.id]
    await store.close()


asks = st.tuples(st.just("ask"), st.integers(1, 3), st.sampled_from([1.0, 10.0, 0.1, 300.0]))
others = st.tuples(st.sampled_from(["cancel", "claim", "end", "back"]), st.integers(0, 9), st.just(0.0))
#: what happens at the same time
moments = st.lists(st.lists(asks | others, min_size=1, max_size=3), max_size=12)


async def happen(life: Life, kind: str, number: int, cost: float) -> None:
    match kind:
        case "ask":
            await life.ask(number, cost)
        case "cancel":
            await life.cancel(number)
        case "claim":
            await life.claim()
        case _:
            await life.leave(number, back=kind == "back")


@settings(max_examples=30)
@given(moments)
async def test_the_order_in_the_database_is_the_one_in_memory(moments: list[list[tuple[str, int, float]]]) -> None:
    with TemporaryDirectory() as folder:
        store = await open_store(Path(folder))
        try:
            life = Life(store, Path(folder))
            for moment in moments:
                await asyncio.gather(*(happen(life, *what) for what in moment))
            kept = await store.waiting()
            begun = {job.id: (job.tag, job.first) for job in await store.begun()}
            again = JobQueue()
            await life.start(again).prepare()
        finally:
            await store.close()

    assert kept == list(life.queue)
    assert begun == {job.id: (job.tag, job.first) for job in life.queue.begun.values()}
    assert again.order() == life.queue.order()
    firsts = [[queue.turn("new", who, 1.0, life.clock()).first for who in range(1, 5)] for queue in (life.queue, again)]
    assert firsts[0] == firsts[1]
