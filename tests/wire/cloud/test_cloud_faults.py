"""What goes wrong at a paid endpoint: named, waited for, or given back; never run twice by itself."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import NoReturn
from uuid import uuid4

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.cloud.backend import CloudBackend
from bot.cloud.endpoint import Endpoint
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
    PartnerNodesOff,
)
from tests.clouds import KEY, Cloud, Handler, says
from tests.wire.cloud.conftest import Connect
from tests.wire.comfy import PATIENCE, Follower, node, plain, reach, run, sampling


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
