"""A real ComfyUI and its likeness, for tests that are no coroutines: Hypothesis draws, the loop runs in between."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.live.pair import Pair
from tests.wire.comfy import LIVE


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def pair(runner: asyncio.Runner) -> Iterator[Pair]:
    if not LIVE:
        pytest.skip("only with LIVE_COMFYUI_URL")

    async def enter() -> Pair:
        return await Pair(LIVE or "").__aenter__()

    pair = runner.run(enter())
    yield pair
    runner.run(pair.__aexit__(None, None, None))
