"""A result brought back, to who asks alone: its pictures from its own message, else from ComfyUI."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

import discord

from bot.cdn import Cdn
from bot.comfy.pool import Pool
from bot.errors import AccessRefused, AttachmentRefused, BackendUnreachable
from bot.jobs.access import Action, may
from bot.jobs.job import Job, JobState
from bot.jobs.store import Store
from bot.jobs.thumbnails import Thumbnails
from bot.network import NETWORK_ERRORS
from bot.settings import Settings
from bot.text import _
from bot.ui.batches import in_batches
from bot.ui.buttons import JOB_ID, EaselButton
from bot.ui.controls import job_rows
from bot.ui.files import CEILING, SHEET, Prepared, pictures_of, prepare, shown_texts
from bot.ui.lists import state_word
from bot.ui.page import Attachment, Page
from bot.ui.permissions import presser
from bot.ui.posted import MessageDeleted, Posted, files_of_messages
from bot.ui.result import DONE, STOPPED, first_page, next_page
from bot.ui.returning import covered_here, fetch_of, is_nsfw, taken_away
from bot.ui.visibility import require_nsfw_channel
from bot.ui.withheld import withheld
from bot.ui.words import alt_text, header
from bot.workflow.library import Library

log = logging.getLogger(__name__)


class Bot(Protocol):
    """What showing needs of the client."""

    settings: Settings
    clock: Callable[[], datetime]
    store: Store
    pool: Pool
    cdn: Cdn
    library: Library
    thumbnails: Thumbnails


class ShowButton(EaselButton, template=rf"job:show:{JOB_ID}"):
    """`job:show:<job id>`: what `/show` does."""

    def __init__(self, job_id: str) -> None:
        self.job_id = job_id
        super().__init__(f"job:show:{job_id}", _("Show"))

    async def press(self, interaction: discord.Interaction[Any], bot: Any) -> None:
        """Raises AccessRefused."""
        await bring_back(interaction, bot, self.job_id)


async def bring_back(interaction: discord.Interaction[Any], bot: Any, job_id: str) -> None:
    """As the first answer. Raises AccessRefused, in the same words for what there is not and for what is not theirs."""
    job, everywhere = await findable(interaction, bot.store, job_id)
    require_nsfw_channel(interaction, nsfw=is_nsfw(bot.library, job))
    await interaction.response.defer(ephemeral=True, thinking=True)
    if not job.state.ended:
        await _answer(interaction, _under_way(job))
    elif (gone := taken_away(job)) is not None:
        await _answer(interaction, Page(header(job), (gone,), colour=STOPPED))
    else:
        await _show(interaction, bot, job, everywhere=everywhere)


async def findable(interaction: discord.Interaction[Any], store: Store, job_id: str) -> tuple[Job, bool]:
    """A job that they may look at here, and whether they may everywhere: their own, and moderators their server's.

    Others only where its message is one that they see. Raises AccessRefused.
    """
    job, actor = await store.get(job_id), await presser(interaction)
    if job is not None and may(actor, Action.SEE, job):
        return job, True
    if job is None or not (job.state.ended and job.place.visible and job.removed_by is None):
        raise unknown_job()
    if job.place.channel_id != interaction.channel_id:
        raise unknown_job()
    return job, False


def unknown_job() -> AccessRefused:
    """There is none of that id, or none for them."""
    return AccessRefused(_("There is no such job. Choose one from the list that appears while you type."))


async def _show(interaction: discord.Interaction[Any], bot: Bot, job: Job, *, everywhere: bool) -> None:
    job = covered_here(interaction, bot.library, job)
    try:
        prepared = await _prepared(interaction, bot, job, only_posted=not everywhere)
    except MessageDeleted:
        if not everywhere:
            raise unknown_job() from None
        await asyncio.to_thread(bot.thumbnails.remove, [job.id])
        sentence = _("🗑️ Its message was deleted, so its pictures do not come back.")
        await _answer(interaction, Page(header(job), (sentence,), colour=STOPPED))
        return
    await _send(interaction, bot, job, prepared)


async def _prepared(interaction: discord.Interaction[Any], bot: Bot, job: Job, *, only_posted: bool) -> Prepared:
    """From where it can be had. Raises MessageDeleted."""
    if job.state is not JobState.DONE:
        return Prepared()
    posted = await files_of_messages(interaction.client, job)
    if posted is None and only_posted:
        raise MessageDeleted
    limit = interaction.filesize_limit
    found = _Found(job, limit)
    for file in posted or ():
        await found.add(bot.cdn, file)
    if found.files or only_posted:
        return found.prepared()
    try:
        return await prepare(job, fetch_of(bot.pool, job), limit=limit, keep_metadata=bot.settings.keep_metadata)
    except BackendUnreachable:
        away = _("ComfyUI, which has the pictures, does not answer. Try again later.")
        return Prepared(texts=shown_texts(job), remarks=(*withheld(job), away))


@dataclass
class _Found:
    """What was fetched of a job's messages."""

    job: Job
    limit: int

    def __post_init__(self) -> None:
        self.files: list[Attachment] = []
        self.remarks: list[str] = []

    async def add(self, cdn: Cdn, file: Posted) -> None:
        try:
            data = await cdn.fetch(file.url, ceiling=min(self.limit, CEILING))
        except (AttachmentRefused, *NETWORK_ERRORS) as error:
            log.info("job %s: a file of its message cannot be fetched: %s", self.job.id, error)
            self.remarks.append(_("A file is missing: Discord did not hand it over, or it is too large here."))
            return
        alt = (file.alt or alt_text(self.job)) if file.shown else None
        spoiler = file.spoiler or self.job.spoiler
        self.files.append(Attachment(file.name, data, shown=file.shown, alt=alt, spoiler=spoiler))

    def prepared(self) -> Prepared:
        remarks = dict.fromkeys([*withheld(self.job), *self.remarks])
        on_sheet = pictures_of(self.job) if any(file.name.endswith(SHEET) for file in self.files) else 0
        return Prepared(tuple(self.files), shown_texts(self.job), tuple(remarks), on_sheet=on_sheet)


async def _send(interaction: discord.Interaction[Any], bot: Bot, job: Job, prepared: Prepared) -> None:
    """The first message in place of the one that thinks, the others after it."""
    first = True

    async def send(numbers: Sequence[int]) -> None:
        nonlocal first
        page = first_page(job, prepared, numbers) if first else next_page(job, prepared, numbers)
        names = [prepared.files[number].name for number in numbers]
        rows = job_rows(bot, job, names, first=first, on_sheet=prepared.on_sheet if first else 0)
        await _answer(interaction, replace(page, rows=rows), first=first)
        first = False

    await in_batches(range(len(prepared.files)), send)
    if first:
        await send(())


async def _answer(interaction: discord.Interaction[Any], page: Page, *, first: bool = True) -> None:
    if first:
        await interaction.edit_original_response(view=page.view(), attachments=page.attachments())
    else:
        await interaction.followup.send(view=page.view(), files=page.attachments(), ephemeral=True)


def _under_way(job: Job) -> Page:
    words = _("It is not finished: {state}.").format(state=state_word(job.state))
    return Page(header(job), (words,), colour=DONE)
