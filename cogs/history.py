"""/history and /show: what was made before, and the way back to it."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.app import EaselBot
from bot.jobs.past import newest
from bot.text import speaking
from bot.ui.commands import N_
from bot.ui.history import may_look_back, show_history
from bot.ui.lists import job_choices
from bot.ui.showing import bring_back

SEARCHED = 250  # jobs that are looked through while a person types


class History(commands.Cog):
    """For everybody, everywhere; what others made is shown as far as they may see it."""

    def __init__(self, bot: EaselBot) -> None:
        self.bot = bot

    @app_commands.command(name="history", description=N_("See what you made, with pictures, and go on from there"))
    @app_commands.describe(user=N_("For moderators: what this person made on this server"))
    async def history(self, interaction: discord.Interaction[EaselBot], user: discord.User | None = None) -> None:
        with speaking(interaction.locale.value):
            user_id = user.id if user is not None else interaction.user.id
            await may_look_back(interaction, user_id)
            await interaction.response.defer(ephemeral=True, thinking=True)
            await show_history(interaction, self.bot, user_id)

    @app_commands.command(name="show", description=N_("Bring one of your results back"))
    @app_commands.describe(job=N_("Which one: type a word of its prompt"))
    async def show(self, interaction: discord.Interaction[EaselBot], job: str) -> None:
        with speaking(interaction.locale.value):
            await bring_back(interaction, self.bot, job)

    @show.autocomplete("job")
    async def own_jobs(self, interaction: discord.Interaction[EaselBot], typed: str) -> list[Choice[str]]:
        """The person's own, newest first."""
        with speaking(interaction.locale.value):
            return job_choices(await newest(self.bot.store, interaction.user.id, SEARCHED), typed)


async def setup(bot: EaselBot) -> None:
    """discord.py's entry point."""
    await bot.add_cog(History(bot))
