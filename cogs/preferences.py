"""/preferences and /preset: what holds where a person says nothing, and their own sets of options."""

from __future__ import annotations

from collections.abc import Sequence

import discord
from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from bot.app import EaselBot
from bot.errors import OptionRefused
from bot.jobs.past import newest
from bot.jobs.preferences import FIELDS, LONGEST, PRESET_NAME
from bot.text import _, named, speaking
from bot.ui.commands import N_
from bot.ui.lists import job_choices
from bot.ui.options import CHOICE_LENGTH, matching
from bot.ui.people import tell
from bot.ui.preferring import (
    check_preferred,
    models_offered,
    names_of,
    preference_lines,
    preset_lines,
    preset_of,
    sizes_offered,
)
from bot.ui.presence import server_of
from bot.ui.words import code, one_line
from bot.workflow.limits import MAX_CHOICES
from bot.workflow.manifest import PRESET

Interaction = discord.Interaction[EaselBot]
Words = Range[str, 1, LONGEST]
Name = Range[str, 1, PRESET_NAME]

SEARCHED = 250  # jobs that are looked through while a person types
ALL = "all"
WHAT = [
    Choice(name=N_("All of them"), value=ALL),
    Choice(name=N_("The model"), value="model"),
    Choice(name=N_("The size"), value="size"),
    Choice(name=N_("What is kept out"), value="negative"),
    Choice(name=N_("The style behind every prompt"), value="style"),
    Choice(name=N_("Who sees what you make"), value="ephemeral"),
]


class Likes(commands.GroupCog, group_name="preferences", group_description=N_("What holds where you say nothing")):
    """A person's own, wherever they are; nobody else sees them."""

    def __init__(self, bot: EaselBot) -> None:
        self.bot = bot

    @app_commands.command(description=N_("See what you have set, and your presets"))
    async def show(self, interaction: Interaction) -> None:
        with speaking(interaction.locale.value):
            wanted = await self.bot.preferences.of(interaction.user.id)
            presets = [_("Your presets:"), *preset_lines(wanted)] if wanted.presets else []
            await tell(interaction, "\n".join([*preference_lines(wanted), *presets]))

    @app_commands.command(name="set", description=N_("Set what holds wherever you say nothing and a command takes it"))
    @app_commands.describe(
        model=N_("The model"),
        size=N_("A name from the list, or width x height such as 768x512"),
        negative=N_("What to keep out of every picture"),
        style=N_("What stands behind every prompt, such as: watercolour, soft light"),
        ephemeral=N_("Whether only you see what you make"),
    )
    async def set_(
        self,
        interaction: Interaction,
        *,
        model: Range[str, 1, CHOICE_LENGTH] | None = None,
        size: Range[str, 1, CHOICE_LENGTH] | None = None,
        negative: Words | None = None,
        style: Words | None = None,
        ephemeral: bool | None = None,
    ) -> None:
        with speaking(interaction.locale.value):
            texts = {"negative": negative, "style": style}
            size = {_(name).casefold(): name for name in sizes_offered(self.bot)}.get((size or "").casefold(), size)
            said = {"model": model, "size": size, **texts, "ephemeral": ephemeral}
            values = {name: value for name, value in said.items() if value is not None}
            if not values:
                await tell(interaction, _("Say at least one thing to set."))
                return
            typed = {name: text for name, text in texts.items() if text is not None}
            user_id = interaction.user.id
            await self.bot.screening.check(typed, guild_id=server_of(interaction), user_id=user_id)
            check_preferred(self.bot, model, size)
            wanted = await self.bot.preferences.set(user_id, values)
            await tell(interaction, "\n".join(preference_lines(wanted)))

    @app_commands.command(description=N_("Take away what you have set"))
    @app_commands.describe(what=N_("Which of it"))
    @app_commands.choices(what=WHAT)
    async def clear(self, interaction: Interaction, what: Choice[str]) -> None:
        with speaking(interaction.locale.value):
            names = FIELDS if what.value == ALL else (what.value,)
            wanted = await self.bot.preferences.clear(interaction.user.id, *names)
            await tell(interaction, "\n".join(preference_lines(wanted)))

    @set_.autocomplete("model")
    async def models(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return _choices(models_offered(self.bot), typed)

    @set_.autocomplete("size")
    async def sizes(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        with speaking(interaction.locale.value):
            labels = {_(name): name for name in sizes_offered(self.bot)}
        return [Choice(name=found.name, value=labels[found.name]) for found in _choices(list(labels), typed)]


class Presets(commands.GroupCog, group_name="preset", group_description=N_("Options under a name, for the next time")):
    """Offered in the `preset` option of the command they were saved from."""

    def __init__(self, bot: EaselBot) -> None:
        self.bot = bot

    @app_commands.command(description=N_("Save the options of one of your jobs under a name"))
    @app_commands.describe(name=N_("What you want to call it"), job=N_("Which job. Left out: your latest one"))
    async def save(self, interaction: Interaction, name: Name, job: str | None = None) -> None:
        with speaking(interaction.locale.value):
            user_id, called = interaction.user.id, one_line(name, PRESET_NAME)
            if not called:
                raise OptionRefused("name", _("Give it a name that can be read."))
            preset = await preset_of(self.bot, user_id, job, called)
            await self.bot.preferences.save_preset(user_id, called, preset)
            text = _("Saved {name} for {command}, with {options}. Choose it there as {option}.")
            words = {"command": f"/{named(preset.workflow)}", "option": code(named(PRESET))}
            await tell(interaction, text.format(name=code(called), options=names_of(preset), **words))

    @app_commands.command(description=N_("Delete one of your presets"))
    @app_commands.describe(name=N_("Which one"))
    async def delete(self, interaction: Interaction, name: str) -> None:
        with speaking(interaction.locale.value):
            if not await self.bot.preferences.delete_preset(interaction.user.id, name):
                raise OptionRefused("name", _("You have no preset of that name. Choose one from the list."))
            await tell(interaction, _("Deleted {name}.").format(name=code(name)))

    @app_commands.command(name="list", description=N_("See your presets"))
    async def list_(self, interaction: Interaction) -> None:
        with speaking(interaction.locale.value):
            wanted = await self.bot.preferences.of(interaction.user.id)
            await tell(interaction, "\n".join(preset_lines(wanted)))

    @save.autocomplete("job")
    async def own_jobs(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        """The person's own, newest first."""
        with speaking(interaction.locale.value):
            return job_choices(await newest(self.bot.store, interaction.user.id, SEARCHED), typed)

    @delete.autocomplete("name")
    async def names(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        wanted = await self.bot.preferences.of(interaction.user.id)
        return _choices(sorted(wanted.presets), typed)


def _choices(names: Sequence[str], typed: str) -> list[Choice[str]]:
    found = [name for name in matching(names, typed) if len(name) <= CHOICE_LENGTH]
    return [Choice(name=name, value=name) for name in found][:MAX_CHOICES]


async def setup(bot: EaselBot) -> None:
    """discord.py's entry point."""
    await bot.add_cog(Likes(bot))
    await bot.add_cog(Presets(bot))
