"""Work for a job goes on when whoever asked for it does not wait any more, and rests after a fault."""

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


async def test_a_job_that_met_a_fault_stays_in_hand_for_a_while() -> None:
    """So that whoever looks for something to do does not meet the same fault again and again."""

    async def fail() -> None:
        raise ZeroDivisionError

    async with asyncio.TaskGroup() as group:
        patient, hasty = Underway(group), Underway(group)
        patient.rest, hasty.rest = 3600, 0
        resting = patient.take("a job", fail(), None)
        await hasty.take("a job", fail(), None)
        held = [patient.has("a job"), hasty.has("a job")]
        resting.cancel()

    assert held == [True, False]
