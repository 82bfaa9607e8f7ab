"""Download: the pictures behind a sheet, one by one, from the server that made them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.errors import AccessRefused, BackendUnreachable
from bot.jobs.job import Job
from bot.text import _
from bot.ui.batches import in_batches
from bot.ui.buttons import JOB_ID, EaselButton
from bot.ui.files import Prepared, prepare
from bot.ui.page import Page
from bot.ui.reaching import reached
from bot.ui.result import DONE
from bot.ui.returning import covered_here, fetch_of, taken_away


class DownloadButton(EaselButton, template=rf"job:download:{JOB_ID}"):
    """`job:download:<job id>`: for whoever sees the result."""

    def __init__(self, job_id: str) -> None:
        self.job_id = job_id
        super().__init__(f"job:download:{job_id}", _("Download"))

    async def press(self, interaction: discord.Interaction[Any], bot: Any) -> None:
        """Raises AccessRefused, and Fenced for a job that is forgotten."""
        job, _actor = await reached(interaction, bot.store, self.job_id)
        if (gone := taken_away(job)) is not None:
            raise AccessRefused(gone)
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            prepared = await prepare(
                covered_here(interaction, bot.library, job),
                fetch_of(bot.pool, job),
                limit=interaction.filesize_limit,
                keep_metadata=bot.settings.keep_metadata,
                grid=False,
            )
        except BackendUnreachable as away:
            raise AccessRefused(_("ComfyUI, which has the pictures, does not answer. Try again later.")) from away
        await _send(interaction, job, prepared)


async def _send(interaction: discord.Interaction[Any], job: Job, prepared: Prepared) -> None:
    """The first message takes the place of the one that thinks."""
    said = "\n".join(f"⚠️ {remark}" for remark in prepared.remarks)
    first = True

    async def send(numbers: Sequence[int]) -> None:
        nonlocal first
        files = tuple(prepared.files[number] for number in numbers)
        title = _("Files {first} to {last} of {total}").format(
            first=min(numbers, default=-1) + 1, last=max(numbers, default=-1) + 1, total=len(prepared.files)
        )
        page = Page(title if files else said, (said,) if files and said and first else (), files=files, colour=DONE)
        if first:
            await interaction.edit_original_response(view=page.view(), attachments=page.attachments())
        else:
            await interaction.followup.send(view=page.view(), files=page.attachments(), ephemeral=True)
        first = False

    await in_batches(range(len(prepared.files)), send)
    if first:
        said = said or _("There are no files of it.")
        await send(())
