"""A paid endpoint of the Comfy API v2 for tests: the Comfy team's proxy in front of the simulator."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.cloud.backend import CloudBackend
from bot.cloud.endpoint import Endpoint
from bot.comfy.simulator import Simulator
from bot.comfy.standing import BackendState
from tests.clouds import KEY, Cloud
from tests.wire.comfy import CHECKPOINT, QUICK, reach

Connect = Callable[..., Awaitable[CloudBackend]]


@pytest.fixture
async def simulator(tmp_path: Path) -> AsyncIterator[Simulator]:
    async with Simulator(models={"checkpoints": [CHECKPOINT]}, data_dir=tmp_path / "comfyui") as simulator:
        yield simulator


@pytest.fixture
async def cloud(simulator: Simulator, tmp_path: Path) -> AsyncIterator[Cloud]:
    async with Cloud(simulator.url, tmp_path / "cloud") as cloud:
        yield cloud


@pytest.fixture
async def connect(cloud: Cloud, tmp_path: Path) -> AsyncIterator[Connect]:
    """Makes a backend and keeps it connected until the test ends; without waiting for it to be up."""
    async with AsyncExitStack() as stack:

        async def connect(key: str = KEY, url: str = "") -> CloudBackend:
            endpoint = Endpoint(url or cloud.url, SecretStr(key))
            backend = CloudBackend(endpoint, data_dir=tmp_path / "data", intervals=QUICK)
            task = asyncio.create_task(backend.serve())
            stack.push_async_callback(_stop, task)
            return backend

        yield connect


@pytest.fixture
async def backend(connect: Connect) -> CloudBackend:
    backend = await connect()
    await reach(backend, BackendState.UP)
    return backend


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
