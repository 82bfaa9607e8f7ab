"""/backends: whoever runs the bot sees the servers, pauses them and frees their memory."""

from __future__ import annotations

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.app import EaselBot
from bot.errors import AccessRefused
from bot.text import _, speaking
from bot.ui.backends import backends_text, free_backend, pause_backend, resume_backend
from bot.ui.commands import N_
from bot.ui.people import clipped, tell
from bot.ui.workflows import fitting
from bot.workflow.limits import MAX_CHOICES


@app_commands.default_permissions(administrator=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
class Backends(commands.GroupCog, group_name="backends", group_description=N_("Look after the servers (bot owner)")):
    """For the owner of the bot alone: servers belong to no Discord server."""

    def __init__(self, bot: EaselBot) -> None:
        self.bot = bot

    @app_commands.command(name="list", description=N_("See every ComfyUI server, and what runs and waits there"))
    async def list_all(self, interaction: discord.Interaction[EaselBot]) -> None:
        with speaking(interaction.locale.value):
            self._require_owner(interaction)
            await interaction.response.defer(ephemeral=True, thinking=True)
            text = await backends_text(self.bot)
            await interaction.edit_original_response(content=clipped(text or _("There is no server.")))

    @app_commands.command(description=N_("Give a server no new jobs, over a restart too"))
    @app_commands.describe(backend=N_("Which server"))
    async def pause(self, interaction: discord.Interaction[EaselBot], backend: str) -> None:
        with speaking(interaction.locale.value):
            self._require_owner(interaction)
            await tell(interaction, await pause_backend(self.bot, backend, interaction.user.id))

    @app_commands.command(description=N_("Give a paused server jobs again"))
    @app_commands.describe(backend=N_("Which server"))
    async def resume(self, interaction: discord.Interaction[EaselBot], backend: str) -> None:
        with speaking(interaction.locale.value):
            self._require_owner(interaction)
            await tell(interaction, await resume_backend(self.bot, backend))

    @app_commands.command(description=N_("Unload a server's models, so that its memory is free"))
    @app_commands.describe(backend=N_("Which server"))
    async def free(self, interaction: discord.Interaction[EaselBot], backend: str) -> None:
        with speaking(interaction.locale.value):
            self._require_owner(interaction)
            await interaction.response.defer(ephemeral=True, thinking=True)
            await interaction.edit_original_response(content=clipped(await free_backend(self.bot, backend)))

    @pause.autocomplete("backend")
    @resume.autocomplete("backend")
    @free.autocomplete("backend")
    async def names(self, interaction: discord.Interaction[EaselBot], typed: str) -> list[Choice[str]]:
        """All there are."""
        if not self.bot.is_owner_id(interaction.user.id):
            return []
        found = fitting([backend.name for backend in self.bot.pool.backends], typed)
        return [Choice(name=name[:100], value=name[:100]) for name in found][:MAX_CHOICES]

    def _require_owner(self, interaction: discord.Interaction[EaselBot]) -> None:
        if not self.bot.is_owner_id(interaction.user.id):
            raise AccessRefused(_("Only whoever runs the bot may do that."))


async def setup(bot: EaselBot) -> None:
    """discord.py's entry point."""
    await bot.add_cog(Backends(bot))
