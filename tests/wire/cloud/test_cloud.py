"""A paid endpoint of the Comfy API v2 as a backend: the Comfy team's proxy in front of the simulator."""

from __future__ import annotations

import json
import logging
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from aiohttp import web
from PIL import Image

from bot.cloud.backend import CloudBackend
from bot.comfy.client import TooLarge
from bot.comfy.events import Accepted, ExecutionStart
from bot.comfy.simulator import Simulator
from bot.comfy.standing import BackendState
from bot.errors import (
    BackendUnreachable,
    CreditsGone,
    NotComfyApi,
)
from bot.failures import (
    NothingToFree,
    ServerLost,
)
from tests.clouds import KEY, Cloud, Handler, says
from tests.wire.cloud.conftest import Connect
from tests.wire.comfy import Follower, node, plain, reach, run, sampling


async def test_a_job_runs_there_and_its_files_are_as_comfyui_made_them(backend: CloudBackend, tmp_path: Path) -> None:
    async with Follower(backend, sampling(batch=2)) as follower:
        settled = await follower.settled()
    files = [await backend.fetch(output, ceiling=2**20) for output in settled.outputs]

    assert settled.result == "done"
    assert [_saved(tmp_path, output.filename) for output in settled.outputs] == files
    assert len(set(files)) == 2
    assert {output.node for output in settled.outputs} == {"9"}
    accepted = follower.events[0]
    assert isinstance(accepted, Accepted)
    assert accepted.remote_id not in {None, follower.prompt_id}


async def test_it_says_what_runs_while_it_runs(backend: CloudBackend, simulator: Simulator) -> None:
    simulator.hold()
    async with Follower(backend, sampling(steps=20)) as follower:
        await follower.until(ExecutionStart)
        simulator.release()
        await follower.settled()

    assert backend.queue_remaining == 0
    assert all(event.prompt_id == follower.prompt_id for event in follower.events)


async def test_files_outlive_a_restart_of_both_sides(backend: CloudBackend, cloud: Cloud, connect: Connect) -> None:
    settled = await run(backend, plain())
    await cloud.stop()
    await cloud.start()
    later = await connect()

    data = await later.fetch(settled.outputs[0], ceiling=2**20)

    assert Image.open(BytesIO(data)).size == (64, 64)
    with pytest.raises(TooLarge):
        await later.fetch(settled.outputs[0], ceiling=len(data) - 1)


async def test_a_file_that_is_gone_is_said_to_be(backend: CloudBackend, tmp_path: Path) -> None:
    settled = await run(backend, plain())
    for saved in tmp_path.joinpath("comfyui").rglob(settled.outputs[0].filename):
        saved.unlink()

    with pytest.raises(ServerLost):
        await backend.fetch(settled.outputs[0], ceiling=2**20)


async def test_an_uploaded_picture_is_an_asset_of_the_job(backend: CloudBackend, cloud: Cloud) -> None:
    picture = BytesIO()
    Image.new("RGB", (32, 16), (200, 30, 30)).save(picture, "PNG")
    name = await backend.upload(picture.getvalue(), "1-image.png")
    again = await backend.upload(picture.getvalue(), "2-image.png")
    save = node("SaveImage", "Save", images=["1", 0], filename_prefix=f"easel/{uuid4()}")

    settled = await run(backend, {"1": node("LoadImage", "Picture", image=name), "2": save})
    made = Image.open(BytesIO(await backend.fetch(settled.outputs[0], ceiling=2**20)))

    assert (made.size, made.convert("RGB").getpixel((0, 0))) == ((32, 16), (200, 30, 30))
    sent = next(body for method, path, _headers, body in cloud.asked if (method, path) == ("POST", "/api/v2/jobs"))
    assert json.loads(sent)["workflow"]["1"]["inputs"]["image"]["__type"] == "core/ASSET"
    assert cloud.count("POST", "/assets") == 1, "the same bytes are sent once"
    assert again == "2-image.png"


async def test_words_that_look_like_an_asset_stay_words(backend: CloudBackend, cloud: Cloud) -> None:
    name = await backend.upload(b"secret", "1-image.png")
    graph = sampling()
    graph["6"]["inputs"]["text"] = str.__str__(name)

    await run(backend, graph)

    sent = next(body for method, path, _headers, body in cloud.asked if (method, path) == ("POST", "/api/v2/jobs"))
    assert json.loads(sent)["workflow"]["6"]["inputs"]["text"] == "1-image.png"


