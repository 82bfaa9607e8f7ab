"""The pictures of a result as files for the next job: from the clicked message, else from where they were made."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import discord

from bot.cdn import Cdn
from bot.comfy.events import Output
from bot.comfy.pool import Pool
from bot.errors import AttachmentRefused, EaselError
from bot.failures import ServerLost
from bot.jobs.job import Job
from bot.network import NETWORK_ERRORS
from bot.text import _
from bot.ui.files import file_outputs
from bot.ui.posted import Posted, posted_files
from bot.ui.uploads import Source, linked

log = logging.getLogger(__name__)

#: how files of a job are called in its messages: its number, counted from 1
NAME = re.compile(r"easel-(?P<job>[0-9a-f]{8})-(?P<number>\d{1,4})\.[a-z0-9]{1,16}")


class Bot(Protocol):
    """What is needed of the client."""

    cdn: Cdn
    pool: Pool


def number_of(name: str) -> int | None:
    """The number, counted from 0, of the file of that name; None for a sheet, or what is not a job's."""
    found = NAME.fullmatch(name)
    return int(found["number"]) - 1 if found is not None else None


def source_of(interaction: discord.Interaction[Any], bot: Bot, job: Job, number: int) -> Source:
    """The job's file of that number: as it is in the clicked message, else as its server still has it, else from the
    job's own message. Reading it raises AttachmentRefused where nobody has it any more.
    """
    outputs = file_outputs(job)
    output = outputs[number] if 0 <= number < len(outputs) else None
    clicked = _posted(interaction.message, job, number) if interaction.message is not None else None
    ways: list[Callable[[int], Awaitable[bytes]]] = []
    if clicked is not None:
        ways.append(linked(clicked.url, clicked.name, bot.cdn.fetch).read)
    if output is not None:
        ways.append(lambda ceiling: _from_server(bot, job, output, ceiling))
    ways.append(lambda ceiling: _from_message(interaction.client, bot, job, number, ceiling))

    async def read(ceiling: int) -> bytes:
        for way in ways:
            try:
                return await way(ceiling)
            except (EaselError, discord.HTTPException, *NETWORK_ERRORS) as error:
                log.info("job %s: its file %d is not to be had in one of its places: %s", job.id, number, error)
        raise AttachmentRefused(_("Neither ComfyUI nor Discord has it any more. Attach it, if you have it."))

    return Source(clicked.name if clicked is not None else output.filename if output is not None else "", read)


async def _from_server(bot: Bot, job: Job, output: Output, ceiling: int) -> bytes:
    backend = bot.pool.get(job.backend)
    if backend is None:
        raise ServerLost
    return await backend.fetch(output, ceiling=ceiling)


async def _from_message(client: discord.Client, bot: Bot, job: Job, number: int, ceiling: int) -> bytes:
    place = job.place
    message_id = job.parts.get(number, place.message_id)
    if message_id is None or not place.visible:
        raise ServerLost
    channel = client.get_partial_messageable(place.channel_id, guild_id=place.guild_id)
    found = _posted(await channel.fetch_message(message_id), job, number)
    if found is None:
        raise ServerLost
    return await bot.cdn.fetch(found.url, ceiling=ceiling)


def _posted(message: discord.Message, job: Job, number: int) -> Posted | None:
    """That file, if the message shows it."""
    wanted = f"easel-{job.id[:8]}-{number + 1}."
    return next((file for file in posted_files(message) if file.name.startswith(wanted)), None)
