"""A worker or a gateway that dies, or sleeps for too long: others go on with what it had, and nobody sees it twice."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.playground import DiscordServer, Request
from tests.postgres import Postgres
from tests.whole.conftest import shows
from tests.whole.processes import WarmBot, offline, settings

from .conftest import LEASE, Fleet
from .test_roles import ask, done


@asynccontextmanager
async def process(fleet: Fleet, role: str, simulator: Simulator | None = None) -> AsyncIterator[WarmBot]:
    """A process of its own, which can be killed and frozen."""
    folder = fleet.folder / f"process-{role}"
    await asyncio.to_thread(folder.mkdir)
    url = simulator.url if simulator is not None else "http://127.0.0.1:1"
    shared = {"ROLE": role, "DATABASE_URL": fleet.database, "LEASE_SECONDS": str(LEASE), "DRAIN_SECONDS": "0"}
    env = settings(fleet.server, url, folder, WORKFLOWS_DIR=str(fleet.folder / "workflows"), **shared)
    warm = WarmBot(env, folder)
    await (warm.start(fleet.server) if role == "gateway" else warm.launch())
    if simulator is not None:
        await warm.output.wait(f"{simulator.url} is held", "is up")
    try:
        yield warm
    finally:
        if warm.process.is_alive() and warm.process.pid is not None:
            os.kill(warm.process.pid, signal.SIGCONT)
        warm.kill()
        await warm.end()


def hold_once(simulator: Simulator) -> None:
    """The first sampler stops once it has told of its first step."""
    steps = count()

    def watch(moment: str, facts: Mapping[str, Any]) -> None:
        if moment == "step" and next(steps) == 0:
            simulator.hold()

    simulator.on(watch)


def signalled(warm: WarmBot, number: signal.Signals) -> None:
    assert warm.process.pid is not None
    os.kill(warm.process.pid, number)


async def test_a_dead_worker_s_job_is_followed_by_another_and_delivered_once(
    fleet: Fleet, simulators: Any, discord_server: DiscordServer
) -> None:
    (one,) = await simulators(1)
    hold_once(one)
    gateway = await fleet.gateway()
    async with process(fleet, "worker", one) as worker:
        await gateway.sees(one)
        answers = [await ask(discord_server, "alice", f"fox {n}") for n in range(3)]
        await answers[0].wait(shows("step 1 of 2"), timeout=20)
        standby = await fleet.worker(one, up=False)

        worker.kill()
        await standby.holds(one)
        one.release()
        messages = [await done(answer) for answer in answers]

    assert all(len(message.images) == 1 for message in messages)
    assert len(one.executed) == 3
    assert {(job.state, job.submits) for job in await fleet.jobs()} == {(JobState.DONE, 1)}
    assert len(discord_server.messages("general")) == 3


async def test_a_worker_that_slept_past_its_lease_changes_nothing_any_more(
    fleet: Fleet, simulators: Any, discord_server: DiscordServer
) -> None:
    (one,) = await simulators(1)
    hold_once(one)
    gateway = await fleet.gateway()
    async with process(fleet, "worker", one) as worker:
        await gateway.sees(one)
        answer = await ask(discord_server, "alice")
        await answer.wait(shows("step 1 of 2"), timeout=20)
        standby = await fleet.worker(one, up=False)

        signalled(worker, signal.SIGSTOP)
        await standby.holds(one)
        one.release()
        message = await done(answer)
        versions = len(message.versions)
        signalled(worker, signal.SIGCONT)
        await worker.output.wait(f"{one.url} is let go")
        other = await done(await ask(discord_server, "bob"))

    assert other.images
    assert message.images
    assert len(message.versions) == versions
    assert len(one.executed) == 2
    await fleet.wait(lambda jobs: all(job.delivered for job in jobs))


async def test_results_come_without_a_gateway_and_the_next_one_goes_on(
    fleet: Fleet, simulators: Any, discord_server: DiscordServer
) -> None:
    (one,) = await simulators(1)
    hold_once(one)
    await fleet.worker(one)
    async with process(fleet, "gateway") as dead:
        answers = [await ask(discord_server, "alice", f"fox {n}") for n in range(4)]
        await answers[0].wait(shows("step 1 of 2"), timeout=20)
        await answers[3].wait(shows("jobs before yours"), timeout=20)
        dead.kill()
        await offline(discord_server)
    one.release()
    messages = [await done(answer) for answer in answers]
    gateway = await fleet.gateway()
    await gateway.sees(one)
    again = await done(await discord_server.person("alice").click(messages[0], "Again", timeout=20))

    assert all(message.images for message in messages)
    assert again.images
    assert len(one.executed) == 5


async def test_an_outcome_left_behind_is_delivered_by_a_worker_that_has_other_servers(
    fleet: Fleet, simulators: Any, discord_server: DiscordServer
) -> None:
    one, two = await simulators(2)
    gateway = await fleet.gateway()
    async with process(fleet, "worker", one) as worker:

        async def kill(moment: str, request: Request) -> None:
            posts = moment == "request" and any(name.startswith("easel-") for name, _size in request.files)
            if posts and worker.process.is_alive():
                worker.kill()
                raise ConnectionError

        await gateway.sees(one)
        discord_server.on(kill)
        answer = await ask(discord_server, "alice")
        await fleet.wait(lambda jobs: any(job.state.ended for job in jobs))
        await fleet.worker(two)
        message = await done(answer)

    assert not worker.process.is_alive()
    assert len(message.images) == 1
    assert (len(one.executed), len(two.executed)) == (1, 0)


async def test_postgresql_may_restart_while_jobs_wait_and_run(
    fleet: Fleet, simulators: Any, discord_server: DiscordServer, postgres: Postgres
) -> None:
    (one,) = await simulators(1)
    hold_once(one)
    gateway = await fleet.gateway()
    worker = await fleet.worker(one)
    await gateway.sees(one)
    answers = [await ask(discord_server, "alice", f"fox {n}") for n in range(4)]
    await answers[0].wait(shows("step 1 of 2"), timeout=20)

    await asyncio.to_thread(postgres.stop, signal.SIGQUIT)
    await asyncio.to_thread(postgres.start)
    one.release()
    messages = [await done(answer) for answer in answers]
    late = await done(await ask(discord_server, "bob"))

    assert all(len(message.images) == 1 for message in [*messages, late])
    assert len(one.executed) == 5
    worker.check()
    gateway.check()
