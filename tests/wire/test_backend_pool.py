"""Several servers: found by name, and the freest that is up is the best."""

import asyncio
from pathlib import Path

import aiohttp

from bot.comfy.client import ComfyClient
from bot.comfy.events import ExecutionStart
from bot.comfy.pool import Pool
from bot.comfy.server import ServerBackend
from bot.comfy.simulator import Simulator
from bot.comfy.standing import BackendState
from tests.wire.comfy import PATIENCE, QUICK, Follower, plain, reach
from tests.wire.conftest import Connect


async def test_the_best_backend_is_up_and_the_least_busy(serve: Connect) -> None:
    async with Simulator() as busy, Simulator() as free, Simulator() as away:
        await away.stop()
        backends = [await serve(simulator.url) for simulator in (busy, away, free)]
        pool = Pool(backends)
        assert pool.best() is None
        await reach(backends[0], BackendState.UP)
        await reach(backends[1], BackendState.DOWN)
        await reach(backends[2], BackendState.UP)
        busy.hold()
        async with Follower(backends[0], plain()) as follower:
            await follower.until(ExecutionStart)

            assert backends[0].queue_remaining == 1
            assert pool.best() is backends[2]
            assert pool.get(backends[1].name) is backends[1]
            assert pool.get("http://elsewhere:8188") is None
            assert pool.get(None) is None
            busy.release()
            await follower.settled()


async def test_a_pool_keeps_all_its_backends_connected(session: aiohttp.ClientSession, tmp_path: Path) -> None:
    async with Simulator() as first, Simulator() as second:
        clients = [ComfyClient(session, simulator.url) for simulator in (first, second)]
        pool = Pool([ServerBackend(client, data_dir=tmp_path, intervals=QUICK) for client in clients])
        serving = asyncio.create_task(pool.serve())
        try:
            async with asyncio.timeout(PATIENCE):
                await asyncio.gather(*(backend.wait_up() for backend in pool.backends))

            assert [backend.name for backend in pool.backends] == [first.url, second.url]
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
