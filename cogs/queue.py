"""/queue and /cancel: where the jobs of this server stand, and how to stop one's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import discord
from bot.jobs.access import Action, require
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.app import EaselBot
from bot.errors import Fenced
from bot.jobs.job import Job, JobState
from bot.text import _, ngettext, speaking
from bot.ui.lists import Line, job_label, job_lines
from bot.ui.people import actor_of, refuse

LISTED = 20
OPEN = (JobState.WAITING, JobState.SUBMITTED, JobState.RUNNING)


class Queue(commands.Cog):
    """What members see of the queue."""

    def __init__(self, bot: EaselBot) -> None:
        self.bot = bot

    @app_commands.command(name="queue", description="See the jobs of this server: who comes when, and yours")
    async def queue(self, interaction: discord.Interaction[EaselBot]) -> None:
        with speaking(interaction.locale.value):
            await refuse(interaction, await self._overview(interaction))

    @app_commands.command(name="cancel", description="Stop one of your jobs")
    @app_commands.describe(job="Which one; without it, your newest")
    async def cancel(self, interaction: discord.Interaction[EaselBot], job: str | None = None) -> None:
        with speaking(interaction.locale.value):
            wanted = await self._wanted(interaction, job)
            if wanted is None:
                await refuse(interaction, _("You have no job waiting or running."))
                return
            require(actor_of(interaction), Action.CANCEL, wanted)
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self.bot.runner.cancel(wanted.id, interaction.user.id)
            await interaction.edit_original_response(content=_("Stopping {job}.").format(job=job_label(wanted)))

    @cancel.autocomplete("job")
    async def own_jobs(self, interaction: discord.Interaction[EaselBot], typed: str) -> list[Choice[str]]:
        """The person's own open jobs."""
        with speaking(interaction.locale.value):
            jobs = await self.bot.store.select(user_id=interaction.user.id, states=OPEN, limit=25)
            return _choices(jobs, typed)

    async def _wanted(self, interaction: discord.Interaction[EaselBot], job_id: str | None) -> Job | None:
        if job_id is None:
            jobs = await self.bot.store.select(user_id=interaction.user.id, states=OPEN, limit=100)
            return max(jobs, key=lambda job: job.created_at, default=None)
        job = await self.bot.store.get(job_id)
        if job is None:
            raise Fenced(job_id)
        return job

    async def _overview(self, interaction: discord.Interaction[EaselBot]) -> str:
        jobs = await self.bot.store.select(
            guild_id=interaction.guild_id,
            user_id=None if interaction.guild_id else interaction.user.id,
            states=OPEN,
            limit=LISTED + 1,
        )
        lines = [_trouble(self.bot), *job_lines([self._line(job, interaction) for job in jobs[:LISTED]])]
        if not jobs:
            lines.append(_("No jobs are waiting or running here."))
        others = sum((await self.bot.store.counts(states=OPEN)).values()) - len(jobs)
        if others > 0:
            lines.append(
                ngettext("-# {count} job besides these.", "-# {count} jobs besides these.", others).format(count=others)
            )
        return "\n".join(line for line in lines if line)

    def _line(self, job: Job, interaction: discord.Interaction[EaselBot]) -> Line:
        eta = self.bot.runner.board.eta(job.id)
        return Line(
            job=job,
            position=self.bot.runner.board.position(job.id),
            ready=self.bot.clock() + timedelta(seconds=eta) if eta is not None else None,
            mine=job.place.user_id == interaction.user.id,
        )


def _trouble(bot: EaselBot) -> str:
    problem = bot.pool.problem
    return f"⚠️ {problem.sentence()}" if problem is not None else ""


def _choices(jobs: Sequence[Job], typed: str) -> list[Choice[Any]]:
    labels = [(job_label(job), job.id) for job in jobs]
    return [Choice(name=label, value=job_id) for label, job_id in labels if typed.casefold() in label.casefold()][:25]


async def setup(bot: EaselBot) -> None:
    """discord.py's entry point."""
    await bot.add_cog(Queue(bot))
