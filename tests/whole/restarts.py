"""Jobs of a bot that is stopped at a chosen stage, and its database while it is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.comfy.simulator import Simulator
from bot.jobs.store import Store
from bot.playground import DiscordServer, Message, Request
from tests.whole.conftest import Easel


@asynccontextmanager
async def cut_short(easel: Easel) -> AsyncIterator[None]:
    """Running until the block ends, and then not a moment longer."""
    easel.changes["drain_seconds"] = 0.0
    async with easel.running():
        yield
    del easel.changes["drain_seconds"]


async def imagine(server: DiscordServer, who: str = "alice", **options: object) -> Message:
    """The message of a new job, once it shows where the job stands."""
    answer = await server.person(who).slash(
        "imagine", values={"prompt": "a fox", "size": "256x256", "steps": 2} | options
    )
    return await answer.wait(lambda message: bool(message.buttons))


async def running(server: DiscordServer, comfyui: Simulator) -> Message:
    """The message of a job that the server has begun, and goes no further with."""
    comfyui.hold()
    message = await imagine(server)
    await bounded(comfyui, "start")
    return message


async def bounded(comfyui: Simulator, moment: str) -> None:
    async with asyncio.timeout(10):
        await comfyui.wait_for(moment)


@asynccontextmanager
async def stored(easel: Easel) -> AsyncIterator[Store]:
    """The database, while no bot has it."""
    store = await Store.open(easel.settings().database_url, clock=easel.now)
    try:
        yield store
    finally:
        await store.close()


class BrokenFollowUps:
    """While `broken`, the connection breaks at each new message of the bot: at `request` before it is there, at
    `answer` after.
    """

    def __init__(self, server: DiscordServer, at: str) -> None:
        self.broken = True
        self._at = at
        server.on(self._cut)

    async def _cut(self, moment: str, request: Request) -> None:
        if self.broken and moment == self._at and request.method == "POST" and request.path.endswith("/messages"):
            raise ConnectionError
