"""A job chosen from a list or typed, stopped, and said to be."""

from __future__ import annotations

from typing import Any

import discord

from bot.errors import AccessRefused, Fenced
from bot.jobs.job import Job
from bot.jobs.runner import Runner
from bot.text import _
from bot.ui.lists import job_name
from bot.ui.people import tell


async def find_job(runner: Runner, job_id: str) -> Job:
    """The job of that id. Raises AccessRefused where there is none, Fenced where it has ended."""
    job = await runner.store.get(job_id)
    if job is None:
        raise AccessRefused(_("There is no such job. Choose one from the list that appears while you type."))
    if job.state.ended:
        raise Fenced(job_id)
    return job


async def stop_job(interaction: discord.Interaction[Any], runner: Runner, job: Job) -> None:
    """Stop it and say so. Raises Fenced where it ended in the meantime."""
    stopped = await runner.cancel(job.id, interaction.user.id)
    words = _("Cancelled: {job}") if stopped.state.ended else _("Stopping {job}")
    await tell(interaction, words.format(job=job_name(job)))
