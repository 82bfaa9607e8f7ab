"""Processes that are started in any order find each other."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.postgres import Postgres

from .conftest import Fleet, within


async def test_a_process_that_starts_before_the_database_waits_for_it_and_can_be_stopped_meanwhile(
    fleet: Fleet, simulators: Any, postgres: Postgres, caplog: pytest.LogCaptureFixture
) -> None:
    (one,) = await simulators(1)
    await asyncio.to_thread(postgres.stop)
    try:
        worker, other = [await fleet.worker(one, up=False) for _process in range(2)]
        async with within():
            while caplog.text.count("does not answer. Check that PostgreSQL runs there") < 2:
                worker.check()
                await asyncio.sleep(0.02)
        await other.stop()
    finally:
        await asyncio.to_thread(postgres.start)

    await worker.holds(one)
    assert other.task.done()
