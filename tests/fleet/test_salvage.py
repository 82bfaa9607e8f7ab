"""A job on a server that a worker holds, and that nobody follows: the worker finds it by itself."""

from __future__ import annotations

from typing import Any

from bot.fleet.roster import Roster
from bot.jobs.job import Job, JobState
from bot.jobs.salvage import Salvage
from bot.jobs.store import Store
from bot.playground import DiscordServer
from tests.pure.jobs import make_job
from tests.whole.conftest import shows

from .conftest import Fleet
from .test_leases import GPU, expired, stores  # noqa: F401 (fixture)
from .test_roles import ask, done


async def test_a_claim_that_nobody_followed_up_is_found_and_runs_without_a_restart(
    fleet: Fleet, simulators: Any, discord_server: DiscordServer
) -> None:
    (one,) = await simulators(1)
    gateway = await fleet.gateway()
    worker = await fleet.worker(one)
    await gateway.sees(one)
    mona = discord_server.person("mona")
    await mona.slash("jobs pause")
    answer = await ask(discord_server, "alice")
    await answer.wait(shows("⏸️ Paused by a moderator."), timeout=20)
    (job,) = await fleet.jobs()

    await fleet.store.claim(job, one.url)  # as if it came late, of an earlier term of the lease
    await fleet.wait(lambda jobs: jobs[0].state is JobState.WAITING)
    await mona.slash("jobs resume")
    message = await done(answer)

    assert len(message.images) == 1
    assert len(one.executed) == 1
    worker.check()


async def test_a_job_that_is_followed_is_not_taken_up_however_often_one_looks(
    fleet: Fleet, simulators: Any, discord_server: DiscordServer
) -> None:
    (one,) = await simulators(1)
    fleet.changes["lease_seconds"] = 15.0
    gateway = await fleet.gateway()
    worker = await fleet.worker(one)
    await gateway.sees(one)
    one.hold()
    answer = await ask(discord_server, "alice")
    await answer.wait(shows("🎨"), timeout=20)

    for _look in range(4):
        await worker.bot.runner.salvage.look()
    one.release()
    message = await done(answer)

    assert len(message.images) == 1
    assert [(job.fence, job.submits) for job in await fleet.jobs()] == [(1, 1)]
    assert len(one.executed) == 1


async def test_only_jobs_on_what_a_process_holds_are_its_to_look_after(stores: list[Store]) -> None:  # noqa: F811
    taken: list[Job] = []

    async def take_up(job: Job) -> None:
        taken.append(job)

    rosters = [Roster(store, name, 60) for store, name in zip(stores, ("one", "two"), strict=True)]
    nets = [Salvage(store, has=lambda job_id: False, take_up=take_up, seconds=3600) for store in stores]
    for net, roster in zip(nets, rosters, strict=True):
        net.ours = roster.ours
    await rosters[0].hold([GPU], ())
    waiting = await stores[0].add(make_job())
    job = await stores[0].claim(await stores[0].add(make_job()), GPU)

    for _look in range(2):
        await nets[1].look()
    of_another = list(taken)
    for _look in range(2):
        await nets[0].look()
    held = [each.id for each in taken]
    await expired(stores[0])
    for _look in range(2):
        await nets[0].look()

    assert not of_another
    assert held == [job.id]
    assert len(taken) == 1
    assert await stores[0].get(waiting.id) == waiting
