"""Work for a job goes on when whoever asked for it does not wait any more."""

from __future__ import annotations

import asyncio

from bot.jobs.hurry import hurried, hurry
from bot.jobs.underway import Underway


async def test_what_is_begun_for_a_job_has_the_time_it_takes_though_somebody_waits_for_an_answer() -> None:
    waited: list[float | None] = []

    async def work() -> None:
        waited.append(hurried(asyncio.get_running_loop().time()))

    async with asyncio.TaskGroup() as group:
        hurry(60)
        Underway(group).start("a job", work())

    assert waited == [None]
    assert hurried(asyncio.get_running_loop().time()) is not None
