"""Manifest option <-> slash-command option: what Discord checks, what it completes, what it shows."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import discord
from discord import AppCommandOptionType, app_commands
from discord.app_commands import Choice

from bot.errors import OptionRefused
from bot.text import _, speaking
from bot.workflow.limits import MAX_CHOICES, MAX_NUMBER, MAX_TEXT
from bot.workflow.option import FILES, Option, OptionType
from bot.workflow.values import check_value

#: all names there are for an option
Complete = Callable[[discord.Interaction[Any], Option], Awaitable[Sequence[str]]]

TYPES = {
    OptionType.TEXT: AppCommandOptionType.string,
    OptionType.INTEGER: AppCommandOptionType.integer,
    OptionType.NUMBER: AppCommandOptionType.number,
    OptionType.BOOLEAN: AppCommandOptionType.boolean,
    OptionType.CHOICE: AppCommandOptionType.string,
    OptionType.SEED: AppCommandOptionType.integer,
    OptionType.SIZE: AppCommandOptionType.string,
    OptionType.LORA: AppCommandOptionType.string,
    **dict.fromkeys(FILES, AppCommandOptionType.attachment),
}
#: texts to Discord, whose `min` and `max` are of something else than their length
BOUNDED_HERE = frozenset({OptionType.SIZE, OptionType.LORA})
CHOICE_LENGTH = 100  # characters of a choice's name and of its value


class CommandOption(app_commands.Transformer):
    """One option as Discord knows it. Values arrive as they are: the workflow checks them again."""

    def __init__(self, option: Option) -> None:
        self.option = option

    @property
    def type(self) -> AppCommandOptionType:
        return TYPES[self.option.type]

    @property
    def min_value(self) -> int | float | None:
        if self.option.type is OptionType.SEED:
            return 0
        return None if self.option.type in BOUNDED_HERE else self._whole(self.option.min)

    @property
    def max_value(self) -> int | float | None:
        if self.option.type is OptionType.SEED:
            return self._whole(self.option.max) or MAX_NUMBER - 1
        if self.option.type is OptionType.TEXT:
            return min(self._whole(self.option.max) or MAX_TEXT, MAX_TEXT)
        return None if self.option.type in BOUNDED_HERE else self._whole(self.option.max)

    @property
    def choices(self) -> list[Choice[int | float | str]] | None:
        if self.option.type is not OptionType.CHOICE or self.option.choices is None:
            return None
        return [Choice(name=label, value=label) for label in self.option.choices]

    def _whole(self, bound: int | float | None) -> int | float | None:
        return int(bound) if bound is not None and self.type is not AppCommandOptionType.number else bound

    async def transform(self, interaction: discord.Interaction[Any], value: Any, /) -> Any:
        """A size that was typed by its name in the person's language, and not picked, has the name that is known."""
        if self.option.type is not OptionType.SIZE:
            return value
        with speaking(interaction.locale.value):
            return {_(name).casefold(): name for name in self.option.choices or ()}.get(str(value).casefold(), value)


class CompletedOption(CommandOption):
    """One whose values Discord asks for while the person types: overriding `autocomplete` is what turns that on."""

    def __init__(self, option: Option, complete: Complete) -> None:
        super().__init__(option)
        self._complete = complete

    async def autocomplete(self, interaction: discord.Interaction[Any], value: Any, /) -> list[Choice[Any]]:
        names = await self._complete(interaction, self.option)
        with speaking(interaction.locale.value):
            offered = suggestions(self.option, names, str(value))
        return [Choice(name=label, value=name) for label, name in offered if len(label) <= CHOICE_LENGTH][:MAX_CHOICES]


class PresetOption(CompletedOption):
    """The manifest's presets and the person's own: the latter are not everybody's, so they are no fixed choices."""

    @property
    def choices(self) -> list[Choice[int | float | str]] | None:
        return None


def command_option(option: Option, complete: Complete) -> CommandOption:
    """The Discord side of a manifest's option."""
    if option.type in BOUNDED_HERE or option.choices_from is not None:
        return CompletedOption(option, complete)
    return CommandOption(option)


def suggestions(option: Option, names: Sequence[str], typed: str) -> list[tuple[str, str]]:
    """Label and value of what to offer, in the current language. A named size says its pixels; a size that was typed
    comes first, as it is.
    """
    if option.type is OptionType.LORA:
        wanted, colon, strength = typed.partition(":")
        return [(f"{found}{colon}{strength}",) * 2 for found in matching(names, wanted)]
    if option.type is not OptionType.SIZE:
        return [(name, name) for name in matching(names, typed)]
    sizes = option.choices or {}
    labels = {name if sizes.get(name, name) == name else f"{_(name)} ({sizes[name]})": name for name in names}
    offered = [(label, labels[label]) for label in matching(list(labels), typed)]
    try:
        free = str(check_value(option, typed, None)) if typed.strip() and typed.casefold() not in sizes else None
    except OptionRefused:
        free = None
    return offered if free is None else [(free, free), *offered]


def matching(names: Sequence[str], typed: str) -> list[str]:
    """The names that hold what was typed, those that begin with it first; all of them for nothing typed."""
    wanted = typed.casefold().strip()
    found = [name for name in names if wanted in name.casefold()]
    return sorted(found, key=lambda name: not name.casefold().startswith(wanted)) if wanted else found
