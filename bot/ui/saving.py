"""Save to DMs: the files of a message, sent to who presses, with what was asked for and the way back."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

import discord

from bot.cdn import Cdn
from bot.errors import AccessRefused, AttachmentRefused
from bot.jobs.job import Job
from bot.jobs.store import Store
from bot.network import NETWORK_ERRORS
from bot.numerals import mebibytes
from bot.text import _, ngettext
from bot.ui.batches import in_batches
from bot.ui.buttons import JOB_ID, EaselButton
from bot.ui.clicks import Clicks
from bot.ui.message import DIRECT_LIMIT
from bot.ui.page import Attachment, Page
from bot.ui.posted import Posted, posted_files
from bot.ui.reaching import reached
from bot.ui.result import DONE
from bot.ui.returning import is_nsfw, taken_away
from bot.ui.words import alt_text, header
from bot.workflow.library import Library

log = logging.getLogger(__name__)

CLOSED = 50007  # Discord's code: no messages can be sent to that person


class Bot(Protocol):
    """What saving needs of the client."""

    store: Store
    cdn: Cdn
    clicks: Clicks
    library: Library


class SaveButton(EaselButton, template=rf"job:save:{JOB_ID}"):
    """`job:save:<job id>`: for whoever sees the message."""

    def __init__(self, job_id: str) -> None:
        self.job_id = job_id
        super().__init__(f"job:save:{job_id}", _("Save to DMs"))

    async def press(self, interaction: discord.Interaction[Any], bot: Bot) -> None:
        """Raises AccessRefused, and Fenced for a job that is forgotten."""
        async with bot.clicks.once(interaction, self.custom_id) as first:
            if first:
                job, _actor = await reached(interaction, bot.store, self.job_id)
                if (gone := taken_away(job)) is not None:
                    raise AccessRefused(gone)
                await interaction.response.defer(ephemeral=True, thinking=True)
                await self._save(interaction, bot, job)

    async def _save(self, interaction: discord.Interaction[Any], bot: Bot, job: Job) -> None:
        message = interaction.message
        posted = posted_files(message) if message is not None else ()
        if message is None or not posted:
            raise AccessRefused(_("There are no files in this message."))
        covered = job.spoiler or is_nsfw(bot.library, job)
        files = [file for file in [await _fetched(bot.cdn, each, alt_text(job)) for each in posted] if file is not None]
        files = [replace(file, spoiler=file.spoiler or covered) for file in files]
        lines = [_("-# Saved from [this message]({link})").format(link=message.jump_url)]
        sent, refused = await _send(interaction, Page(header(job), tuple(lines), colour=DONE), files)
        await interaction.edit_original_response(content=_said(sent, len(posted) - len(files) + refused))


async def _fetched(cdn: Cdn, file: Posted, alt: str) -> Attachment | None:
    """None for what is too large for direct messages, or what Discord does not hand over."""
    try:
        data = await cdn.fetch(file.url, ceiling=DIRECT_LIMIT)
    except (AttachmentRefused, *NETWORK_ERRORS) as error:
        log.info("a file is not saved: %s", error)
        return None
    return Attachment(
        file.name, data, shown=file.shown, alt=(file.alt or alt) if file.shown else None, spoiler=file.spoiler
    )


async def _send(
    interaction: discord.Interaction[Any], page: Page, files: Sequence[Attachment]
) -> tuple[discord.Message | None, int]:
    """The first message, and how many files Discord found too large. Raises AccessRefused where it lets nobody write
    to that person.
    """
    first: list[discord.Message] = []

    async def send(batch: Sequence[Attachment]) -> None:
        shown = replace(page, files=tuple(batch))
        first.append(await channel.send(view=shown.view(), files=shown.attachments()))

    try:
        channel = await interaction.user.create_dm()
        refused = await in_batches(files, send)
    except discord.Forbidden as error:
        if error.code != CLOSED:
            raise
        raise AccessRefused(_closed(interaction)) from error
    return (first[0] if first else None), len(refused)


def _closed(interaction: discord.Interaction[Any]) -> str:
    if interaction.guild_id is None:
        return _(
            "Discord does not let me write to you. Allow direct messages in your privacy settings, and press again."
        )
    return _(
        "Discord does not let me write to you. Open this server's menu, choose Privacy Settings, allow direct "
        "messages, and press again."
    )


def _said(sent: discord.Message | None, missing: int) -> str:
    lines = [_("Saved to your [direct messages]({link}).").format(link=sent.jump_url)] if sent is not None else []
    if missing:
        text = ngettext(
            "{count} file is missing: direct messages take {limit} MB at most, or Discord did not hand it over.",
            "{count} files are missing: direct messages take {limit} MB at most, or Discord did not hand them over.",
            missing,
        )
        lines.append(text.format(count=missing, limit=mebibytes(DIRECT_LIMIT)))
    return "\n".join(lines)
