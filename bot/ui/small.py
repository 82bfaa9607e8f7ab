"""The small pictures of results: kept once they were asked for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Protocol

import discord

from bot.cdn import Cdn
from bot.comfy.client import TooLarge
from bot.comfy.pool import Pool
from bot.errors import AttachmentRefused, BackendUnreachable
from bot.failures import ServerLost
from bot.jobs.job import Job, JobState
from bot.jobs.thumbnails import Thumbnails
from bot.media.thumbnail import thumbnail
from bot.network import NETWORK_ERRORS
from bot.ui.files import CEILING, PICTURES, first_picture
from bot.ui.posted import MessageDeleted, files_of_messages
from bot.ui.returning import fetch_of

log = logging.getLogger(__name__)

PATIENCE = 10.0  # seconds for those of one page


class Bot(Protocol):
    """What this needs of the client."""

    pool: Pool
    cdn: Cdn
    thumbnails: Thumbnails


async def small_pictures(bot: Bot, client: discord.Client, jobs: Iterable[Job]) -> dict[str, bytes]:
    """By the job's id, of those that have a picture which can still be had. In trouble there is none, and no error.

    Made when somebody looks and not with each result: Pillow takes memory, and few are ever looked at.
    """
    found: dict[str, bytes] = {}

    async def find(job: Job) -> None:
        if (data := await _small(bot, client, job)) is not None:
            found[job.id] = data

    tasks = [asyncio.create_task(find(job)) for job in jobs]
    if tasks:
        _done, late = await asyncio.wait(tasks, timeout=PATIENCE)
        for task in late:
            task.cancel()
    return found


async def _small(bot: Bot, client: discord.Client, job: Job) -> bytes | None:
    kept = await asyncio.to_thread(bot.thumbnails.read, job.id)
    if kept is not None or job.state is not JobState.DONE:
        return kept
    try:
        data = await _picture(bot, client, job)
    except (AttachmentRefused, BackendUnreachable, MessageDeleted, ServerLost, TooLarge, *NETWORK_ERRORS) as error:
        log.info("no small picture of job %s: %r", job.id, error)
        return None
    made = await asyncio.to_thread(thumbnail, data) if data is not None else None
    if made is not None:
        await asyncio.to_thread(bot.thumbnails.keep, job.id, made)
    return made


async def _picture(bot: Bot, client: discord.Client, job: Job) -> bytes | None:
    """The first, as it was posted, else as ComfyUI has it."""
    for file in await files_of_messages(client, job) or ():
        if file.shown and PurePosixPath(file.name).suffix in PICTURES:
            return await bot.cdn.fetch(file.url, ceiling=CEILING)
    output = first_picture(job)
    return await fetch_of(bot.pool, job)(output, CEILING) if output is not None else None
