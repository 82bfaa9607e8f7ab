"""Jobs stopped: one that was chosen, or many at once, and what is said of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Any, Protocol

import discord

from bot.errors import AccessRefused, Fenced
from bot.jobs.access import Actor
from bot.jobs.audit import Audit, Deed
from bot.jobs.changes import OPEN
from bot.jobs.job import Job, JobState
from bot.jobs.runner import Runner
from bot.text import _, ngettext, speaking
from bot.ui.audit import AuditChannel
from bot.ui.lists import job_name
from bot.ui.people import guild_of, tell
from bot.ui.words import one_line

REASON = 200  # characters of a reason


class Bot(Protocol):
    """What stopping needs of the bot."""

    runner: Runner
    audit_channel: AuditChannel
    audit: Audit
    clock: Callable[[], datetime]


async def find_job(runner: Runner, job_id: str) -> Job:
    """The job of that id. Raises AccessRefused where there is none, Fenced where it has ended."""
    job = await runner.store.get(job_id)
    if job is None:
        raise AccessRefused(_("There is no such job. Choose one from the list that appears while you type."))
    if job.state.ended:
        raise Fenced(job_id)
    return job


async def stop_job(interaction: discord.Interaction[Any], bot: Bot, job: Job, *, reason: str = "") -> None:
    """Stop it and say so. Raises Fenced where it ended in the meantime."""
    await tell(interaction, await stopped(bot, job, interaction.user.id, reason=reason))


async def stopped(bot: Bot, job: Job, by: int, *, reason: str = "") -> str:
    """Stop it; what to say of it. Raises Fenced where it ended in the meantime."""
    after = await bot.runner.cancel(job.id, by, reason=reason or None)
    place = job.place
    if by != place.user_id:
        await bot.audit.record(
            guild_id=place.guild_id,
            actor_id=by,
            action=Deed.STOP,
            user_id=place.user_id,
            job_id=job.id,
            reason=reason,
        )
    words = _("Cancelled: {job}") if after.state.ended else _("Stopping {job}")
    return words.format(job=job_name(job))


async def stop_all(
    bot: Bot, actor: Actor, user_id: int | None, *, reason: str = "", only: Collection[JobState] = OPEN
) -> int:
    """Stop what is now in one of these states on that actor's server, of one person or of all; how many those were."""
    guild_id = guild_of(actor)
    jobs = await bot.runner.store.select(guild_id=guild_id, user_id=user_id, states=only)
    stopped = [job for job in jobs if await _stop(bot.runner, job, actor.user_id, reason=reason, only=only)]
    if stopped:
        await _record(bot, actor, user_id, stopped, reason=reason, deed=Deed.CANCEL if only == OPEN else Deed.CLEAR)
    return len(stopped)


def cleaned(reason: str | None) -> str:
    """A reason in one line, without signs that nobody sees."""
    return one_line(reason or "", REASON)


async def _stop(runner: Runner, job: Job, by: int, *, reason: str, only: Collection[JobState]) -> bool:
    """Whether it was still to be stopped."""
    try:
        await runner.cancel(job.id, by, reason=reason or None, only=only)
    except Fenced:
        return False
    return True


async def _record(bot: Bot, actor: Actor, user_id: int | None, jobs: Iterable[Job], *, reason: str, deed: Deed) -> None:
    """One entry however many they were: each job itself keeps who stopped it and why."""
    ids = [job.id for job in jobs]
    with speaking(bot.audit_channel.language(guild_of(actor))):
        count = ngettext("{count} job", "{count} jobs", len(ids)).format(count=len(ids))
    await bot.audit.record(
        guild_id=actor.guild_id,
        actor_id=actor.user_id,
        action=deed,
        user_id=user_id,
        job_id=ids[0] if len(ids) == 1 else None,
        reason=f"{count}: {reason}" if reason else count,
    )
