"""A paid endpoint of the Comfy API v2 as a backend: the Comfy team's proxy in front of the simulator."""

from __future__ import annotations

import asyncio
import json
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from io import BytesIO
from pathlib import Path
from typing import NoReturn
from uuid import uuid4

import pytest
from aiohttp import web
from PIL import Image
from pydantic import SecretStr

from bot.cloud.backend import CloudBackend
from bot.cloud.endpoint import Endpoint
from bot.comfy.client import TooLarge
from bot.comfy.events import Accepted, Detached, ExecutionStart
from bot.comfy.simulator import Simulator
from bot.comfy.standing import BackendState
from bot.errors import (
    BackendError,
    BackendUnreachable,
    CloudBusy,
    CloudStopped,
    CreditsGone,
    EaselError,
    KeyRefused,
    NotComfyApi,
    SettingsError,
)
from bot.failures import (
    CloudTooLarge,
    MissingModel,
    MissingNode,
    NodeFailed,
    NothingToFree,
    PartnerNodesOff,
    ServerLost,
)
from tests.clouds import KEY, Cloud, Handler, says
from tests.wire.comfy import CHECKPOINT, PATIENCE, QUICK, Follower, node, plain, reach, run, sampling

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


async def test_a_node_that_fails_is_named(backend: CloudBackend, simulator: Simulator) -> None:
    info = {"input": {"required": {}}, "output": ["IMAGE"], "output_name": ["IMAGE"], "name": "Fragile"}

    async def fail(*_: object) -> NoReturn:
        raise ValueError("the lens is dirty")

    simulator.add_node("Fragile", info, fail)
    save = node("SaveImage", "Save", images=["1", 0], filename_prefix="easel/x")

    settled = await run(backend, {"1": node("Fragile", "My lens"), "2": save})

    assert settled.result == "failed"
    assert isinstance(settled.failure, NodeFailed)
    assert settled.failure.title == "My lens"
    assert "the lens is dirty" in settled.failure.reason


async def test_what_it_lacks_is_named_and_remembered(backend: CloudBackend) -> None:
    graph = plain()
    graph["1"] = node("NoSuchNode", "My node")

    with pytest.raises(MissingNode) as no_node:
        await run(backend, graph)
    with pytest.raises(MissingModel) as no_model:
        await run(backend, sampling(checkpoint="other.safetensors"))

    assert (no_node.value.class_type, no_node.value.title) == ("NoSuchNode", "My node")
    assert no_model.value.value == "other.safetensors"
    assert backend.lacks == {"NoSuchNode", "other.safetensors"}
    assert (await run(backend, plain())).result == "done"


async def test_a_wrong_key_is_a_problem_of_its_own(connect: Connect, cloud: Cloud) -> None:
    backend = await connect("wrong")
    await reach(backend, BackendState.DOWN)

    assert isinstance(backend.problem, KeyRefused)
    with pytest.raises(BackendUnreachable):
        await run(backend, plain())
    assert cloud.count("POST", "/jobs") == 0


async def test_another_kind_of_server_is_no_cloud(connect: Connect, simulator: Simulator) -> None:
    backend = await connect(url=simulator.url)
    await reach(backend, BackendState.DOWN)

    assert isinstance(backend.problem, NotComfyApi)


@pytest.mark.parametrize(
    ("status", "code", "problem"),
    [
        (401, "unauthorized", KeyRefused),
        (402, "insufficient_credits", CreditsGone),
        (403, "forbidden", KeyRefused),
        (422, "deployment_stopped", CloudStopped),
    ],
)
async def test_what_passes_lets_jobs_wait_and_not_fail(
    status: int, code: str, problem: type[BackendError], backend: CloudBackend, cloud: Cloud
) -> None:
    cloud.front = says(status, code)
    with pytest.raises(problem) as refused:
        await run(backend, plain())
    assert isinstance(refused.value, BackendUnreachable)
    assert isinstance(backend.problem, problem)
    cloud.front = None

    await reach(backend, BackendState.UP)
    assert (await run(backend, plain())).result == "done"


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [(403, "PARTNER_NODE_DISABLED", PartnerNodesOff), (413, "payload_too_large", CloudTooLarge)],
)
async def test_what_never_passes_fails_the_job(
    status: int, code: str, failure: type[EaselError], backend: CloudBackend, cloud: Cloud
) -> None:
    cloud.front = says(status, code)

    with pytest.raises(failure):
        await run(backend, plain())
    assert backend.state is BackendState.UP


