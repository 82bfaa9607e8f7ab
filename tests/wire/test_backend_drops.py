"""Sockets that drop or go deaf, servers that forget, histories that lag: no prompt is lost, doubled or left hanging."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

import aiohttp

from bot.comfy.backend import Backend
from bot.comfy.events import (
    Accepted,
    Detached,
    Executing,
    ExecutionStart,
    ExecutionSuccess,
    Preview,
    ProgressState,
    Settled,
)
from bot.comfy.server import ServerBackend
from bot.comfy.simulator import Simulator
from bot.comfy.standing import BackendState
from tests.wire.comfy import NO_MARKER, NO_POLL, PATIENCE, QUICK, Follower, plain, reach, run, sampling
from tests.wire.conftest import Connect


async def test_a_prompt_that_runs_while_the_socket_drops_is_finished_by_looking(
    backend: Backend, simulator: Simulator
) -> None:
    simulator.hold()
    async with Follower(backend, plain()) as follower:
        await follower.until(ExecutionStart)
        (before,) = simulator.client_ids
        simulator.drop_sockets()
        await follower.until(Detached)
        await reach(backend, BackendState.UP)
        (after,) = simulator.client_ids
        simulator.release()
        settled = await follower.settled()

    assert settled.result == "done"
    assert len(settled.outputs) == 1
    assert after != before
    assert simulator.executed == [follower.prompt_id]


async def test_a_waiting_prompt_is_followed_after_a_drop_too(backend: Backend, simulator: Simulator) -> None:
    simulator.hold()
    async with Follower(backend, plain()) as first, Follower(backend, plain()) as second:
        await first.until(ExecutionStart)
        await second.until(Accepted)
        simulator.drop_sockets()
        await second.until(Detached)
        simulator.release()

        assert [(await one.settled()).result for one in (first, second)] == ["done", "done"]


async def test_what_is_in_flight_is_looked_up_before_new_prompts_go_out(backend: Backend, simulator: Simulator) -> None:
    simulator.hold()
    async with Follower(backend, plain()) as follower:
        await follower.until(ExecutionStart)
        simulator.requests.clear()
        simulator.drop_sockets()
        await follower.until(Detached)
        await reach(backend, BackendState.UP)

        paths = [request.path for request in simulator.requests]
        assert f"/api/jobs/{follower.prompt_id}" in paths[paths.index("/api/ws") :]


async def test_a_deaf_socket_delays_the_end_but_does_not_lose_it(backend: Backend, simulator: Simulator) -> None:
    simulator.faults.deaf = True
    async with Follower(backend, sampling()) as follower:
        settled = await follower.settled()

    assert settled.result == "done"
    assert len(settled.outputs) == 1
    assert not follower.all(Executing)


async def test_a_stalled_publisher_delays_the_end_but_does_not_lose_it(backend: Backend, simulator: Simulator) -> None:
    simulator.faults.stall = True

    assert (await run(backend, plain())).result == "done"


async def test_a_server_that_forgot_a_running_prompt_has_lost_it(backend: Backend, simulator: Simulator) -> None:
    simulator.hold()
    async with Follower(backend, plain()) as follower:
        await follower.until(ExecutionStart)
        await simulator.restart()

        assert (await follower.settled()).result == "lost"
    await reach(backend, BackendState.UP)
    assert (await run(backend, plain())).result == "done"


async def test_a_waiting_prompt_that_somebody_else_deleted_is_lost(backend: Backend, simulator: Simulator) -> None:
    simulator.hold()
    async with Follower(backend, plain()) as first, Follower(backend, plain()) as second:
        await first.until(ExecutionStart)
        await second.until(Accepted)
        assert isinstance(backend, ServerBackend)
        await backend._client.dequeue(second.prompt_id)

        assert (await second.settled()).result == "lost"


async def test_history_may_lag_behind_success(serve: Connect, simulator: Simulator) -> None:
    backend = await serve(simulator.url, intervals=replace(NO_POLL, marker=0.01))
    await reach(backend, BackendState.UP)
    simulator.faults.history_lag = 0.1
    async with Follower(backend, plain()) as follower:
        await follower.until(ExecutionSuccess)

        assert (await follower.settled()).result == "done"


async def test_history_may_be_empty_even_after_the_end_marker(serve: Connect, simulator: Simulator) -> None:
    backend = await serve(simulator.url, intervals=NO_POLL)
    await reach(backend, BackendState.UP)
    simulator.faults.empty_histories = 3

    assert (await run(backend, plain())).result == "done"


async def test_a_history_that_stays_empty_too_long_is_asked_again_later(backend: Backend, simulator: Simulator) -> None:
    simulator.faults.empty_histories = 30

    assert (await run(backend, plain())).result == "done"


async def test_the_end_marker_is_enough_to_settle(serve: Connect, simulator: Simulator) -> None:
    backend = await serve(simulator.url, intervals=NO_MARKER)
    await reach(backend, BackendState.UP)
    async with Follower(backend, plain()) as follower:
        settled = await follower.settled()

    assert settled.result == "done"
    assert follower.all(Executing)[-1].node is None


async def test_a_prompt_from_before_a_restart_of_the_bot_waits_for_the_server(
    serve: Connect, backend: Backend, simulator: Simulator
) -> None:
    simulator.hold()
    graph = plain()
    async with Follower(backend, graph) as first:
        await first.until(ExecutionStart)
    simulator.faults.down = True
    later = await serve(simulator.url)
    await reach(later, BackendState.DOWN)
    async with Follower(later, graph, first.prompt_id, known=True) as again:
        await again.until(Detached)
        simulator.faults.down = False
        await again.until(ExecutionStart)
        simulator.release()
        settled = await again.settled()

    assert settled.result == "done"
    assert simulator.executed == [first.prompt_id]


async def test_a_reader_that_sleeps_finds_the_latest_preview_and_every_node(
    backend: Backend, simulator: Simulator
) -> None:
    prompt_id = "5d0a1d43-6d2c-4f4f-8d4c-3c1f5b6a7d8e"
    assert (
        await run(backend, plain())
    ).result == "done"  # by now the server knows that this socket wants named previews
    async with asyncio.timeout(PATIENCE), aclosing(backend.run(sampling(steps=30), prompt_id)) as events:
        assert isinstance(await anext(events), Accepted)
        await simulator.wait_for("finished", prompt_id=prompt_id)
        assert (await run(backend, plain())).result == "done"
        late = [event async for event in events]

    assert sum(isinstance(event, Preview) for event in late) == 1
    assert sum(isinstance(event, ProgressState) for event in late) == 1
    assert {event.node for event in late if isinstance(event, Executing)} >= {"3", "8", "9", None}
    assert isinstance(late[-1], Settled)


async def test_prompts_come_through_drops_at_any_moment(serve: Connect, simulator: Simulator) -> None:
    """The socket is cut before every node of every prompt."""
    backend = await serve(simulator.url, intervals=QUICK)
    await reach(backend, BackendState.UP)
    simulator.on(lambda moment, _facts: simulator.drop_sockets() if moment == "node" else None)
    ids = []
    for _attempt in range(3):
        await reach(backend, BackendState.UP)
        async with Follower(backend, sampling()) as follower:
            ids.append(follower.prompt_id)
            assert (await follower.settled()).result == "done"

    assert simulator.executed == ids


async def test_somebody_elses_prompt_that_breaks_the_jobs_api_breaks_nothing_here(
    backend: Backend, simulator: Simulator, session: aiohttp.ClientSession
) -> None:
    """Recorded on 0.33: `extra_pnginfo: null` makes the job answer 500."""
    simulator.hold()
    graph, prompt_id = plain(), "0b5a5fd2-6c0e-4d5b-9a53-2f3d0f4a6f11"
    body = {"prompt": graph, "prompt_id": prompt_id, "extra_data": {"extra_pnginfo": None}}
    async with session.post(f"{simulator.url}/prompt", json=body) as response:
        assert response.status == 200
    async with session.get(f"{simulator.url}/api/jobs/{prompt_id}") as response:
        assert response.status == 500
    async with Follower(backend, graph, prompt_id, known=True) as follower:
        await follower.until(ExecutionStart)
        simulator.release()

        assert (await follower.settled()).result == "done"


async def test_a_prompt_opened_again_over_the_same_socket_is_not_detached(serve: Connect, simulator: Simulator) -> None:
    backend = await serve(simulator.url, intervals=NO_POLL)
    await reach(backend, BackendState.UP)
    simulator.hold()
    graph = plain()
    async with Follower(backend, graph) as first:
        await first.until(ExecutionStart)
    async with Follower(backend, graph, first.prompt_id, known=True) as again:
        await asyncio.sleep(0)
        simulator.release()
        await again.until(ExecutionSuccess)

        assert (await again.settled()).result == "done"
        assert not again.all(Detached)


async def test_a_detached_prompt_ends_with_the_next_change_of_the_server_queue(
    serve: Connect, simulator: Simulator
) -> None:
    backend = await serve(simulator.url, intervals=NO_POLL)
    await reach(backend, BackendState.UP)
    simulator.hold()
    async with Follower(backend, plain()) as follower:
        await follower.until(ExecutionStart)
        simulator.drop_sockets()
        await follower.until(Detached)
        await reach(backend, BackendState.UP)
        simulator.release()

        assert (await follower.settled()).result == "done"
