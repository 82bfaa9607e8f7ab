"""The pictures of a result as files for the next job: from the clicked message, else from where they were made."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import PurePosixPath
from typing import Any, Protocol
from urllib.parse import urlsplit

import discord

from bot.cdn import Cdn
from bot.comfy.client import TooLarge
from bot.comfy.events import Output
from bot.comfy.pool import Pool
from bot.errors import AttachmentRefused, BackendUnreachable, ServerLost
from bot.jobs.job import Job
from bot.network import NETWORK_ERRORS
from bot.text import _
from bot.ui.files import file_outputs
from bot.ui.uploads import Source, linked

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


def file_names(job: Job) -> tuple[str, ...]:
    """The names its files have in its messages, as far as that can be told without fetching them."""
    suffixes = (PurePosixPath(output.filename).suffix.lower() for output in file_outputs(job))
    return tuple(f"easel-{job.id[:8]}-{number}{suffix}" for number, suffix in enumerate(suffixes, start=1))


def source_of(interaction: discord.Interaction[Any], bot: Bot, job: Job, number: int) -> Source:
    """The job's file of that number: as it is in the clicked message, else as its server still has it, else from the
    job's own message. Reading it raises AttachmentRefused where nobody has it any more.
    """
    if interaction.message is not None and (url := _address(interaction.message, job, number)) is not None:
        return linked(url, _name(url), bot.cdn.fetch)
    return made_by(interaction.client, bot, job, number)


def made_by(client: discord.Client, bot: Bot, job: Job, number: int) -> Source:
    """The job's file of that number, wherever it still is."""
    outputs = file_outputs(job)
    output = outputs[number] if 0 <= number < len(outputs) else None
    ways: list[Callable[[int], Awaitable[bytes]]] = []
    if output is not None:
        ways.append(lambda ceiling: _from_server(bot, job, output, ceiling))
    ways.append(lambda ceiling: _from_message(client, bot, job, number, ceiling))

    async def read(ceiling: int) -> bytes:
        for way in ways:
            try:
                return await way(ceiling)
            except (ServerLost, BackendUnreachable, TooLarge, discord.HTTPException, *NETWORK_ERRORS):
                continue
        raise AttachmentRefused(_("Neither ComfyUI nor Discord has it any more. Attach it, if you have it."))

    return Source(output.filename if output is not None else "", read)


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
    url = _address(await channel.fetch_message(message_id), job, number)
    if url is None:
        raise ServerLost
    return await bot.cdn.fetch(url, ceiling=ceiling)


def _address(message: discord.Message, job: Job, number: int) -> str | None:
    """Where Discord keeps that file, if the message shows it."""
    wanted = f"easel-{job.id[:8]}-{number + 1}."
    return next((url for url in _addresses(message) if _name(url).startswith(wanted)), None)


def _addresses(message: discord.Message) -> Iterator[str]:
    yield from (file.url for file in message.attachments)
    parts: list[Any] = [part.to_dict() for part in message.components]
    while parts:
        part = parts.pop()
        parts += part.get("components", [])
        shown = [item["media"] for item in part.get("items", [])]
        shown += [part[key] for key in ("media", "file") if key in part]
        yield from (str(media["url"]) for media in shown)


def _name(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).name
