"""What made this: a job of ours by its message, another picture by what its metadata tells."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

import discord

from bot.errors import AccessRefused, AttachmentRefused
from bot.jobs.access import Action, require
from bot.jobs.job import Job
from bot.jobs.past import beginning_with
from bot.network import NETWORK_ERRORS
from bot.text import _, ngettext
from bot.ui.buttons import JOB_ID
from bot.ui.details import show_details
from bot.ui.page import Page
from bot.ui.permissions import presser
from bot.ui.pictures import NAME
from bot.ui.reaching import public_here
from bot.ui.seen import Picture, pictures_of
from bot.ui.uploads import LARGEST
from bot.ui.words import code, plain
from bot.workflow.provenance import Kind, Provenance, provenance

PROMPT = 1200  # characters of each text
LOOKED_AT = 4  # pictures of one message
BUTTON = re.compile(rf"job:[a-z]+:{JOB_ID}(?::.*)?")


async def tell_origin(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    """As the first answer, for their eyes alone. Raises AccessRefused where nothing is known, or not for them."""
    bot = interaction.client
    job = await job_of(interaction, message)
    if job is not None:
        await _tell_job(interaction, job)
        return
    pictures = pictures_of(message)
    if not pictures:
        raise AccessRefused(_("There is no picture in that message."))
    await interaction.response.defer(ephemeral=True, thinking=True)
    page = await _page(bot.cdn.fetch, pictures)
    await interaction.edit_original_response(view=page.view())


async def job_of(interaction: discord.Interaction[Any], message: discord.Message) -> Job | None:
    """The job whose message that is, or which a message of the bot's own has buttons of, or files of that person's,
    such as a copy in their direct messages.
    """
    bot = interaction.client
    job: Job | None = await bot.store.by_message(message.channel.id, message.id)
    if job is not None or bot.user is None or message.author.id != bot.user.id:
        return job
    ids = {found["job_id"] for custom_id in _custom_ids(message) if (found := BUTTON.fullmatch(custom_id))}
    if len(ids) == 1:
        found_job: Job | None = await bot.store.get(ids.pop())
        return found_job
    starts = {found["job"] for picture in pictures_of(message) if (found := NAME.fullmatch(picture.filename))}
    return await beginning_with(bot.store, interaction.user.id, starts.pop()) if len(starts) == 1 else None


async def _tell_job(interaction: discord.Interaction[Any], job: Job) -> None:
    actor = await presser(interaction)
    if not public_here(interaction, job):
        require(actor, Action.SEE, job)
    asked: tuple[str, ...] = ()
    if actor.owner or (actor.moderator and actor.guild_id == job.place.guild_id):
        words = _("Asked for by <@{user}> ({name}); the job is {job}.")
        name = plain(job.place.user_name, PROMPT)
        asked = (words.format(user=job.place.user_id, name=name, job=code(job.id)),)
    await show_details(interaction, job, actor, *asked)


async def _page(fetch: Any, pictures: list[Picture]) -> Page:
    """What the first picture tells that tells something."""
    refused: AttachmentRefused | None = None
    for picture in pictures[:LOOKED_AT]:
        try:
            data = await fetch(picture.url, ceiling=LARGEST)
        except AttachmentRefused as refusal:
            refused = refusal
            continue
        except NETWORK_ERRORS:
            refused = AttachmentRefused(_("Discord did not hand over the file. Try again."))
            continue
        if (found := await asyncio.to_thread(provenance, data)) is not None:
            return provenance_page(found)
    if refused is not None:
        return Page(refused.sentence())
    return Page(
        _(
            "Nothing is known of this picture: there is nothing in the file about how it was made. "
            "Most programs and websites take that out."
        )
    )


def provenance_page(found: Provenance) -> Page:
    """In words, never as the program wrote it."""
    return Page(f"### {_('What made this')}", tuple(_lines(found)))


def _lines(found: Provenance) -> Iterator[str]:
    if found.kind is Kind.COMFYUI:
        yield ngettext(
            "-# As ComfyUI wrote it into the file; {count} node",
            "-# As ComfyUI wrote it into the file; {count} nodes",
            found.nodes,
        ).format(count=found.nodes)
    elif found.kind is Kind.SAVED:
        yield ngettext(
            "The file holds a workflow of ComfyUI with {count} node, but not what it was run with.",
            "The file holds a workflow of ComfyUI with {count} nodes, but not what it was run with.",
            found.nodes,
        ).format(count=found.nodes)
    else:
        yield _("-# As the program that made it wrote it into the file")
    if found.prompt:
        yield "• " + _("Prompt: {text}").format(text=plain(found.prompt, PROMPT))
    if found.negative:
        yield "• " + _("Negative prompt: {text}").format(text=plain(found.negative, PROMPT))
    words = fact_words()
    yield from (f"• {words[name]}: {code(value)}" for name, value in found.facts.items())


def fact_words() -> dict[str, str]:
    """What each fact is called."""
    return {
        "seed": _("Seed"),
        "model": _("Model"),
        "lora": _("LoRA"),
        "size": _("Size"),
        "steps": _("Steps"),
        "cfg": _("CFG"),
        "sampler": _("Sampler"),
        "scheduler": _("Scheduler"),
        "denoise": _("Denoise"),
    }


def _custom_ids(message: discord.Message) -> Iterator[str]:
    parts: list[Any] = [part.to_dict() for part in message.components]
    while parts:
        part = parts.pop()
        parts += [*part.get("components", []), *filter(None, [part.get("accessory")])]
        if "custom_id" in part:
            yield str(part["custom_id"])
