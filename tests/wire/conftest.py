"""The server of the wire tests: the simulator, or with LIVE_COMFYUI_URL a real ComfyUI for those that need no fault."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

import aiohttp
import pytest

from bot.comfy.backend import Backend
from bot.comfy.client import ComfyClient
from bot.comfy.intervals import Intervals
from bot.comfy.server import ServerBackend
from bot.comfy.simulator import Simulator
from tests.wire.comfy import CHECKPOINT, LIVE, PATIENCE, QUICK, Comfy

Connect = Callable[..., Awaitable[Backend]]


@pytest.fixture
async def comfy(tmp_path: Path) -> AsyncIterator[Comfy]:
    """A ComfyUI, simulated or real."""
    if LIVE:
        yield Comfy(LIVE)
        return
    async with Simulator(models={"checkpoints": [CHECKPOINT]}, data_dir=tmp_path / "comfyui") as simulator:
        yield Comfy(simulator.url, simulator)


@pytest.fixture
def simulator(comfy: Comfy) -> Simulator:
    """For tests that hold, restart or break the server: a real one is not theirs to break."""
    if comfy.simulator is None:
        pytest.skip("only the simulator can do this")
    return comfy.simulator


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
def client(comfy: Comfy, session: aiohttp.ClientSession) -> ComfyClient:
    return ComfyClient(session, comfy.url)


@pytest.fixture
async def serve(session: aiohttp.ClientSession, tmp_path: Path) -> AsyncIterator[Connect]:
    """Makes a backend for an address and keeps it connected until the test ends; without waiting for it to be up."""
    async with AsyncExitStack() as stack:

        async def serve(url: str, *, intervals: Intervals = QUICK, headers: Mapping[str, str] | None = None) -> Backend:
            client = ComfyClient(session, url, headers=headers)
            backend = ServerBackend(client, data_dir=tmp_path / "data", intervals=intervals)
            task = asyncio.create_task(backend.serve())
            stack.push_async_callback(_stop, task)
            return backend

        yield serve


@pytest.fixture
async def backend(serve: Connect, comfy: Comfy) -> Backend:
    """Connected, with the catalogue."""
    backend = await serve(comfy.url)
    async with asyncio.timeout(PATIENCE):
        await backend.wait_up()
        while backend.catalogue is None:
            await backend.changed()
    return backend


async def _stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    result = (await asyncio.gather(task, return_exceptions=True))[0]
    assert isinstance(result, asyncio.CancelledError), result
