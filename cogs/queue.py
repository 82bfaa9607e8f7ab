"""/queue and /cancel: where the jobs of this server stand, and how to stop one's own."""

from __future__ import annotations

from datetime import timedelta

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.app import EaselBot
from bot.errors import AccessRefused, Fenced
from bot.jobs.access import Action, Actor, may, require
from bot.jobs.changes import OPEN
from bot.jobs.job import Job
from bot.text import _, ngettext, speaking
from bot.ui.commands import N_
from bot.ui.lists import Line, job_label, job_list, job_name
from bot.ui.people import actor_of, tell
from bot.workflow.manifest import MAX_CHOICES

LISTED = 20


class Queue(commands.Cog):
    """What members see of the queue."""

    def __init__(self, bot: EaselBot) -> None:
        self.bot = bot

    @app_commands.command(name="queue", description=N_("See which jobs wait and run here, and when yours is ready"))
    async def queue(self, interaction: discord.Interaction[EaselBot]) -> None:
        with speaking(interaction.locale.value):
            await tell(interaction, await self._overview(interaction))

    @app_commands.command(name="cancel", description=N_("Stop one of your jobs"))
    @app_commands.describe(job=N_("Which one. Left out: the one you asked for last"))
    async def cancel(self, interaction: discord.Interaction[EaselBot], job: str | None = None) -> None:
        with speaking(interaction.locale.value):
            wanted = await self._newest(interaction) if job is None else await find_job(self.bot, job)
            if wanted is None:
                await tell(interaction, _("You have no job that waits or runs."))
                return
            require(self._actor(interaction), Action.CANCEL, wanted)
            await stop_job(interaction, self.bot, wanted)

    @cancel.autocomplete("job")
    async def own_jobs(self, interaction: discord.Interaction[EaselBot], typed: str) -> list[Choice[str]]:
        """The person's own open jobs, the newest first."""
        with speaking(interaction.locale.value):
            jobs = await self.bot.store.select(user_id=interaction.user.id, latest=True, limit=100)
            labels = [(job_label(job), job.id) for job in jobs]
            return choices(labels, typed)

    async def _newest(self, interaction: discord.Interaction[EaselBot]) -> Job | None:
        jobs = await self.bot.store.select(user_id=interaction.user.id, latest=True, limit=1)
        return jobs[0] if jobs else None

    async def _overview(self, interaction: discord.Interaction[EaselBot]) -> str:
        """On a server its jobs, in direct messages one's own."""
        guild_id, actor = interaction.guild_id, self._actor(interaction)
        user_id = actor.user_id if guild_id is None else None
        jobs = await self.bot.store.select(guild_id=guild_id, user_id=user_id, limit=LISTED)
        here = sum((await self.bot.store.counts(guild_id=guild_id, user_id=user_id, states=OPEN)).values())
        others = sum((await self.bot.store.counts(states=OPEN)).values()) - here
        problem = self.bot.pool.problem
        lines = [
            f"⚠️ {problem.sentence()}" if problem is not None else "",
            job_list([line_of(self.bot, job, actor) for job in jobs], here) or _("No job waits or runs here."),
            ngettext("-# {count} job from elsewhere", "-# {count} jobs from elsewhere", others).format(count=others)
            if others > 0
            else "",
        ]
        return "\n".join(line for line in lines if line)

    def _actor(self, interaction: discord.Interaction[EaselBot]) -> Actor:
        return actor_of(interaction, owner=self.bot.is_owner_id(interaction.user.id))


def line_of(bot: EaselBot, job: Job, actor: Actor) -> Line:
    """A job as that person may see it."""
    eta = bot.runner.board.eta(job.id)
    return Line(
        job=job,
        position=bot.runner.board.position(job.id),
        ready=bot.clock() + timedelta(seconds=eta) if eta is not None else None,
        mine=job.place.user_id == actor.user_id,
        open=may(actor, Action.SEE, job),
    )


async def find_job(bot: EaselBot, job_id: str) -> Job:
    """The job that was chosen, or typed. Raises AccessRefused where there is none, Fenced where it has ended."""
    job = await bot.store.get(job_id)
    if job is None:
        raise AccessRefused(_("There is no such job. Choose one from the list that appears while you type."))
    if job.state.ended:
        raise Fenced(job_id)
    return job


async def stop_job(interaction: discord.Interaction[EaselBot], bot: EaselBot, job: Job) -> None:
    """Stop it and say so. Raises Fenced where it ended in the meantime."""
    await interaction.response.defer(ephemeral=True, thinking=True)
    stopped = await bot.runner.cancel(job.id, interaction.user.id)
    words = _("Cancelled: {job}") if stopped.state.ended else _("Stopping {job}")
    await interaction.edit_original_response(content=words.format(job=job_name(job)))


def choices(labels: list[tuple[str, str]], typed: str) -> list[Choice[str]]:
    """Those that hold what was typed: (label, value)."""
    wanted = typed.casefold()
    return [Choice(name=label, value=value) for label, value in labels if wanted in label.casefold()][:MAX_CHOICES]


async def setup(bot: EaselBot) -> None:
    """discord.py's entry point."""
    await bot.add_cog(Queue(bot))
