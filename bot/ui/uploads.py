"""Attachments a person gave -> files of the job's own, kept where the jobs are; what is of another kind is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import discord

from bot.errors import AttachmentRefused, OptionRefused
from bot.jobs.files import FOLDER, Files
from bot.media.arrivals import PIXELS, cleaned
from bot.media.duration import seconds
from bot.media.sniff import Category, Kind, safe_name, sniff
from bot.text import _
from bot.workflow.option import Option, OptionType

LARGEST = 50 * 2**20  # bytes
LONGEST = 600  # seconds of video or sound

#: what a file must be, and how Discord's content type of such a file begins
KINDS = {
    OptionType.IMAGE: (Category.PICTURE, "image/"),
    OptionType.MASK: (Category.PICTURE, "image/"),
    OptionType.VIDEO: (Category.VIDEO, "video/"),
    OptionType.AUDIO: (Category.AUDIO, "audio/"),
}


class Fetch(Protocol):
    """How a file of Discord's is fetched; raises AttachmentRefused, and what a broken connection raises."""

    async def __call__(self, url: str, *, ceiling: int) -> bytes: ...


def refuse_unfit(option: Option, attachment: discord.Attachment) -> None:
    """From what Discord says of the file, before anything is fetched. Raises OptionRefused."""
    _category, start = KINDS.get(option.type, (None, ""))
    if attachment.content_type is not None and not attachment.content_type.startswith(start):
        raise _unfit(option)
    if attachment.size > LARGEST:
        problem = _("That file is larger than {limit} MB. Attach a smaller one.").format(limit=LARGEST // 2**20)
        raise OptionRefused(option.name, problem)
    if start == "image/" and (attachment.width or 0) * (attachment.height or 0) > PIXELS:
        problem = _("That picture has more than {limit} million pixels. Attach a smaller one.")
        raise OptionRefused(option.name, problem.format(limit=PIXELS // 10**6))


@dataclass(frozen=True)
class Source:
    """A file for an option: what it is called, and its bytes.

    `read` takes how many there may be; it raises AttachmentRefused, and what a broken connection raises. `check` raises
    OptionRefused before that, of what is known of the file.
    """

    filename: str
    read: Callable[[int], Awaitable[bytes]]
    check: Callable[[Option], None] = lambda _option: None


def attached(attachment: discord.Attachment, fetch: Fetch) -> Source:
    """A file that somebody attached to a command or a message."""
    source = linked(attachment.url, attachment.filename, fetch)
    return replace(source, check=lambda option: refuse_unfit(option, attachment))


def linked(url: str, filename: str, fetch: Fetch) -> Source:
    """A file of Discord's by its address."""

    async def read(ceiling: int) -> bytes:
        return await fetch(url, ceiling=ceiling)

    return Source(filename, read)


async def keep(
    options: Mapping[str, Option], sources: Mapping[str, Source], job_id: str, files: Files
) -> dict[str, str]:
    """Where each one is now, under a name of ours; nothing is left there when one is refused.

    Raises OptionRefused, and what a broken connection to Discord raises.
    """
    home = Path(FOLDER) / job_id
    kept: dict[str, str] = {}
    try:
        for name, source in sources.items():
            extension, data = await _read(options[name], source)
            kept[name] = (home / f"{name}{extension}").as_posix()
            await files.write(kept[name], data)
    except BaseException:
        await files.remove(kept.values())
        raise
    return kept


async def _read(option: Option, source: Source) -> tuple[str, bytes]:
    """The extension that is right for it, and its bytes, cleaned."""
    try:
        data = await source.read(LARGEST)
        kind = sniff(data)
        wanted, _start = KINDS.get(option.type, (None, ""))
        if wanted is not None:
            if kind.category is not wanted:
                raise _unfit(option)
            _refuse_long(data)
            data = await asyncio.to_thread(cleaned, data)
            kind = sniff(data)
    except AttachmentRefused as refusal:
        raise OptionRefused(option.name, refusal.problem) from refusal
    return _extension(option, source.filename, kind), data


def _refuse_long(data: bytes) -> None:
    if (seconds(data) or 0) > LONGEST:
        raise AttachmentRefused(
            _("It is longer than {limit} minutes. Attach a shorter one.").format(limit=LONGEST // 60)
        )


def _extension(option: Option, filename: str, kind: Kind) -> str:
    """The kind's own; where any file goes and the bytes say little, the one it came with."""
    if option.type is OptionType.FILE and kind.category in {Category.TEXT, Category.OTHER}:
        return Path(safe_name(filename)).suffix or kind.extension
    return kind.extension


def _unfit(option: Option) -> OptionRefused:
    problems = {
        Category.PICTURE: _("That file is not a picture. Attach a PNG, JPEG or WebP file."),
        Category.VIDEO: _("That file is not a video. Attach an MP4 or WebM file."),
        Category.AUDIO: _("That file is no sound. Attach an MP3, WAV, FLAC or Ogg file."),
    }
    return OptionRefused(option.name, problems[KINDS[option.type][0]])
