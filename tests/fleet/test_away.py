"""A database that is away while people ask: who was answered gets a result, and who was refused gets none."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.playground import DiscordServer, Request
from tests.postgres import Postgres
from tests.wire.cable import Break, Cable

from .conftest import Fleet
from .test_roles import ask, done

AWAY = "cannot reach its database"


@pytest.fixture
async def cable(postgres: Postgres) -> AsyncIterator[Cable]:
    async with Cable(postgres.port).laid() as cable:
        yield cable


@pytest.fixture
async def one(fleet: Fleet, simulators: Any, cable: Cable, postgres: Postgres) -> Simulator:
    """The ComfyUI of a fleet whose gateway reaches the database by the cable alone."""
    simulator: Simulator
    (simulator,) = await simulators(1)
    gateway = await fleet.gateway(database_url=fleet.database.replace(f":{postgres.port}/", f":{cable.port}/"))
    await fleet.worker(simulator)
    await gateway.sees(simulator)
    return simulator


async def test_who_was_answered_gets_a_result_though_the_database_hangs_for_longer_than_anybody_waits(
    fleet: Fleet, one: Simulator, discord_server: DiscordServer, cable: Cable, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever asks next is refused when that time is over, so it is over for the first as well."""

    async def freeze(moment: str, request: Request) -> None:
        if moment == "answer" and request.path.endswith("/callback"):
            cable.hold()

    discord_server.on(freeze)
    first = await ask(discord_server, "alice")
    refused = await ask(discord_server, "bob")
    cable.let_go()
    message = await done(first)

    assert AWAY in refused.message.text
    assert refused.message.ephemeral
    assert "is taken in all the same" not in caplog.text
    assert len(message.images) == 1
    assert not any(AWAY in version.text for version in message.versions)
    assert [job.state for job in await fleet.jobs()] == [JobState.DONE]


async def test_who_is_told_to_try_again_gets_no_job_though_it_was_stored(
    fleet: Fleet, one: Simulator, discord_server: DiscordServer, cable: Cable
) -> None:
    cable.at_commit, cable.among = Break.HANG, b"INSERT INTO jobs"

    refused = await ask(discord_server, "alice")
    cable.go_on.set()
    await fleet.wait(lambda jobs: bool(jobs) and all(job.delivered for job in jobs))

    assert AWAY in refused.message.text
    assert [job.state for job in await fleet.jobs()] == [JobState.CANCELLED]
    assert not one.executed
    assert discord_server.messages("general") == [refused.message]
