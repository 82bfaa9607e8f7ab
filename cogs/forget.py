"""/forget: everybody can have what they asked for deleted; whoever runs the bot, what anybody did."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.ext import commands

from bot.app import EaselBot
from bot.text import speaking
from bot.ui.commands import N_
from bot.ui.forgetting import ask_to_forget, require_own


class Forget(commands.GroupCog, group_name="forget", group_description=N_("Delete what the bot knows of you")):
    """Here and in direct messages, as both are the same person's."""

    def __init__(self, bot: EaselBot) -> None:
        self.bot = bot

    @app_commands.command(description=N_("Delete your prompts, files and history; you are asked first"))
    async def me(self, interaction: discord.Interaction[EaselBot]) -> None:
        with speaking(interaction.locale.value):
            await ask_to_forget(interaction, self.bot, interaction.user.id)

    @app_commands.command(description=N_("Delete somebody's prompts, files and history"))
    @app_commands.describe(user=N_("Whose"))
    async def user(self, interaction: discord.Interaction[EaselBot], user: discord.User) -> None:
        with speaking(interaction.locale.value):
            require_own(self.bot, interaction, user.id)
            await ask_to_forget(interaction, self.bot, user.id)


async def setup(bot: EaselBot) -> None:
    """discord.py's entry point."""
    await bot.add_cog(Forget(bot))
