"""/jobs: moderators see what runs on their server, and stop it."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.app import EaselBot
from bot.jobs.access import Action, Actor, require
from bot.jobs.changes import OPEN
from bot.jobs.job import Job, JobState
from bot.text import _, speaking
from bot.ui.commands import N_
from bot.ui.lists import job_choices, job_line, job_list, state_word
from bot.ui.people import actor_of, tell
from bot.ui.stopping import find_job, stop_job

LISTED = 20
ON_SERVER = (JobState.SUBMITTED, JobState.RUNNING)


@app_commands.guild_only()
@app_commands.default_permissions(manage_messages=True)
class Moderation(commands.GroupCog, group_name="jobs", group_description=N_("See and stop the jobs of this server")):
    """Discord decides who may use these (an admin can change it), so the handlers do not refuse whom it let through."""

    def __init__(self, bot: EaselBot) -> None:
        self.bot = bot

    @app_commands.command(name="list", description=N_("See who asked for what on this server"))
    @app_commands.describe(
        user=N_("Only this person's jobs"), state=N_("Only jobs in this state. Left out: all that have not ended")
    )
    @app_commands.choices(state=[Choice(name=state_word(state), value=state.value) for state in JobState])
    async def list_jobs(
        self, interaction: discord.Interaction[EaselBot], user: discord.User | None = None, state: str | None = None
    ) -> None:
        with speaking(interaction.locale.value):
            actor = self._moderator(interaction)
            require(actor, Action.LIST)
            states = (JobState(state),) if state else OPEN
            guild_id, user_id = interaction.guild_id, user.id if user else None
            jobs = await self.bot.store.select(
                guild_id=guild_id, user_id=user_id, states=states, latest=state is not None, limit=LISTED
            )
            count = sum((await self.bot.store.counts(guild_id=guild_id, user_id=user_id, states=states)).values())
            now, board = self.bot.clock(), self.bot.runner.board
            text = job_list([job_line(job, board, now, actor) for job in jobs], count)
            await tell(interaction, text or _("There are no such jobs on this server."))

    @app_commands.command(name="interrupt", description=N_("Stop somebody's job; they are told that you did"))
    @app_commands.describe(job=N_("Which one. Left out: the one that runs for this channel"))
    async def interrupt(self, interaction: discord.Interaction[EaselBot], job: str | None = None) -> None:
        with speaking(interaction.locale.value):
            wanted = await self._running_here(interaction) if job is None else await find_job(self.bot.runner, job)
            if wanted is None:
                await tell(interaction, _("No job runs for this channel. Choose one with the option `job`."))
                return
            require(self._moderator(interaction), Action.INTERRUPT, wanted)
            await stop_job(interaction, self.bot.runner, wanted)

    @interrupt.autocomplete("job")
    async def open_jobs(self, interaction: discord.Interaction[EaselBot], typed: str) -> list[Choice[str]]:
        """This server's open jobs, running ones first."""
        with speaking(interaction.locale.value):
            jobs = await self.bot.store.select(guild_id=interaction.guild_id, limit=100)
            jobs.sort(key=lambda job: job.state is JobState.WAITING)
            return job_choices(jobs, typed, who=True)

    async def _running_here(self, interaction: discord.Interaction[EaselBot]) -> Job | None:
        running = await self.bot.store.select(guild_id=interaction.guild_id, states=ON_SERVER)
        here = [job for job in running if job.place.channel_id == interaction.channel_id]
        return min(here, key=lambda job: (job.state is not JobState.RUNNING, job.tag), default=None)

    def _moderator(self, interaction: discord.Interaction[EaselBot]) -> Actor:
        return actor_of(interaction, owner=self.bot.is_owner_id(interaction.user.id), let_through=True)


async def setup(bot: EaselBot) -> None:
    """discord.py's entry point."""
    await bot.add_cog(Moderation(bot))
