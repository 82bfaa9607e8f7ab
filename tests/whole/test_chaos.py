"""A short run of what `make chaos` does at length: everything breaks, and everybody gets one result."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.chaos.play import Play
from tests.chaos.stage import Solo
from tests.chaos.strikes import MOMENTS, plan
from tests.chaos.verdict import judge

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

SEED = 2


async def test_one_bot_loses_doubles_and_misdelivers_nothing(tmp_path: Path) -> None:
    stage = Solo(tmp_path)
    await stage.open()
    try:
        record = await Play(stage, plan(SEED, kills=1, others=1, database=False)).run()
        verdict = await judge(stage, record)
    finally:
        await stage.close()

    assert verdict.clean, verdict
    assert verdict.jobs >= len(MOMENTS)
    assert record.kills.total() == len(MOMENTS)
