"""The files that a message of the bot's shows, as they are on Discord's servers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import discord


@dataclass(frozen=True)
class Posted:
    """A file by its address; `shown` in the gallery, or below it."""

    name: str
    url: str
    shown: bool
    spoiler: bool = False
    alt: str | None = None


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
