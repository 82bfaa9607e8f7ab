"""Every process's queue is as the database has it, whatever is heard in which order."""

from __future__ import annotations

import asyncio

from bot.fleet.mirror import Mirror
from bot.jobs.estimates import Estimates
from bot.jobs.queue import JobQueue
from bot.jobs.store import Store
from tests.pure.jobs import make_job, make_place

from .test_leases import GPU, stores  # noqa: F401 (fixture)


class Slow(Estimates):
    """The first to look something up waits until it may go on."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.asked, self.go_on = asyncio.Event(), asyncio.Event()

    async def load(self, workflow: str) -> None:
        if not self.asked.is_set():
            self.asked.set()
            await self.go_on.wait()


async def test_what_was_read_earlier_is_not_put_over_what_was_read_later(stores: list[Store]) -> None:  # noqa: F811
    mine, theirs = stores
    queue, slow = JobQueue(), Slow(mine)
    mirror = Mirror(mine, queue, slow, here=lambda job_id: False, taken=lambda job_id: None)
    job = await mine.add(make_job(place=make_place(message_id=4)))

    async with asyncio.timeout(20):
        earlier = asyncio.create_task(mirror.hear(job.id))
        await slow.asked.wait()
        await theirs.claim(job, GPU)
        later = asyncio.create_task(mirror.hear(job.id))
        for _read in range(5):  # time for it to read, if it does not wait
            await mine.get(job.id)
        slow.go_on.set()
        await asyncio.gather(earlier, later)

    assert queue.order() == []
    assert set(queue.begun) == {job.id}
