"""Where a prompt is on its server, asked over HTTP; and how it is taken off it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from typing import Any

from bot.comfy.client import ComfyClient
from bot.comfy.events import Settled
from bot.comfy.history import settle
from bot.comfy.version import Version
from bot.errors import BackendUnreachable

FINISHED = frozenset({"completed", "failed", "cancelled"})


class Sighting(StrEnum):
    #: in the server queue, or running
    THERE = "there"
    #: finished; history has it
    ENDED = "ended"
    #: the server has never heard of it, or no longer knows: it was dequeued, or restarted
    UNKNOWN = "unknown"


async def look_up(client: ComfyClient, version: Version, prompt_id: str) -> Sighting:
    """Through the jobs API where there is one, else through queue and history."""
    if version.has_jobs:
        try:
            status = await client.job(prompt_id)
        except BackendUnreachable:
            # somebody's malformed extra_pnginfo makes the jobs API answer 500 (recorded on 0.33)
            return await _look_twice(client, prompt_id)
        if status is None:
            return Sighting.UNKNOWN
        return Sighting.ENDED if status in FINISHED else Sighting.THERE
    return await _look_twice(client, prompt_id)


async def find_end(client: ComfyClient, prompt_id: str, graph: Mapping[str, Any], *, within: float) -> Settled | None:
    """How it ended, from history, which may lag for a while; None when it is not to be had `within` these seconds."""
    loop = asyncio.get_running_loop()
    until = loop.time() + within
    while True:
        with suppress(BackendUnreachable):
            entry = await client.history(prompt_id)
            if entry is not None:
                return settle(entry, prompt_id, graph)
        if loop.time() >= until:
            return None
        await asyncio.sleep(within / 20)


async def send_cancel(client: ComfyClient, version: Version, prompt_id: str) -> None:
    """Take it out of the server queue, or stop it if it runs; never anybody else's prompt.

    Before 0.3.57 a running prompt cannot be stopped alone, and goes on.
    """
    if version.cancels_jobs:
        await client.cancel_job(prompt_id)
        return
    await client.dequeue(prompt_id)
    if version.interrupts_by_id:
        await client.interrupt(prompt_id)


async def _look_twice(client: ComfyClient, prompt_id: str) -> Sighting:
    queue = await client.queue()  # before history: a prompt moves from the one to the other
    if prompt_id in queue.running or prompt_id in queue.pending:
        return Sighting.THERE
    entry = await client.history(prompt_id)
    return Sighting.UNKNOWN if entry is None else Sighting.ENDED
