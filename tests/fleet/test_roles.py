"""Gateways and workers: a command's way through them, and what holds over all of them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.errors import AlreadyRunning
from bot.jobs.job import JobState
from bot.playground import Answer, DiscordServer, Message
from tests.whole.conftest import finished, shows, stoppable
from tests.whole.test_imagine import SMALL

from .conftest import Fleet


async def ask(server: DiscordServer, who: str, prompt: str = "a fox", **where: Any) -> Answer:
    return await server.person(who).slash("imagine", values={"prompt": prompt, **SMALL}, timeout=20, **where)


async def done(answer: Answer | Message) -> Message:
    return await answer.wait(finished, timeout=20)


async def test_a_result_and_what_goes_on_from_it_pass_through_a_gateway_and_workers(
    fleet: Fleet, simulators: Any, discord_server: DiscordServer
) -> None:
    one, two = await simulators(2)
    gateway = await fleet.gateway()
    for simulator in (one, two):
        await fleet.worker(simulator)
    await gateway.sees(one, two)

    message = await done(await ask(discord_server, "alice"))
    larger = await done(await discord_server.person("bob").click(message, "Upscale", timeout=20))

    first, second = sorted(await fleet.jobs(), key=lambda job: job.created_at)
    assert message.images
    assert larger.images
    assert larger.images[0].data != message.images[0].data
    assert [button.label for button in message.buttons][:2] == ["Again", "Upscale"]
    assert (first.state, second.state) == (JobState.DONE, JobState.DONE)
    assert gateway.bot.pool.get(first.backend) is not None
    backend = gateway.bot.pool.get(first.backend)
    assert backend is not None
    data = await backend.fetch(first.outcome.outputs[0], ceiling=2**24)
    assert data.startswith(b"\x89PNG")
    assert not await fleet.tickets()
    assert not await fleet.errands()


async def test_a_gateway_lists_what_workers_say_and_counts_jobs_by_the_database(
    fleet: Fleet, simulators: Any, discord_server: DiscordServer
) -> None:
    (one,) = await simulators(1)
    gateway = await fleet.gateway()
    await fleet.worker(one)
    await gateway.sees(one)
    olivia = discord_server.person("olivia")

    async def listed(wanted: str) -> str:
        async with asyncio.timeout(20):
            while True:
                answer = await olivia.slash("backends list")
                text = (await answer.wait(lambda message: bool(message.text))).text
                if wanted in text:
                    return text
                await asyncio.wait([gateway.bot.pool.changed()], timeout=0.1)

    one.hold()
    jobs = [await ask(discord_server, "alice", f"fox {n}") for n in range(2)]
    await fleet.begun(wanted=lambda found: len(found) == 2)
    text = await listed("jobs of ours: 2, of others: 0")
    loaded = await listed("loaded last: `")
    await olivia.slash("backends pause", backend=one.url)
    waits = (await ask(discord_server, "bob")).message
    await waits.wait(shows("Whoever runs the bot has paused the servers"), timeout=20)
    one.release()
    await olivia.slash("backends resume", backend=one.url)
    for job in jobs:
        await done(job)
    await done(waits)

    assert one.url in text
    assert ".safetensors`" in loaded


async def test_cancels_and_pauses_at_a_gateway_hold_for_workers(
    fleet: Fleet, simulators: Any, discord_server: DiscordServer
) -> None:
    (one,) = await simulators(1)
    gateway = await fleet.gateway()
    await fleet.worker(one)
    await gateway.sees(one)
    alice, mona = discord_server.person("alice"), discord_server.person("mona")
    one.hold()
    running, ready, waiting, last = [(await ask(discord_server, "alice", f"fox {n}")).message for n in range(4)]
    await running.wait(shows("🎨"), timeout=20)
    await waiting.wait(shows("2 jobs before yours"), timeout=20)

    await alice.click(running, "Cancel")
    await alice.click(waiting, "Cancel")
    await running.wait(shows("⏹️ Cancelled."), timeout=20)
    await waiting.wait(shows("⏹️ Cancelled."), timeout=20)
    await fleet.begun(wanted=lambda jobs: {job.values["prompt"] for job in jobs} == {"fox 1", "fox 3"})
    await mona.slash("jobs pause")
    held = (await ask(discord_server, "bob", "held")).message
    await held.wait(shows("⏸️ Paused by a moderator."), timeout=20)
    one.release()
    await done(ready)
    await done(last)
    sent = len(one.executed)
    await mona.slash("jobs resume")
    await done(held)

    assert sent == 3
    assert held.images
    states = {job.values["prompt"]: job.state for job in await fleet.jobs()}
    assert states["fox 0"] == states["fox 2"] == JobState.CANCELLED
    await fleet.wait(lambda jobs: all(job.delivered for job in jobs))


async def test_gateways_with_shards_of_their_own_share_one_order_and_its_limits(
    fleet: Fleet, simulators: Any, discord_server: DiscordServer
) -> None:
    one, two = await simulators(2)
    fleet.changes["limit_running"] = 1
    here = discord_server.guild
    there = next(guild for guild in _guilds(discord_server) if (guild.id >> 22) % 2 != (here.id >> 22) % 2)
    gateways = [await fleet.gateway(shard_ids=(shard,), shard_count=2) for shard in (0, 1)]
    with pytest.raises(AlreadyRunning, match="already running"):
        await fleet.gateway(shard_ids=(1,), shard_count=2)
    for simulator in (one, two):
        await fleet.worker(simulator)
        simulator.hold()
    for gateway in gateways:
        await gateway.sees(one, two)

    answers = [await ask(discord_server, "alice", f"here {n}", guild=here) for n in range(3)]
    answers += [await ask(discord_server, "alice", f"there {n}", guild=there) for n in range(2)]
    await answers[1].wait(shows("begins when another of your jobs has ended"), timeout=20)
    begun = await fleet.begun(wanted=lambda jobs: len(jobs) > 1)
    one.release()
    two.release()
    for answer in answers:
        await done(answer)

    assert {job.place.guild_id for job in begun} == {here.id, there.id}
    assert len(begun) == 2
    assert not any(stoppable(answer.message) for answer in answers)
    assert len(one.executed) + len(two.executed) == 5


def _guilds(server: DiscordServer) -> Any:
    while True:
        yield server.add_guild("Elsewhere")
