"""/workflows: whoever runs the bot sees, turns on and off, reads again and adds workflows."""

from __future__ import annotations

import asyncio

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.app import EaselBot
from bot.drafts import MAX_BYTES
from bot.errors import AccessRefused, AttachmentRefused, WorkflowError
from bot.network import NETWORK_ERRORS
from bot.text import _, speaking
from bot.ui.commands import N_
from bot.ui.drafts import draft_view, reloaded
from bot.ui.people import clipped, tell
from bot.ui.workflows import fitting, standing_text, workflow_list, workflow_text
from bot.workflow.entry import Entry
from bot.workflow.limits import MAX_CHOICES


@app_commands.default_permissions(administrator=True)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
class Admin(commands.GroupCog, group_name="workflows", group_description=N_("Look after the workflows (bot owner)")):
    """For the owner of the bot alone: workflows belong to no Discord server."""

    def __init__(self, bot: EaselBot) -> None:
        self.bot = bot

    @app_commands.command(name="list", description=N_("See every workflow and what is the matter with it"))
    async def list_all(self, interaction: discord.Interaction[EaselBot]) -> None:
        with speaking(interaction.locale.value):
            self._require_owner(interaction)
            text = workflow_list(self.bot.library.entries.values())
            await tell(
                interaction, text or _("There are no workflows. Drop one into the folder, or use `/workflows add`.")
            )

    @app_commands.command(description=N_("See one workflow: its options, its file, its graphs"))
    @app_commands.describe(workflow=N_("Which one"))
    async def show(self, interaction: discord.Interaction[EaselBot], workflow: str) -> None:
        with speaking(interaction.locale.value):
            self._require_owner(interaction)
            await tell(interaction, workflow_text(self._entry(workflow)))

    @app_commands.command(description=N_("Read the folder of workflows again"))
    async def reload(self, interaction: discord.Interaction[EaselBot]) -> None:
        with speaking(interaction.locale.value):
            self._require_owner(interaction)
            await interaction.response.defer(ephemeral=True, thinking=True)
            said = await reloaded(self.bot.keeper)
            listed = workflow_list(self.bot.library.entries.values()) or _("There are no workflows.")
            await interaction.edit_original_response(content=clipped(f"{said}\n{listed}".strip()))

    @app_commands.command(description=N_("Turn a workflow on, whatever its manifest says"))
    @app_commands.describe(workflow=N_("Which one"))
    async def enable(self, interaction: discord.Interaction[EaselBot], workflow: str) -> None:
        await self._switch(interaction, workflow, on=True)

    @app_commands.command(description=N_("Turn a workflow off; jobs under way go on"))
    @app_commands.describe(workflow=N_("Which one"))
    async def disable(self, interaction: discord.Interaction[EaselBot], workflow: str) -> None:
        await self._switch(interaction, workflow, on=False)

    @app_commands.command(description=N_("Add a workflow: a JSON file, or a picture or video ComfyUI made"))
    @app_commands.describe(file=N_("The file"), name=N_("The command's name. Left out: the file's"))
    async def add(
        self, interaction: discord.Interaction[EaselBot], file: discord.Attachment, name: str | None = None
    ) -> None:
        with speaking(interaction.locale.value):
            self._require_owner(interaction)
            if file.size > MAX_BYTES:
                raise WorkflowError(file.filename, _("It is larger than {limit} MB.").format(limit=MAX_BYTES // 2**20))
            await interaction.response.defer(ephemeral=True, thinking=True)
            data = await _fetched(self.bot, file)
            draft = await asyncio.to_thread(
                self.bot.drafts.make, data, file.filename, name or "", self.bot.pool.catalogue
            )
            await interaction.edit_original_response(
                content=clipped(workflow_text(draft.entry)), view=draft_view(draft) if not draft.entry.problem else None
            )

    @show.autocomplete("workflow")
    @enable.autocomplete("workflow")
    @disable.autocomplete("workflow")
    async def names(self, interaction: discord.Interaction[EaselBot], typed: str) -> list[Choice[str]]:
        """All there are."""
        if not self.bot.is_owner_id(interaction.user.id):
            return []
        found = fitting(list(self.bot.library.entries), typed)
        return [Choice(name=name[:100], value=name[:100]) for name in found][:MAX_CHOICES]

    async def _switch(self, interaction: discord.Interaction[EaselBot], name: str, *, on: bool) -> None:
        with speaking(interaction.locale.value):
            self._require_owner(interaction)
            entry = self._entry(name)
            await interaction.response.defer(ephemeral=True, thinking=True)
            await self.bot.keeper.switch(entry.name, on)
            said = await reloaded(self.bot.keeper)
            await interaction.edit_original_response(
                content=clipped(f"{said}\n{standing_text(self._entry(name))}".strip())
            )

    def _require_owner(self, interaction: discord.Interaction[EaselBot]) -> None:
        if not self.bot.is_owner_id(interaction.user.id):
            raise AccessRefused(_("Only whoever runs the bot may do that."))

    def _entry(self, name: str) -> Entry:
        entry = self.bot.library.entries.get(name.removeprefix("/"))
        if entry is None:
            raise AccessRefused(_("There is no such workflow. Choose one from the list that appears while you type."))
        return entry


async def _fetched(bot: EaselBot, file: discord.Attachment) -> bytes:
    try:
        return await bot.cdn.fetch(file.url, ceiling=MAX_BYTES)
    except AttachmentRefused as refusal:
        raise WorkflowError(file.filename, refusal.problem) from refusal
    except NETWORK_ERRORS as error:
        raise WorkflowError(file.filename, _("Discord did not hand over the file. Attach it again.")) from error


async def setup(bot: EaselBot) -> None:
    """discord.py's entry point."""
    await bot.add_cog(Admin(bot))
