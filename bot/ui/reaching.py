"""The job behind a button or a menu: for whoever sees what it made."""

from __future__ import annotations

from typing import Any

import discord

from bot.errors import AccessRefused
from bot.jobs.access import Action, Actor, may, require
from bot.jobs.job import Job
from bot.jobs.store import Store
from bot.text import _
from bot.ui.permissions import presser


async def reached(interaction: discord.Interaction[Any], store: Store, job_id: str) -> tuple[Job, Actor]:
    """The job of that id and who asks. Raises AccessRefused where it is forgotten, or not for them."""
    return await reachable(interaction, store, job_id), await presser(interaction)


async def reachable(interaction: discord.Interaction[Any], store: Store, job_id: str) -> Job:
    """The job alone: where everybody here sees it, Discord need not be asked who moderates. Raises the same."""
    job = await store.get(job_id)
    if job is None:
        raise AccessRefused(_("Nothing is known of this job any more: it is too old, or it was forgotten."))
    if not public_here(interaction, job):
        require(await presser(interaction), Action.SEE, job)
    return job


def public_here(interaction: discord.Interaction[Any], job: Job) -> bool:
    """Whether everybody in this channel can see the job's message."""
    return not job.place.ephemeral and job.removed_by is None and job.place.channel_id == interaction.channel_id


def sees_all(actor: Actor, job: Job) -> bool:
    """Whether they may know what the job's message tells to nobody."""
    return may(actor, Action.SEE, job)


def address_of_job(job: Job) -> str | None:
    """A link to its message; None where others cannot open it, or where the bot is not: on which server that is, is not
    kept.
    """
    place = job.place
    if not place.visible or place.message_id is None:
        return None
    return f"https://discord.com/channels/{place.guild_id or '@me'}/{place.channel_id}/{place.message_id}"
