"""Attachments a person gave -> files of the job's own, inside the data folder; what is no picture is refused."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from pathlib import Path

import discord

from bot.errors import OptionRefused
from bot.media.sniff import Category, sniff
from bot.text import _

LARGEST = 50 * 2**20  # bytes
PIXELS = 64 * 10**6


def refuse_unfit(name: str, attachment: discord.Attachment) -> None:
    """From what Discord says of the file, before anything is fetched. Raises OptionRefused."""
    if attachment.content_type is not None and not attachment.content_type.startswith("image/"):
        raise _no_picture(name)
    if attachment.size > LARGEST:
        problem = _("That file is larger than {limit} MB. Attach a smaller one.").format(limit=LARGEST // 2**20)
        raise OptionRefused(name, problem)
    if (attachment.width or 0) * (attachment.height or 0) > PIXELS:
        problem = _("That picture has more than {limit} million pixels. Attach a smaller one.")
        raise OptionRefused(name, problem.format(limit=PIXELS // 10**6))


async def keep(attachments: Mapping[str, discord.Attachment], job_id: str, folder: Path) -> dict[str, str]:
    """Where each one is now, relative to `folder`, under a name of ours; nothing is left there when one is refused.

    Raises OptionRefused, and what a broken connection to Discord raises.
    """
    home = Path("files") / job_id
    try:
        return {name: await _keep(name, attachment, home, folder) for name, attachment in attachments.items()}
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, folder / home, ignore_errors=True)
        raise


async def _keep(name: str, attachment: discord.Attachment, home: Path, folder: Path) -> str:
    data = await attachment.read()
    kind = sniff(data)
    if kind.category is not Category.PICTURE:
        raise _no_picture(name)
    path = home / f"{name}{kind.extension}"
    await asyncio.to_thread(_write, folder / path, data)
    return path.as_posix()


def _no_picture(name: str) -> OptionRefused:
    return OptionRefused(name, _("That file is not a picture. Attach a PNG, JPEG or WebP file."))


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
