"""The budget for paid backends, held by several processes that share a PostgreSQL."""

from __future__ import annotations

import asyncio

from bot.jobs.job import JobState
from bot.jobs.spending import Bill, BudgetSpent, spent
from bot.jobs.store import Store, utc_now
from tests.pure.jobs import make_job


async def test_processes_that_claim_at_once_never_spend_more_than_there_is(fleet_database: str) -> None:
    stores = [await Store.open(fleet_database) for _process in range(3)]
    try:
        jobs = [await stores[0].add(make_job()) for _job in range(9)]

        claims = (
            stores[number % 3].claim(job, f"https://cloud{number % 3}", bill=Bill(3, 10))
            for number, job in enumerate(jobs)
        )
        found = await asyncio.gather(*claims, return_exceptions=True)

        total = await stores[0].transact(lambda connection: spent(connection, utc_now()))
        counts = await stores[0].counts(states=JobState)
    finally:
        for store in stores:
            await store.close()
    assert sum(isinstance(one, BudgetSpent) for one in found) == 6
    assert (counts[JobState.SUBMITTED], counts[JobState.WAITING], total) == (3, 6, 9)
