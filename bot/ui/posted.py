"""The files that messages of the bot's show, as they are on Discord's servers."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import discord

from bot.jobs.job import Job
from bot.network import NETWORK_ERRORS

log = logging.getLogger(__name__)

UNKNOWN_MESSAGE = 10008


@dataclass(frozen=True)
class Posted:
    """A file by its address; `shown` in the gallery, or below it."""

    name: str
    url: str
    shown: bool
    spoiler: bool = False
    alt: str | None = None


class MessageDeleted(Exception):
    """Somebody took a job's message away in Discord: nobody can say who, so that counts."""


async def files_of_messages(client: discord.Client, job: Job) -> list[Posted] | None:
    """The files of the job's messages; None where the bot cannot look. Raises MessageDeleted."""
    place = job.place
    if not place.visible or place.message_id is None:
        return None
    channel = client.get_partial_messageable(place.channel_id, guild_id=place.guild_id)
    parts = [number for part, number in sorted(job.parts.items()) if part >= 0]
    files: list[Posted] = []
    try:
        for message_id in dict.fromkeys([place.message_id, *parts]):
            files += posted_files(await channel.fetch_message(message_id))
    except discord.NotFound as error:
        if error.code == UNKNOWN_MESSAGE:
            raise MessageDeleted from error
        return None
    except (discord.HTTPException, *NETWORK_ERRORS) as error:
        log.info("job %s: its message cannot be read: %s", job.id, error)
        return None
    return files


def posted_files(message: discord.Message) -> tuple[Posted, ...]:
    """In the order in which they are shown. Discord names those in components there, and not among attachments."""
    return tuple(_within(message.components))


def _within(parts: Iterable[Any]) -> Iterator[Posted]:
    for part in parts:
        if isinstance(part, discord.MediaGalleryComponent):
            for item in part.items:
                yield Posted(_name(item.media.url), item.media.url, True, item.spoiler, item.description)
        elif isinstance(part, discord.FileComponent):
            yield Posted(part.name or _name(part.media.url), part.media.url, False, part.spoiler)
        elif isinstance(part, discord.Container):
            yield from _within(part.children)


def _name(url: str) -> str:
    return PurePosixPath(urlsplit(url).path).name
