"""A gateway and workers: a command's way through them, and what holds over all of them."""

from __future__ import annotations

from typing import Any

from bot.jobs.job import JobState
from bot.playground import DiscordServer
from tests.whole.conftest import finished

from .conftest import Fleet


async def test_a_command_at_a_gateway_is_run_and_answered_by_a_worker(
    fleet: Fleet, simulators: Any, discord_server: DiscordServer
) -> None:
    one, two = await simulators(2)
    gateway = await fleet.gateway()
    await fleet.worker(one)
    await fleet.worker(two)
    await gateway.sees(one, two)

    answer = await discord_server.person("alice").slash("imagine", values={"prompt": "a fox"}, timeout=20)
    message = await answer.wait(finished, timeout=20)

    assert message.images
    assert any(button.label == "Again" for button in message.buttons)
    (job,) = await fleet.jobs()
    assert job.state is JobState.DONE
