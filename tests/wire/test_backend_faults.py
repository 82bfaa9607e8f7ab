"""What a server and a network can do wrong, and that no prompt is lost, doubled or left hanging by it."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest

from bot.comfy.backend import Backend, BackendState
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
from bot.comfy.simulator import Simulator
from bot.errors import BackendStuck, BackendTooOld, BackendUnreachable, MissingModel, OutOfMemory, PromptRefused
from tests.wire.comfy import CHECKPOINT, NO_MARKER, NO_POLL, PATIENCE, QUICK, Follower, plain, reach, run, sampling
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
        await backend._client.dequeue(second.prompt_id)

        assert (await second.settled()).result == "lost"


async def test_a_running_prompt_that_somebody_else_stopped_is_cancelled(backend: Backend, simulator: Simulator) -> None:
    simulator.hold()
    async with Follower(backend, plain()) as follower:
        await follower.until(ExecutionStart)
        await backend._client.interrupt(follower.prompt_id)

        assert (await follower.settled()).result == "cancelled"


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

    assert (await run(backend, plain())).result == "done"


async def test_a_cancel_that_hits_nothing_is_sent_again(backend: Backend, simulator: Simulator) -> None:
    simulator.faults.lost_interrupts = 2
    simulator.hold()
    async with Follower(backend, plain()) as follower:
        await follower.until(ExecutionStart)
        await backend.cancel(follower.prompt_id)

        assert (await follower.settled()).result == "cancelled"
    assert simulator.faults.lost_interrupts == 0


async def test_a_cancel_asked_while_the_server_is_away_is_sent_when_it_is_back(
    backend: Backend, simulator: Simulator
) -> None:
    simulator.hold()
    async with Follower(backend, plain()) as follower:
        await follower.until(ExecutionStart)
        simulator.faults.down = True
        simulator.drop_sockets()
        await reach(backend, BackendState.DOWN)
        with pytest.raises(BackendUnreachable):
            await backend.cancel(follower.prompt_id)
        simulator.faults.down = False

        assert (await follower.settled()).result == "cancelled"


async def test_no_prompt_has_a_number_and_no_interrupt_is_for_everybody(backend: Backend, simulator: Simulator) -> None:
    async with Follower(backend, plain()) as follower:
        await follower.settled()
        await backend.cancel(follower.prompt_id)

    for request in simulator.requests:
        if request.path.endswith("/prompt"):
            assert isinstance(request.body, dict)
            assert "number" not in request.body
            assert request.body["extra_data"] == {"preview_method": "auto"}
        if request.path.endswith("/interrupt"):
            assert request.body == {"prompt_id": follower.prompt_id}


async def test_a_prompt_is_posted_again_after_a_500(backend: Backend, simulator: Simulator) -> None:
    simulator.faults.fail_next = [500]
    async with Follower(backend, plain()) as follower:
        assert (await follower.settled()).result == "done"

    assert simulator.executed == [follower.prompt_id]


async def test_a_graph_on_which_the_server_keeps_failing_is_refused(backend: Backend, simulator: Simulator) -> None:
    simulator.faults.fail_next = [500] * 9
    with pytest.raises(PromptRefused) as refusal:
        await run(backend, plain())

    assert "500" in refusal.value.message


async def test_a_graph_that_is_too_large_is_refused(backend: Backend, simulator: Simulator) -> None:
    simulator.faults.fail_next = [413]
    with pytest.raises(PromptRefused) as refusal:
        await run(backend, plain())

    assert refusal.value.type == "too_large"


async def test_a_prompt_whose_answer_was_cut_off_is_not_sent_twice(backend: Backend, simulator: Simulator) -> None:
    simulator.faults.lose_answers = 1
    async with Follower(backend, plain()) as follower:
        assert (await follower.settled()).result == "done"

    assert simulator.executed == [follower.prompt_id]


async def test_a_prompt_that_never_left_is_said_to_be_unsent(backend: Backend, simulator: Simulator) -> None:
    await simulator.stop()
    with pytest.raises(BackendUnreachable):
        await run(backend, plain())
    await simulator.start()

    await reach(backend, BackendState.UP)
    assert (await run(backend, plain())).result == "done"


async def test_a_dead_worker_is_noticed_and_so_is_its_return(backend: Backend, simulator: Simulator) -> None:
    simulator.faults.dead_worker = True
    await simulator.restart()
    await reach(backend, BackendState.UP)
    async with Follower(backend, plain()) as follower:
        await reach(backend, BackendState.STUCK)
        assert isinstance(backend.problem, BackendStuck)
        simulator.faults.dead_worker = False
        await reach(backend, BackendState.UP)

        assert backend.problem is None
        assert (await follower.settled()).result == "done"


async def test_a_server_too_old_for_our_ids_is_refused_until_it_is_updated(serve: Connect) -> None:
    async with Simulator(version="0.3.44") as old:
        backend = await serve(old.url)
        await reach(backend, BackendState.TOO_OLD)

        assert isinstance(backend.problem, BackendTooOld)
        assert "0.3.44" in backend.problem.sentence()
        with pytest.raises(BackendUnreachable):
            await run(backend, plain())
        assert old.executed == []


@pytest.mark.parametrize("version", ["0.3.45", "0.3.64", "0.6.0", "0.11.0", "0.25.0", "0.26.0"])
async def test_an_older_server_does_the_same(serve: Connect, version: str) -> None:
    async with Simulator(version=version, models={"checkpoints": [CHECKPOINT]}, preview_method="auto") as old:
        backend = await serve(old.url)
        await reach(backend, BackendState.UP)
        async with Follower(backend, sampling()) as follower:
            settled = await follower.settled()
        old.hold()
        async with Follower(backend, plain()) as first, Follower(backend, plain()) as second:
            await first.until(ExecutionStart)
            await second.until(Accepted)
            await backend.cancel(second.prompt_id)
            await backend.cancel(first.prompt_id)
            waiting = await second.settled()
            old.release()
            running = await first.settled()

        assert backend.version == version
        assert settled.result == "done"
        assert len(settled.outputs) == 1
        assert follower.all(Preview)
        assert (running.result, waiting.result) == ("cancelled", "cancelled")
        jobs = [request for request in old.requests if "/jobs" in request.path]
        assert bool(jobs) == (version not in {"0.3.45", "0.3.64"})


async def test_a_server_that_cannot_interrupt_one_prompt_finishes_it_unseen(serve: Connect) -> None:
    async with Simulator(version="0.3.56") as old:
        backend = await serve(old.url)
        await reach(backend, BackendState.UP)
        old.hold()
        async with Follower(backend, plain()) as follower:
            await follower.until(ExecutionStart)
            await backend.cancel(follower.prompt_id)
            old.release()
            settled = await follower.settled()

        assert (settled.result, settled.outputs) == ("cancelled", ())
        assert not any(request.path.endswith("/interrupt") for request in old.requests)


async def test_frames_larger_than_aiohttps_limit_keep_the_socket_open(backend: Backend, simulator: Simulator) -> None:
    simulator.faults.huge_frame = 5 * 2**20
    async with Follower(backend, plain()) as follower:
        settled = await follower.settled()

    assert settled.result == "done"
    assert not follower.all(Detached)


async def test_frames_nobody_understands_change_nothing(serve: Connect, simulator: Simulator) -> None:
    backend = await serve(simulator.url, intervals=NO_POLL)
    await reach(backend, BackendState.UP)
    simulator.faults.lie = True
    async with Follower(backend, sampling()) as follower:
        settled = await follower.settled()

    assert settled.result == "done"
    assert not follower.all(Detached)
    assert follower.all(ProgressState)


async def test_running_out_of_memory_is_said_in_those_words(backend: Backend, simulator: Simulator) -> None:
    simulator.faults.out_of_memory = True
    settled = await run(backend, sampling())

    assert settled.result == "failed"
    assert isinstance(settled.failure, OutOfMemory)
    assert settled.failure.title == "Sampler"


async def test_a_refused_model_makes_the_catalogue_fresh(backend: Backend, simulator: Simulator) -> None:
    assert backend.catalogue is not None
    assert backend.catalogue.choices("CheckpointLoaderSimple", "ckpt_name") == (CHECKPOINT,)
    simulator.faults.missing_model = CHECKPOINT
    with pytest.raises(MissingModel):
        await run(backend, sampling())

    async with asyncio.timeout(PATIENCE):
        while backend.catalogue.choices("CheckpointLoaderSimple", "ckpt_name"):
            await backend.changed()


async def test_a_server_that_is_down_at_first_is_found_later(serve: Connect) -> None:
    async with Simulator() as simulator:
        await simulator.stop()
        backend = await serve(simulator.url)
        await reach(backend, BackendState.DOWN)
        assert isinstance(backend.problem, BackendUnreachable)
        await simulator.start()

        await reach(backend, BackendState.UP)
        assert backend.problem is None


async def test_the_catalogue_is_there_while_the_server_is_down(
    serve: Connect, backend: Backend, simulator: Simulator
) -> None:
    await simulator.stop()
    later = await serve(simulator.url)

    assert later.catalogue is not None
    assert later.catalogue == backend.catalogue


async def test_a_broken_catalogue_file_is_no_catalogue(
    serve: Connect, backend: Backend, simulator: Simulator, tmp_path: Path
) -> None:
    (kept,) = (tmp_path / "data" / "catalogues").iterdir()
    kept.write_text("{", "utf-8")
    await simulator.stop()

    assert (await serve(simulator.url)).catalogue is None


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
    async with asyncio.timeout(PATIENCE), aclosing(backend.run(sampling(steps=30), prompt_id)) as events:
        assert isinstance(await anext(events), Accepted)
        await simulator.wait_for("finished", prompt_id=prompt_id)
        assert (await run(backend, plain())).result == "done"
        late = [event async for event in events]

    assert sum(isinstance(event, Preview) for event in late) == 1
    assert sum(isinstance(event, ProgressState) for event in late) == 1
    assert {event.node for event in late if isinstance(event, Executing)} >= {"3", "8", "9", None}
    assert isinstance(late[-1], Settled)


async def test_a_file_that_arrives_torn_is_fetched_again(backend: Backend, simulator: Simulator) -> None:
    settled = await run(backend, plain())
    simulator.faults.torn_views = 2

    assert (await backend.fetch(settled.outputs[0], ceiling=2**20)).startswith(b"\x89PNG")


async def test_a_file_that_is_always_torn_may_be_had_later(backend: Backend, simulator: Simulator) -> None:
    settled = await run(backend, plain())
    simulator.faults.torn_views = 9
    with pytest.raises(BackendUnreachable):
        await backend.fetch(settled.outputs[0], ceiling=2**20)


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
