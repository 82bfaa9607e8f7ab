"""One slash command per workflow: what is typed there becomes a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import discord
from discord.ext import commands

from bot.app import EaselBot
from bot.text import speaking
from bot.ui.commands import CommandParameter, build_command, in_languages
from bot.ui.making import Wish
from bot.ui.menu import Menu
from bot.ui.options import CommandOption, PresetOption, command_option
from bot.ui.uploads import attached
from bot.ui.workflows import priced
from bot.workflow.choosing import offered
from bot.workflow.library import Workflow
from bot.workflow.manifest import PRESET
from bot.workflow.option import Option
from bot.workflow.presets import REPEAT, preset_names, takes, with_presets


class Generate(commands.Cog):
    """The commands that make things."""

    def __init__(self, bot: EaselBot) -> None:
        self.bot = bot
        self._menu = Menu(bot.tree, self._command)

    def refresh(self) -> None:
        """Every workflow that is ready is a command, and no other is."""
        left_out = self._menu.fill(self.bot.library.workflows.values())
        for name, reason in left_out.items():
            self.bot.library.leave_out(name, reason)

    def _command(self, workflow: Workflow) -> discord.app_commands.Command[Any, ..., None]:
        async def run(interaction: discord.Interaction[Any], values: Mapping[str, Any]) -> None:
            with speaking(interaction.locale.value):
                await self.bot.maker.make(interaction, self._wish(workflow, values))

        async def complete(interaction: discord.Interaction[Any], option: Option) -> Sequence[str]:
            return offered(option.name, self.bot.library.variants(workflow.name), self.bot.pool.hosts)

        manifest = workflow.manifest

        async def presets(interaction: discord.Interaction[Any], _option: Option) -> Sequence[str]:
            wanted = await self.bot.preferences.of(interaction.user.id)
            return preset_names(manifest, wanted.presets_of(workflow.name))

        def offer(option: Option) -> CommandOption:
            ours = option.name == PRESET and takes(manifest, PRESET)
            return PresetOption(option, presets) if ours else command_option(option, complete)

        options = {
            option.name: CommandParameter(
                in_languages(option.name, option.names),
                in_languages(option.description, option.helps),
                offer(option),
                option.required,
            )
            for option in with_presets(manifest, self.bot.settings.repeat_most)
        }
        name, line, lines = in_languages(manifest.name, manifest.names), manifest.description, manifest.descriptions
        if self.bot.library.entries[workflow.name].paid:
            line, lines = priced(line), {language: priced(text) for language, text in lines.items()}
        return build_command(name, in_languages(line, lines), options, run, nsfw=manifest.nsfw)

    def _wish(self, workflow: Workflow, given: Mapping[str, Any]) -> Wish:
        files = {name: value for name, value in given.items() if isinstance(value, discord.Attachment)}
        values = {name: value for name, value in given.items() if name not in files}
        sources = {name: attached(attachment, self.bot.cdn.fetch) for name, attachment in files.items()}
        asked = int(values.pop(REPEAT, 1)) if takes(workflow.manifest, REPEAT) else 1
        repeat = min(asked, self.bot.settings.repeat_most)
        return Wish(workflow.name, values, sources, repeat=repeat)


async def setup(bot: EaselBot) -> None:
    """discord.py's entry point."""
    await bot.add_cog(Generate(bot))
