"""Servers that come and go while a fleet runs; bots that talk and run jobs, each with its shards and its server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.comfy.simulator import Simulator
from bot.errors import AlreadyRunning
from bot.fleet.remote import RemoteBackend
from bot.jobs.job import JobState
from bot.playground import DiscordServer
from tests.whole.conftest import shows

from .conftest import Fleet, Process, within
from .test_roles import _guilds, ask, done


async def until(process: Process, holds: Callable[[], bool]) -> None:
    """Looked at whenever something changes at a server that it knows."""
    async with within():
        while not holds():
            process.check()
            await asyncio.wait([process.bot.pool.changed()], timeout=0.1)


def name(*servers: Simulator) -> str:
    return "".join(f'[[backend]]\nurl = "{server.url}"\n' for server in servers)


async def test_a_worker_takes_a_server_that_is_named_and_lets_go_of_one_that_is_not_once_its_job_is_over(
    fleet: Fleet, simulators: Any, discord_server: DiscordServer, tmp_path: Path
) -> None:
    one, two = await simulators(2)
    file = tmp_path / "files" / "backends.toml"
    file.parent.mkdir()
    gateway = await fleet.gateway()
    worker = await fleet.worker(one, backends_file=file)

    file.write_text(name(two))
    await worker.holds(one, two)
    await gateway.sees(one, two)
    one.hold()
    two.hold()
    answers = [await ask(discord_server, "alice", f"fox {n}") for n in range(2)]
    both = {(one.url, JobState.RUNNING), (two.url, JobState.RUNNING)}
    await fleet.begun(wanted=lambda jobs: {(job.backend, job.state) for job in jobs} == both)
    file.write_text("")
    await until(worker, lambda: two.url in worker.bot.pool.leaving)
    one.release()
    two.release()
    messages = [await done(answer) for answer in answers]
    await until(gateway, lambda: gateway.bot.pool.get(two.url) is None)

    assert all(message.images for message in messages)
    assert (len(one.executed), len(two.executed)) == (1, 1)
    assert worker.bot.pool.get(two.url) is None
    assert worker.bot.member is not None
    assert worker.bot.member.left(two.url) == 0
    file.write_text(name(two))
    await worker.holds(one, two)
    await gateway.sees(one, two)


async def test_a_standby_that_names_a_server_no_more_leaves_it_to_whoever_has_it(
    fleet: Fleet, simulators: Any, discord_server: DiscordServer, tmp_path: Path
) -> None:
    (one,) = await simulators(1)
    fleet.changes["lease_seconds"] = 15.0
    file = tmp_path / "files" / "backends.toml"
    file.parent.mkdir()
    file.write_text(name(one))
    gateway = await fleet.gateway()
    await fleet.worker(one)
    standby = await fleet.worker(up=False, backends_file=file)
    await gateway.sees(one)
    await standby.sees(one)
    one.hold()
    answer = await ask(discord_server, "alice")
    await answer.wait(shows("🎨"), timeout=20)

    file.write_text("")
    await until(standby, lambda: isinstance(standby.bot.pool.get(one.url), RemoteBackend))
    one.release()
    message = await done(answer)

    assert len(message.images) == 1
    assert [(job.fence, job.submits) for job in await fleet.jobs()] == [(1, 1)]


async def test_bots_that_do_both_share_the_work_where_each_has_shards_of_its_own(
    fleet: Fleet, simulators: Any, discord_server: DiscordServer
) -> None:
    one, two = await simulators(2)
    here = discord_server.guild
    there = next(guild for guild in _guilds(discord_server) if (guild.id >> 22) % 2 != (here.id >> 22) % 2)
    bots = [await fleet.bot(each, shard_ids=(n,), shard_count=2) for n, each in enumerate((one, two))]
    with pytest.raises(AlreadyRunning, match="these shards"):
        await fleet.bot(one, shard_ids=(1,), shard_count=2)
    with pytest.raises(AlreadyRunning, match="these shards"):
        await fleet.bot(one)
    for bot in bots:
        await bot.sees(one, two)
    one.hold()
    two.hold()

    answers = [await ask(discord_server, "alice", f"fox {n}", guild=guild) for n in range(3) for guild in (here, there)]
    await answers[-1].wait(shows("before yours"), timeout=20)
    one.release()
    two.release()
    messages = [await done(answer) for answer in answers]

    assert all(len(message.images) == 1 for message in messages)
    assert len(one.executed) + len(two.executed) == 6
    assert one.executed
    assert two.executed
    assert {(job.state, job.submits) for job in await fleet.jobs()} == {(JobState.DONE, 1)}
