"""Servers that are old, down, stuck or talk nonsense."""

from pathlib import Path

import pytest

from bot.comfy.backend import Backend
from bot.comfy.events import (
    Accepted,
    Detached,
    ExecutionStart,
    Preview,
    ProgressState,
)
from bot.comfy.simulator import Simulator
from bot.comfy.standing import BackendState
from bot.errors import BackendStuck, BackendTooOld, BackendUnreachable
from tests.wire.comfy import CHECKPOINT, NO_POLL, Follower, plain, reach, run, sampling
from tests.wire.conftest import Connect


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


async def test_a_file_that_arrives_torn_is_fetched_again(backend: Backend, simulator: Simulator) -> None:
    settled = await run(backend, plain())
    simulator.faults.torn_views = 2

    assert (await backend.fetch(settled.outputs[0], ceiling=2**20)).startswith(b"\x89PNG")


async def test_a_file_that_is_always_torn_may_be_had_later(backend: Backend, simulator: Simulator) -> None:
    settled = await run(backend, plain())
    simulator.faults.torn_views = 9
    with pytest.raises(BackendUnreachable):
        await backend.fetch(settled.outputs[0], ceiling=2**20)
