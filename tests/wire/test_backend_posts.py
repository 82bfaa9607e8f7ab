"""Prompts that do not arrive, or seem not to; prompts refused, failed and stopped."""

import asyncio

import pytest

from bot.comfy.backend import Backend
from bot.comfy.events import (
    ExecutionStart,
)
from bot.comfy.server import ServerBackend
from bot.comfy.simulator import Simulator
from bot.comfy.standing import BackendState
from bot.errors import BackendUnreachable
from bot.failures import MissingModel, OutOfMemory, PromptRefused
from tests.wire.comfy import CHECKPOINT, PATIENCE, Follower, plain, reach, run, sampling


async def test_a_running_prompt_that_somebody_else_stopped_is_cancelled(backend: Backend, simulator: Simulator) -> None:
    simulator.hold()
    async with Follower(backend, plain()) as follower:
        await follower.until(ExecutionStart)
        assert isinstance(backend, ServerBackend)
        await backend._client.interrupt(follower.prompt_id)

        assert (await follower.settled()).result == "cancelled"


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
