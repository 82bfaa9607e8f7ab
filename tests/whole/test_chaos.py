"""A short run of what `make chaos` does at length: everything breaks, and everybody gets one result."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.chaos.fleet import Fleet
from tests.chaos.play import Play, Record
from tests.chaos.stage import Solo, Stage
from tests.chaos.strikes import ALONE, MOMENTS, Strike, plan
from tests.chaos.verdict import judge
from tests.postgres import Postgres, postgres  # noqa: F401 (a fixture)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

SEED = 2


async def test_one_bot_loses_doubles_and_misdelivers_nothing(tmp_path: Path) -> None:
    record = await play(Solo(tmp_path), dict.fromkeys(ALONE, 1))

    assert record.kills.total() == len(MOMENTS)


async def test_nor_does_a_fleet(tmp_path: Path, postgres: Postgres) -> None:  # noqa: F811 (the fixture)
    database = await asyncio.to_thread(lambda: postgres.create(postgres.template()))

    record = await play(Fleet(tmp_path, postgres, database), {Strike.FREEZE: 1, Strike.DATABASE: 1})

    assert record.kills.total() == len(MOMENTS)
    assert record.strikes[Strike.DATABASE] == 1


async def play(stage: Stage, others: Mapping[Strike, int]) -> Record:
    """One kill in each state of a job, and so many of the others."""
    try:
        await stage.open()
        record = await Play(stage, plan(SEED, 1, others)).run()
        verdict = await judge(stage, record)
    finally:
        await stage.close()
    assert verdict.clean, verdict
    assert verdict.jobs >= len(MOMENTS)
    return record
