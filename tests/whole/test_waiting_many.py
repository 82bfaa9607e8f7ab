"""A thousand wait: the nearest see where they stand, Discord gets few edits, and none once tokens are dead."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import insert

from bot.app import EaselBot
from bot.comfy.simulator import Simulator
from bot.jobs.job import Job, JobState
from bot.jobs.rows import to_row
from bot.jobs.tables import jobs
from bot.jobs.waiting import waiting
from bot.playground import DiscordServer, Request
from tests.whole.conftest import Easel, edits, listed, shows
from tests.whole.test_imagine import SMALL

MANY = 1000
MOST = 20  # edits in any second


class Edits:
    """The edits of waiting jobs, by the job whose button they carry, as they come."""

    def __init__(self, server: DiscordServer) -> None:
        self.server = server
        self.came = asyncio.Event()
        server.on(self.note)

    async def note(self, moment: str, request: Request) -> None:
        if moment == "answer" and request.method == "PATCH":
            self.came.set()

    def of(self, job: Job, since: int = 0) -> list[str]:
        told = (json.dumps(request.payload, ensure_ascii=False) for request in edits(self.server)[since:])
        return [text for text in told if f"job:cancel:{job.id}" in text]

    async def until(self, holds: Callable[[], bool], seconds: float = 5) -> None:
        async with asyncio.timeout(seconds):
            while not holds():
                self.came.clear()
                await self.came.wait()


async def crowd(bot: EaselBot, template: Job) -> list[Job]:
    """So many more, each of somebody else's, straight into the store and the queue, in order."""
    many = [
        replace(
            template,
            id=str(uuid4()),
            state=JobState.WAITING,
            fence=0,
            submits=0,
            backend=None,
            place=replace(template.place, user_id=1000 + number),
            created_at=template.created_at + timedelta(milliseconds=number),
            tag=1000.0 + number,
            first=True,
        )
        for number in range(MANY)
    ]
    await bot.store.transact(lambda connection: connection.execute(insert(jobs).values([to_row(job) for job in many])))
    for job in many:
        bot.runner.queue.put(waiting(job))
    return many


async def test_a_thousand_who_wait_are_told_in_time_and_no_more_than_discord_takes(
    discord_server: DiscordServer, comfyui: Simulator, easel: Easel
) -> None:
    seen = Edits(discord_server)
    comfyui.hold()
    async with easel.running() as bot:
        await listed(bot)
        runs = [await discord_server.person(who).slash("imagine", prompt="a fox", **SMALL) for who in ("alice", "bob")]
        await runs[0].wait(shows("Starting"))
        template = (await bot.store.select(limit=1))[0]
        many = await crowd(bot, template)
        nearest, left = many[:11], many[0]
        await seen.until(lambda: all(seen.of(job) for job in nearest))

        known = len(edits(discord_server))
        await bot.runner.cancel(left.id, by=left.place.user_id)
        await seen.until(lambda: all(seen.of(job, known) for job in nearest[1:]))
        times = sorted(request.at for request in edits(discord_server))
        told = [seen.of(job, known)[-1] for job in nearest[1:]]

        discord_server.advance(13.5 * 60)
        await seen.until(lambda: "not counted here" in "".join(seen.of(nearest[1])), 10)
        discord_server.advance(2 * 60)
        known = len(edits(discord_server))
        await bot.runner.cancel(many[1].id, by=many[1].place.user_id)
        late = await discord_server.person("mona").slash("imagine", prompt="a fox", **SMALL)
        await late.wait(shows("before yours"))
        comfyui.release()

    busiest = max(sum(at <= other < at + 1 for other in times) for at in times)
    assert busiest < MOST
    assert "yours is next" not in told[0]
    assert [f"{number + 2} jobs before yours" in text for number, text in enumerate(told)] == [True] * 10
    assert not [job for job in many[2:] if seen.of(job, known)]
