"""/jobs: moderators see what runs on their server, and stop it."""

from __future__ import annotations

from datetime import timedelta

import discord
from bot.jobs.access import Action, Actor, require
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.app import EaselBot
from bot.errors import Fenced
from bot.jobs.job import Job, JobState
from bot.text import _, speaking
from bot.ui.lists import Line, job_label, job_lines
from bot.ui.people import actor_of, refuse

OPEN = (JobState.WAITING, JobState.SUBMITTED, JobState.RUNNING)
LISTED = 20


@app_commands.guild_only()
@app_commands.default_permissions(manage_messages=True)
class Moderation(commands.GroupCog, group_name="jobs", group_description="See and stop this server's jobs"):
    """Discord decides who may use these (an admin can change it), so the handlers do not refuse whom it let through."""

    def __init__(self, bot: EaselBot) -> None:
        self.bot = bot

    @app_commands.command(name="list", description="See who makes what on this server")
    @app_commands.describe(user="Only this person's jobs", state="Only jobs in this state")
    @app_commands.choices(state=[Choice(name=state.value, value=state.value) for state in JobState])
    async def list_jobs(
        self, interaction: discord.Interaction[EaselBot], user: discord.User | None = None, state: str | None = None
    ) -> None:
        with speaking(interaction.locale.value):
            states = (JobState(state),) if state else OPEN
            jobs = await self.bot.store.select(
                guild_id=interaction.guild_id, user_id=user.id if user else None, states=states, limit=LISTED
            )
            lines = job_lines([self._line(job, interaction) for job in jobs])
            await refuse(interaction, "\n".join(lines) or _("No such jobs on this server."))

    @app_commands.command(name="interrupt", description="Stop a job; its owner is told who stopped it")
    @app_commands.describe(job="Which one; without it, the one running for this channel")
    async def interrupt(self, interaction: discord.Interaction[EaselBot], job: str | None = None) -> None:
        with speaking(interaction.locale.value):
            wanted = await self._wanted(interaction, job)
            if wanted is None:
                await refuse(interaction, _("No job is running for this channel. Name one with the option `job`."))
                return
            require(self._moderator(interaction), Action.INTERRUPT, wanted)
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self.bot.runner.cancel(wanted.id, interaction.user.id)
            sentence = _("Stopping {job} of <@{user}>.").format(job=job_label(wanted), user=wanted.place.user_id)
            await interaction.edit_original_response(content=sentence)

    @interrupt.autocomplete("job")
    async def open_jobs(self, interaction: discord.Interaction[EaselBot], typed: str) -> list[Choice[str]]:
        """This server's open jobs, running ones first."""
        with speaking(interaction.locale.value):
            jobs = await self.bot.store.select(guild_id=interaction.guild_id, states=OPEN, limit=100)
            jobs.sort(key=lambda job: job.state is JobState.WAITING)
            named = [(f"{job.place.user_name}: {job_label(job)}"[:100], job.id) for job in jobs]
            return [Choice(name=n, value=i) for n, i in named if typed.casefold() in n.casefold()][:25]

    async def _wanted(self, interaction: discord.Interaction[EaselBot], job_id: str | None) -> Job | None:
        if job_id is not None:
            job = await self.bot.store.get(job_id)
            if job is None:
                raise Fenced(job_id)
            return job
        running = await self.bot.store.select(guild_id=interaction.guild_id, states=OPEN[1:], limit=100)
        here = [job for job in running if job.place.channel_id == interaction.channel_id]
        return min(here, key=lambda job: (job.state is not JobState.RUNNING, job.tag), default=None)

    def _moderator(self, interaction: discord.Interaction[EaselBot]) -> Actor:
        return actor_of(interaction, owner=self.bot.is_owner_id(interaction.user.id), let_through=True)

    def _line(self, job: Job, interaction: discord.Interaction[EaselBot]) -> Line:
        eta = self.bot.runner.board.eta(job.id)
        ready = self.bot.clock() + timedelta(seconds=eta) if eta is not None else None
        return Line(job, self.bot.runner.board.position(job.id), ready, mine=False)


async def setup(bot: EaselBot) -> None:
    """discord.py's entry point."""
    await bot.add_cog(Moderation(bot))
