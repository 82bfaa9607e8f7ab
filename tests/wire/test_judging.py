"""A judge against a server that forgets, hangs, is away or is gone: what was not judged is not shown."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from pydantic import SecretStr

from bot.cloud.backend import CloudBackend
from bot.cloud.endpoint import Endpoint
from bot.comfy.backend import Backend
from bot.comfy.client import ComfyClient
from bot.comfy.events import Output, Settled
from bot.comfy.intervals import Intervals
from bot.comfy.pool import Pool
from bot.comfy.server import ServerBackend
from bot.comfy.simulator import Simulator
from bot.errors import BackendUnreachable
from bot.jobs.audit import Audit
from bot.jobs.blocks import Blocks
from bot.jobs.job import Job, JobState, Outcome, Verdict
from bot.jobs.judging import Judge, judging_id
from bot.jobs.servers import Servers
from bot.jobs.store import Store, utc_now
from bot.jobs.strikes import Strikes
from bot.workflow.library import Library
from bot.workflow.recipe import Recipe
from bot.workflow.safety import Safety
from tests.clouds import KEY, Cloud
from tests.pure.jobs import make_job, open_store
from tests.wire.simulated import EMPTY

CLASSIFY = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}, "_meta": {"title": "Picture"}},
    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "a"}, "_meta": {}},
    "3": {"class_type": "PrimitiveString", "inputs": {"value": "safe"}, "_meta": {"title": "Verdict"}},
    "4": {"class_type": "PreviewAny", "inputs": {"source": ["3", 0]}, "_meta": {"title": "Show"}},
}
MANIFEST = 'description = "Judge"\n[[option]]\nname = "image"\ntype = "image"\ntargets = ["Picture.image"]\n'


@pytest.fixture
async def simulator(tmp_path: Path) -> AsyncIterator[Simulator]:
    async with Simulator(data_dir=tmp_path / "comfyui") as simulator:
        yield simulator


class Court:
    """A server, what it made, and who judges that."""

    def __init__(self, backend: Backend, store: Store, library: Library) -> None:
        self.backend, self.store, self.library = backend, store, library

    def judge(self, *, patience: float = 30.0, pool: Pool | None = None) -> Judge:
        audit = Audit(self.store, utc_now)
        servers, blocks = Servers(self.store, utc_now), Blocks(self.store, utc_now)
        strikes = Strikes(self.store, servers, blocks, audit, clock=utc_now, me=lambda: 1)
        pool = pool or Pool([self.backend])
        return Judge(self.store, pool, self.library.judges, audit, strikes, me=lambda: 1, patience=patience)

    async def made(self) -> Job:
        """A job that is done, as it is stored."""
        made: tuple[Output, ...] = ()
        async for event in self.backend.run(EMPTY, "00000000-0000-4000-8000-000000000000"):
            if isinstance(event, Settled):
                made = event.outputs
        assert made
        recipe = Recipe(safety=Safety(workflow="classify"))
        outcome = Outcome(outputs=made)
        return await self.store.add(
            make_job(state=JobState.DONE, recipe=recipe, outcome=outcome, backend=self.backend.name)
        )


@asynccontextmanager
async def court(simulator: Simulator, folder: Path) -> AsyncIterator[Court]:
    (folder / "classify.json").write_text(json.dumps(CLASSIFY), "utf-8")
    (folder / "classify.toml").write_text(MANIFEST, "utf-8")
    library = Library(folder)
    library.load()
    store = await open_store(folder)
    intervals = Intervals(lost=0.1, queue=0.05, cancel=0.1, reconnect=0.05, reconnect_most=0.2)
    async with aiohttp.ClientSession() as session:
        backend = ServerBackend(ComfyClient(session, simulator.url), data_dir=folder, intervals=intervals)
        serving = asyncio.create_task(backend.serve())
        async with asyncio.timeout(20):
            await backend.wait_up()
            yield Court(backend, store, library)
        serving.cancel()
        await asyncio.wait([serving])
    await store.close()


async def test_a_text_of_a_primitive_decides(simulator: Simulator, tmp_path: Path) -> None:
    async with court(simulator, tmp_path) as here:
        job = await here.judge().judged(await here.made())
        again = await here.judge().judged(job)
        stored = await here.store.get(job.id)

    assert job.outcome.verdicts == (Verdict.SAFE,)
    assert again is job
    assert stored == job
    assert list(simulator.executed)[1:] == [judging_id(job.id, 0)]


async def test_what_a_cloud_made_is_judged_by_ones_own(simulator: Simulator, tmp_path: Path) -> None:
    """Clouds hand out files, and no words."""
    async with (
        court(simulator, tmp_path) as here,
        Simulator(data_dir=tmp_path / "elsewhere") as elsewhere,
        Cloud(elsewhere.url, tmp_path / "cloud") as cloud,
    ):
        paid = CloudBackend(Endpoint(cloud.url, SecretStr(KEY)), data_dir=tmp_path)
        serving = asyncio.create_task(paid.serve())
        await paid.wait_up()
        job = await Court(paid, here.store, here.library).made()
        judged = await here.judge(pool=Pool([paid, here.backend])).judged(job)
        other = await here.store.add(replace(job, id=str(uuid4())))
        alone = await here.judge(pool=Pool([paid])).judged(other)
        serving.cancel()
        await asyncio.wait([serving])

    assert judged.outcome.verdicts == (Verdict.SAFE,)
    assert list(simulator.executed) == [judging_id(job.id, 0)]
    assert alone.outcome.verdicts == (Verdict.FAILED,)


async def test_a_server_that_is_in_no_setting_any_more_withholds(simulator: Simulator, tmp_path: Path) -> None:
    async with court(simulator, tmp_path) as here:
        job = await here.judge(pool=Pool([])).judged(await here.made())

    assert job.outcome.verdicts == (Verdict.FAILED,)


async def test_a_judge_that_is_no_workflow_any_more_withholds(simulator: Simulator, tmp_path: Path) -> None:
    async with court(simulator, tmp_path) as here:
        made = await here.made()
        (tmp_path / "classify.toml").unlink()
        (tmp_path / "classify.json").unlink()
        here.library.load()
        job = await here.judge().judged(made)

    assert job.outcome.verdicts == (Verdict.FAILED,)


async def test_a_picture_that_is_gone_is_not_waited_for(simulator: Simulator, tmp_path: Path) -> None:
    async with court(simulator, tmp_path) as here:
        made = await here.made()
        for path in (tmp_path / "comfyui").rglob("empty*.png"):
            path.unlink()
        job = await here.judge().judged(made)

    assert job.outcome.verdicts == (Verdict.FAILED,)


async def test_a_judge_that_takes_too_long_withholds_and_is_taken_off_the_server(
    simulator: Simulator, tmp_path: Path
) -> None:
    async with court(simulator, tmp_path) as here:
        made = await here.made()
        simulator.hold()
        job = await here.judge(patience=0.5).judged(made)
        simulator.release()
        async with asyncio.timeout(20):
            await simulator.wait_for("interrupted", prompt_id=judging_id(job.id, 0))

    assert job.outcome.verdicts == (Verdict.FAILED,)


async def test_while_the_server_is_away_nothing_is_said(simulator: Simulator, tmp_path: Path) -> None:
    async with court(simulator, tmp_path) as here:
        made = await here.made()
        await simulator.close()
        with pytest.raises(BackendUnreachable):
            await here.judge().judged(made)
        stored = await here.store.get(made.id)

    assert stored is not None
    assert stored.outcome.verdicts == ()
    assert stored.shown == ()