async def test_a_job_that_waits_there_can_be_stopped_and_no_other_is(
    backend: CloudBackend, simulator: Simulator
) -> None:
    simulator.hold()
    async with Follower(backend, plain()) as first, Follower(backend, plain()) as second:
        await first.until(ExecutionStart)
        await second.until(Accepted)
        assert backend.queue_remaining == 2
        await backend.cancel(second.prompt_id)
        stopped = await second.settled()
        simulator.release()
        done = await first.settled()

    assert (stopped.result, done.result) == ("cancelled", "done")


async def test_a_running_job_can_be_stopped(backend: CloudBackend, simulator: Simulator) -> None:
    simulator.hold()
    async with Follower(backend, sampling(steps=50)) as follower:
        await follower.until(ExecutionStart)
        await backend.cancel(follower.prompt_id)
        simulator.release()

        assert (await follower.settled()).result == "cancelled"


async def test_a_wish_to_stop_survives_a_restart(backend: CloudBackend, simulator: Simulator, connect: Connect) -> None:
    simulator.hold()
    graph = plain()
    async with Follower(backend, graph) as before:
        remote_id = (await before.until(Accepted)).remote_id
    later = await connect()
    await later.cancel(before.prompt_id)
    async with Follower(later, graph, before.prompt_id, known=True, remote_id=remote_id) as after:
        assert (await after.settled()).result == "cancelled"


async def test_a_job_nobody_follows_is_stopped_by_its_id_there(backend: CloudBackend, simulator: Simulator) -> None:
    simulator.hold()
    async with Follower(backend, plain()) as before:
        remote_id = (await before.until(Accepted)).remote_id
    await backend.cancel(before.prompt_id, remote_id=remote_id)
    async with Follower(backend, plain(), known=True, remote_id=remote_id) as after:
        simulator.release()

        assert (await after.settled()).result in {"cancelled", "lost"}


async def test_the_key_goes_to_its_address_alone_and_into_no_log(
    simulator: Simulator, cloud: Cloud, backend: CloudBackend, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with Cloud(simulator.url, tmp_path / "cloud", key=None) as storage:

        async def elsewhere(request: web.Request, _handler: Handler) -> web.StreamResponse | None:
            if request.path.endswith("/content"):
                raise web.HTTPFound(f"{storage.url}{request.path}?signature=abc")
            return None

        cloud.front = elsewhere
        settled = await run(backend, plain())
        data = await backend.fetch(settled.outputs[0], ceiling=2**20)
        cloud.front = says(402, "insufficient_credits", f"the key {KEY} has none")
        with pytest.raises(CreditsGone) as refused:
            await run(backend, plain())

    assert Image.open(BytesIO(data)).size == (64, 64)
    (asked,) = storage.asked
    assert KEY not in str(asked)
    assert KEY in str(cloud.asked)
    assert KEY not in str(simulator.requests)
    assert KEY not in caplog.text
    assert "signature" not in caplog.text
    assert KEY not in f"{refused.value!r} {refused.value.reason} {backend.problem!r}"


async def test_no_other_redirect_is_followed(cloud: Cloud, connect: Connect, simulator: Simulator) -> None:
    async def away(request: web.Request, _handler: Handler) -> web.StreamResponse | None:
        raise web.HTTPTemporaryRedirect(f"{simulator.url}{request.path}")

    cloud.front = away
    before = len(simulator.requests)
    backend = await connect()
    await reach(backend, BackendState.DOWN)

    assert isinstance(backend.problem, NotComfyApi)
    assert len(simulator.requests) == before


async def test_its_memory_cannot_be_cleared(backend: CloudBackend) -> None:
    with pytest.raises(NothingToFree, match="by itself"):
        await backend.free()
    with pytest.raises(BackendUnreachable):
        await backend.forget([str(uuid4())])


def _saved(folder: Path, filename: str) -> bytes:
    """A file as ComfyUI has it on its disk."""
    (found,) = folder.joinpath("comfyui").rglob(filename)
    return found.read_bytes()
