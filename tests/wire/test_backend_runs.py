"""Prompts from their POST to their end, on the simulator or a real ComfyUI."""

import asyncio
import io

import pytest
from PIL import Image

from bot.comfy.backend import Backend
from bot.comfy.events import (
    Accepted,
    Ahead,
    Executed,
    Executing,
    ExecutionCached,
    ExecutionStart,
    Preview,
    ProgressState,
    StepProgress,
)
from bot.comfy.version import Version
from tests.wire.comfy import Follower, plain, run, sampling

MEGABYTE = 2**20


async def test_a_prompt_runs_to_its_outputs(backend: Backend) -> None:
    async with Follower(backend, sampling(batch=2)) as follower:
        settled = await follower.settled()

    assert settled.result == "done"
    assert [output.node for output in settled.outputs] == ["9", "9"]
    assert settled.seconds is not None
    assert isinstance(follower.events[0], Accepted)
    assert {event.prompt_id for event in follower.events} == {follower.prompt_id}


async def test_a_sampler_shows_previews(backend: Backend) -> None:
    if not Version(backend.version or "").takes_preview_method:
        pytest.skip("this server shows previews only if it was started so")
    async with Follower(backend, sampling(steps=6)) as follower:
        await follower.settled()

    previews = follower.all(Preview)
    assert previews
    assert all(preview.node == "3" and preview.content_type == "image/jpeg" for preview in previews)
    assert all(preview.data.startswith(b"\xff\xd8\xff") for preview in previews)


async def test_a_sampler_tells_its_steps(backend: Backend) -> None:
    async with Follower(backend, sampling(steps=6)) as follower:
        await follower.settled()

    assert any(step.max == 6 for step in follower.all(StepProgress))
    assert any("3" in state.nodes for state in follower.all(ProgressState))
    assert "3" in [event.node for event in follower.all(Executing)]


async def test_the_same_prompt_again_is_cached_and_still_has_its_outputs(backend: Backend) -> None:
    graph = sampling()
    first = await run(backend, graph)
    async with Follower(backend, graph) as follower:
        again = await follower.settled()

    assert again.result == "done"
    assert again.outputs == first.outputs
    assert set(follower.all(ExecutionCached)[0].nodes) == set(graph)
    assert [event.node for event in follower.all(Executed)] == ["9"]


async def test_prompts_at_the_same_time_get_their_own_events_and_outputs(backend: Backend) -> None:
    colors = [0x110000, 0x001100, 0x000011, 0x111111]
    followers = [Follower(backend, plain(color=color)) for color in colors]
    ends = [await follower.settled() for follower in followers]

    for color, follower, settled in zip(colors, followers, ends, strict=True):
        assert {event.prompt_id for event in follower.events} == {follower.prompt_id}
        with Image.open(io.BytesIO(await backend.fetch(settled.outputs[0], ceiling=MEGABYTE))) as picture:
            assert picture.convert("RGB").getpixel((0, 0)) == tuple(color.to_bytes(3, "big"))


async def test_a_prompt_behind_another_is_told_how_many_come_before(backend: Backend) -> None:
    async with Follower(backend, sampling(steps=400, size=256)) as first:
        await first.until(ExecutionStart)
        async with Follower(backend, plain()) as second, Follower(backend, plain()) as third:
            await second.until(Ahead, count=1)
            await third.until(Accepted)
            ahead = await third.until(Ahead)
            await backend.cancel(first.prompt_id)
            ends = [(await follower.settled()).result for follower in (first, second, third)]

    assert ahead.count == 2
    assert ends == ["cancelled", "done", "done"]


async def test_a_running_prompt_is_stopped(backend: Backend) -> None:
    async with Follower(backend, sampling(steps=2000, size=256)) as follower:
        await follower.until(StepProgress)
        await backend.cancel(follower.prompt_id)

        assert (await follower.settled()).result == "cancelled"


async def test_a_waiting_prompt_is_taken_out_and_the_running_one_goes_on(backend: Backend) -> None:
    async with Follower(backend, sampling(steps=60, size=128)) as first, Follower(backend, plain()) as second:
        await second.until(Accepted)
        await backend.cancel(second.prompt_id)

        assert (await second.settled()).result == "cancelled"
        assert (await first.settled()).result == "done"


async def test_cancelling_what_has_ended_changes_nothing(backend: Backend) -> None:
    async with Follower(backend, plain()) as follower:
        await follower.settled()
    await backend.cancel(follower.prompt_id)

    assert (await run(backend, plain())).result == "done"


async def test_a_cancel_before_the_server_has_the_prompt_holds(backend: Backend) -> None:
    async with Follower(backend, sampling(steps=2000, size=256)) as follower:
        await asyncio.sleep(0)
        await backend.cancel(follower.prompt_id)

        assert (await follower.settled()).result == "cancelled"


async def test_a_prompt_sent_earlier_is_followed_to_its_end(backend: Backend) -> None:
    graph = sampling(steps=40, size=128)
    async with Follower(backend, graph) as first:
        await first.until(ExecutionStart)
    async with Follower(backend, graph, first.prompt_id, known=True) as again:
        settled = await again.settled()

    assert settled.result == "done"
    assert not again.all(Accepted)


async def test_a_prompt_that_ended_earlier_is_settled_at_once(backend: Backend) -> None:
    graph = plain()
    async with Follower(backend, graph) as first:
        outputs = (await first.settled()).outputs
    async with Follower(backend, graph, first.prompt_id, known=True) as again:
        settled = await again.settled()

    assert settled.outputs == outputs


async def test_a_prompt_the_server_never_heard_of_is_lost(backend: Backend) -> None:
    async with Follower(backend, plain(), known=True) as follower:
        assert (await follower.settled()).result == "lost"
