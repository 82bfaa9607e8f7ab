"""/queue and /cancel: where the jobs of this server stand, and how to stop one's own."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.app import EaselBot
from bot.jobs.access import Action, Actor, may, require
from bot.jobs.changes import OPEN
from bot.jobs.job import Job
from bot.text import _, ngettext, speaking
from bot.ui.commands import N_
from bot.ui.lists import job_choices, job_lines, job_list, troubles
from bot.ui.people import actor_of, tell
from bot.ui.presence import server_of
from bot.ui.stopping import find_job, stop_job

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
            wanted = await self._newest(interaction) if job is None else await find_job(self.bot.runner, job)
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
            return job_choices(jobs, typed)

    async def _newest(self, interaction: discord.Interaction[EaselBot]) -> Job | None:
        jobs = await self.bot.store.select(user_id=interaction.user.id, latest=True, limit=1)
        return jobs[0] if jobs else None

    async def _overview(self, interaction: discord.Interaction[EaselBot]) -> str:
        """On a server its jobs, in direct messages and where the bot is not one's own."""
        guild_id, actor = server_of(interaction), self._actor(interaction)
        user_id = actor.user_id if guild_id is None else None
        jobs = await self.bot.store.select(guild_id=guild_id, user_id=user_id, limit=LISTED)
        here = sum((await self.bot.store.counts(guild_id=guild_id, user_id=user_id, states=OPEN)).values())
        others = sum((await self.bot.store.counts(states=OPEN)).values()) - here
        now, board = self.bot.clock(), self.bot.runner.board
        lines = job_lines([job for job in jobs if may(actor, Action.NOTICE, job)], board, now, actor)
        texts = [
            _paused(self.bot, guild_id),
            troubles(lines, self.bot.pool.problem),
            job_list(lines, here) or _("No job waits or runs here."),
            _elsewhere(others),
        ]
        return "\n".join(text for text in texts if text)

    def _actor(self, interaction: discord.Interaction[EaselBot]) -> Actor:
        return actor_of(interaction, owner=self.bot.is_owner_id(interaction.user.id))


def _paused(bot: EaselBot, guild_id: int | None) -> str:
    if guild_id is None or bot.servers.get(guild_id).paused_by is None:
        return ""
    return _("⏸️ A moderator has paused this server: what runs may finish, what waits begins later.")


def _elsewhere(count: int) -> str:
    if count <= 0:
        return ""
    return ngettext("-# {count} job from elsewhere", "-# {count} jobs from elsewhere", count).format(count=count)


async def setup(bot: EaselBot) -> None:
    """discord.py's entry point."""
    await bot.add_cog(Queue(bot))
