"""Everything at once: sockets drop, answers vanish, history lags, events stall, people cancel."""

import asyncio
from contextlib import suppress
from random import Random
from uuid import uuid4

import pytest

from bot.comfy.backend import Backend
from bot.comfy.events import Accepted
from bot.comfy.simulator import Simulator
from bot.errors import BackendUnreachable
from tests.wire.comfy import PATIENCE, Follower, plain, sampling


class Storm:
    """At each moment of the simulator, something may break."""

    def __init__(self, simulator: Simulator, rng: Random) -> None:
        self._simulator = simulator
        self._rng = rng

    def strike(self, _moment: str, _facts: object) -> None:
        faults = self._simulator.faults
        match self._rng.randrange(60):
            case 0 | 1:
                self._simulator.drop_sockets()
            case 2 | 3:
                faults.stall = not faults.stall
            case 4:
                faults.lose_answers = 1
            case 5:
                faults.empty_histories = self._rng.randrange(5)
            case 6:
                faults.lost_interrupts = 1
            case 7:
                faults.history_lag = self._rng.choice([0, 0.02])
            case 8:
                faults.lie = not faults.lie


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_in_a_storm_every_prompt_runs_once_and_ends_once(
    backend: Backend, simulator: Simulator, seed: int
) -> None:
    rng = Random(seed)
    simulator.on(Storm(simulator, rng).strike)
    room = asyncio.Semaphore(3)
    ends = await asyncio.gather(*(follow(backend, room, number, rng.random() < 0.2) for number in range(12)))

    assert len(set(simulator.executed)) == len(simulator.executed)
    for prompt_id, result, stopped in ends:
        assert result in ({"done", "cancelled"} if stopped else {"done"})
        assert prompt_id in simulator.executed or result == "cancelled"


async def follow(backend: Backend, room: asyncio.Semaphore, number: int, stop: bool) -> tuple[str, str, bool]:
    """Id and result of one prompt, and whether it was to be stopped; again while it could not even be sent."""
    graph, prompt_id = sampling() if number % 2 else plain(), str(uuid4())
    async with room, asyncio.timeout(PATIENCE):
        while True:
            await backend.wait_up()
            with suppress(BackendUnreachable):
                async with Follower(backend, graph, prompt_id) as follower:
                    if stop:
                        await follower.until(Accepted)
                        await stop_prompt(backend, prompt_id)
                    return prompt_id, (await follower.settled()).result, stop


async def stop_prompt(backend: Backend, prompt_id: str) -> None:
    with suppress(BackendUnreachable):  # it is sent when the server is back
        await backend.cancel(prompt_id)
