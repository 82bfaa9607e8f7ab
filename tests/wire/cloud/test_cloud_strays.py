"""Runs left in a cloud that was away: stopped once it is back, without a word against what is sent there later."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from pydantic import SecretStr

from bot.cloud.backend import CloudBackend
from bot.cloud.endpoint import Endpoint
from bot.comfy.backend import Backend
from bot.comfy.pool import Pool
from bot.comfy.simulator import Simulator
from bot.jobs.absence import Absence
from bot.jobs.job import Job
from bot.jobs.store import Store
from bot.jobs.strays import Stray, leave, strays_of
from tests.clouds import KEY, Cloud
from tests.pure.jobs import open_store
from tests.wire.comfy import QUICK, Follower, plain

NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Nobody:
    """Has no job in hand."""

    def suits(self, job: Job, backend: Backend) -> bool:
        return False

    async def taken(self, job: Job) -> None: ...

    def rejoin(self, job_id: str, backend: Backend) -> bool:
        return False


async def test_a_job_whose_first_run_nobody_heard_of_can_run_there_again(tmp_path: Path) -> None:
    store, job_id = await open_store(tmp_path), str(uuid4())
    async with Simulator(data_dir=tmp_path / "comfyui") as simulator, Cloud(simulator.url, tmp_path / "cloud") as cloud:
        backend = CloudBackend(Endpoint(cloud.url, SecretStr(KEY)), data_dir=tmp_path, intervals=QUICK)
        pool = Pool([backend])
        absence = Absence(store, pool, Nobody(), seconds=300, now=lambda: NOW)
        await store.transact(lambda connection: leave(connection, Stray(cloud.url, job_id), NOW))
        serving = [asyncio.create_task(each) for each in (pool.serve(), absence.serve())]
        async with asyncio.timeout(10):
            await _collected(store, pool, cloud.url)

        async with Follower(backend, plain(), job_id) as follower:
            settled = await follower.settled()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)

    assert settled.result == "done"
    await store.close()


async def _collected(store: Store, pool: Pool, name: str) -> None:
    while True:
        change = pool.changed()
        if not await store.transact(lambda connection: strays_of(connection, name)):
            return
        await change