async def test_a_full_cloud_is_left_alone_as_long_as_it_wants(backend: CloudBackend, cloud: Cloud) -> None:
    cloud.front = says(429, "queue_full", retry_after=3600)

    with pytest.raises(CloudBusy) as refused:
        await run(backend, plain())

    assert refused.value.seconds == 300, "whatever it says, an hour is too long not to look"
    assert (backend.slots, backend.state, backend.problem) == (0, BackendState.UP, None)
    assert isinstance(backend.busy, CloudBusy)
    before = len(cloud.asked)
    with pytest.raises(CloudBusy):
        await run(backend, plain())
    assert len(cloud.asked) == before


async def test_a_full_cloud_has_room_again_when_it_said_so(backend: CloudBackend, cloud: Cloud) -> None:
    cloud.front = says(429, "deployment_not_ready", retry_after=1)
    with pytest.raises(CloudBusy):
        await run(backend, plain())
    cloud.front = None
    async with asyncio.timeout(PATIENCE):
        while not backend.slots:
            await backend.changed()

    assert (await run(backend, plain())).result == "done"


async def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "comfy_low", None)

    with pytest.raises(SettingsError, match=r"easel\[cloud\]"):
        Endpoint("https://cloud.comfy.org", SecretStr(KEY))


async def test_a_cloud_that_dies_and_returns_costs_the_job_nothing(
    backend: CloudBackend, cloud: Cloud, simulator: Simulator
) -> None:
    simulator.hold()
    async with Follower(backend, plain()) as follower:
        await follower.until(ExecutionStart)
        await cloud.stop()
        await reach(backend, BackendState.DOWN)
        await follower.until(Detached)
        simulator.release()
        await cloud.start()
        settled = await follower.settled()

    assert settled.result == "done"
    assert cloud.count("POST", "/jobs") == 1
    assert await backend.fetch(settled.outputs[0], ceiling=2**20)


async def test_a_job_is_followed_on_after_a_restart_by_its_id_there(
    backend: CloudBackend, simulator: Simulator, connect: Connect, cloud: Cloud
) -> None:
    simulator.hold()
    graph = plain()
    async with Follower(backend, graph) as before:
        remote_id = (await before.until(Accepted)).remote_id
    later = await connect()
    async with Follower(later, graph, before.prompt_id, known=True, remote_id=remote_id) as after:
        await after.until(ExecutionStart)
        simulator.release()
        settled = await after.settled()

    assert (settled.result, len(settled.outputs)) == ("done", 1)
    assert cloud.count("POST", "/jobs") == 1


async def test_a_job_of_which_nobody_heard_the_answer_is_lost(backend: CloudBackend) -> None:
    async with Follower(backend, plain(), known=True) as follower:
        assert (await follower.settled()).result == "lost"


async def test_a_job_the_cloud_forgot_is_lost(backend: CloudBackend) -> None:
    async with Follower(backend, plain(), known=True, remote_id=str(uuid4())) as follower:
        assert (await follower.settled()).result == "lost"


async def test_a_post_that_never_got_there_is_sent_again(
    backend: CloudBackend, cloud: Cloud, simulator: Simulator
) -> None:
    cloud.front = _hang_up(after=False)

    assert (await run(backend, plain())).result == "done"
    assert _prompts(simulator) == 1


async def test_a_post_whose_answer_was_lost_makes_no_second_job_by_itself(
    backend: CloudBackend, cloud: Cloud, simulator: Simulator
) -> None:
    cloud.front = _hang_up(after=True)

    async with Follower(backend, plain()) as follower:
        assert (await follower.settled()).result == "lost"
    assert _prompts(simulator) == 1


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


def _hang_up(*, after: bool) -> Callable[[web.Request, Handler], Awaitable[web.StreamResponse | None]]:
    """Once, on the first POST of a job: before it is done, or after."""
    posts = 0

    async def hang_up(request: web.Request, handler: Handler) -> web.StreamResponse | None:
        nonlocal posts
        if request.method != "POST" or not request.path.endswith("/jobs"):
            return None
        posts += 1
        if posts > 1:
            return None
        if after:
            await handler(request)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    return hang_up


def _prompts(simulator: Simulator) -> int:
    return sum(request.method == "POST" and request.path.endswith("/prompt") for request in simulator.requests)


def _saved(folder: Path, filename: str) -> bytes:
    """A file as ComfyUI has it on its disk."""
    (found,) = folder.joinpath("comfyui").rglob(filename)
    return found.read_bytes()
