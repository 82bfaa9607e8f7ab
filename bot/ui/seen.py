"""The pictures in anybody's message, wherever they stand in it: attached, in a gallery, in an embed, or forwarded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import discord

from bot.ui.uploads import Fetch, Source, attached, linked

FILE_SERVERS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif", ".apng"})


@dataclass(frozen=True)
class Picture:
    """Where it lies, what its file is called, and what it shows, where somebody said so."""

    url: str
    filename: str
    alt: str = ""
    attachment: discord.Attachment | None = None

    def source(self, fetch: Fetch) -> Source:
        """As a file for an option."""
        if self.attachment is not None:
            return attached(self.attachment, fetch)
        return linked(self.url, self.filename, fetch)


def pictures_of(message: discord.Message) -> list[Picture]:
    """In the order in which they are shown, each once."""
    found = [*_inside(message), *(each for snapshot in message.message_snapshots for each in _inside(snapshot))]
    kept: dict[str, Picture] = {}
    for picture in found:
        kept.setdefault(picture.url.split("?", maxsplit=1)[0], picture)
    return list(kept.values())


def _inside(message: discord.Message | discord.MessageSnapshot) -> Iterator[Picture]:
    for attachment in message.attachments:
        if _is_picture(attachment.content_type, attachment.filename):
            yield Picture(attachment.url, attachment.filename, attachment.description or "", attachment)
    for part in message.components:
        yield from _within(part)
    for embed in message.embeds:
        for media in (embed.image, embed.thumbnail):
            if media.url:
                yield Picture(_nearest(media.url, media.proxy_url), _name(media.url), embed.title or "")


def _within(part: Any) -> Iterator[Picture]:
    """Containers, sections and galleries of Components V2 hold each other."""
    if isinstance(part, discord.MediaGalleryComponent):
        for item in part.items:
            yield from _media(item.media, item.description)
    elif isinstance(part, discord.ThumbnailComponent):
        yield from _media(part.media, part.description)
    elif isinstance(part, discord.FileComponent):
        yield from _media(part.media, None)
    for child in (*getattr(part, "children", ()), getattr(part, "accessory", None)):
        if child is not None:
            yield from _within(child)


def _media(media: discord.UnfurledMediaItem, alt: str | None) -> Iterator[Picture]:
    name = _name(media.url)
    if _is_picture(media.content_type, name):
        yield Picture(_nearest(media.url, media.proxy_url), name, alt or "")


def _nearest(url: str, copy: str | None) -> str:
    """What lies elsewhere is had from Discord, which keeps a copy."""
    return url if copy is None or urlsplit(url).hostname in FILE_SERVERS else copy


def _is_picture(content_type: str | None, name: str) -> bool:
    if content_type:
        return content_type.startswith("image/")
    return PurePosixPath(name).suffix.casefold() in SUFFIXES


def _name(url: str) -> str:
    return PurePosixPath(unquote(urlsplit(url).path)).name or "picture"
