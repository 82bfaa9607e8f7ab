"""What may come back of a job once its message is gone or far away, and from where."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import discord

from bot.comfy.events import Output
from bot.comfy.pool import Pool
from bot.failures import ServerLost
from bot.jobs.delivery import Fetch
from bot.jobs.job import Job
from bot.text import _
from bot.ui.visibility import restricted
from bot.workflow.library import Library


def taken_away(job: Job) -> str | None:
    """Why its pictures do not come back; None where they may."""
    if job.removed_by is None:
        return None
    if taken_by_moderator(job):
        return _("🗑️ A moderator removed this, so it does not come back.")
    return _("🗑️ This was deleted by the person who made it, so its pictures do not come back.")


def taken_by_moderator(job: Job) -> bool:
    """Whether somebody else than its person took it away."""
    return job.removed_by not in {None, job.place.user_id}


def is_nsfw(library: Library, job: Job) -> bool:
    """Whether its workflow is for adults, now or when it was made."""
    return job.recipe.nsfw or any(each.manifest.nsfw for each in library.variants(job.workflow))


def covered_here(interaction: discord.Interaction[Any], library: Library, job: Job) -> Job:
    """The job with its pictures covered, if they were, or are for adults and this is not where those are."""
    return replace(job, spoiler=job.spoiler or (is_nsfw(library, job) and not restricted(interaction)))


def fetch_of(pool: Pool, job: Job) -> Fetch:
    """From the server that made it; ServerLost where that is none of ours any more."""
    backend = pool.get(job.backend)

    async def fetch(output: Output, ceiling: int) -> bytes:
        if backend is None:
            raise ServerLost
        return await backend.fetch(output, ceiling=ceiling)

    return fetch
