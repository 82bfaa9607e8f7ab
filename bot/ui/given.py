"""What somebody gives a command, checked again: Discord's own client checks, others need not."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from bot.errors import OptionRefused
from bot.text import _


def refuse_unoffered(interaction: discord.Interaction[Any]) -> None:
    """Raise OptionRefused for a value that is not among an option's choices, or beyond its bounds."""
    command = interaction.command
    if not isinstance(command, app_commands.Command):
        return
    for parameter in command.parameters:
        value = interaction.namespace[parameter.display_name] if parameter.display_name in _given(interaction) else None
        if value is None:
            continue
        if parameter.choices and value not in [choice.value for choice in parameter.choices]:
            raise OptionRefused(parameter.display_name, _("Choose one from the list."))
        size = len(value) if isinstance(value, str) else value
        if isinstance(size, int | float) and not isinstance(value, bool):
            _refuse_beyond(parameter, size)


def _refuse_beyond(parameter: app_commands.Parameter, size: float) -> None:
    low, high = parameter.min_value, parameter.max_value
    if low is not None and size < low:
        raise OptionRefused(parameter.display_name, _("It is below {limit}, the least.").format(limit=low))
    if high is not None and size > high:
        raise OptionRefused(parameter.display_name, _("It is above {limit}, the most.").format(limit=high))


def _given(interaction: discord.Interaction[Any]) -> set[str]:
    return {name for name, _value in interaction.namespace}
