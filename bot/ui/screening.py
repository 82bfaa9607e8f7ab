"""What is typed into forms and as reasons: others read it too, so it is looked through like a prompt."""

from __future__ import annotations

from typing import Any, Protocol

import discord
from discord import app_commands, ui

from bot.jobs.screening import Screening
from bot.ui.presence import server_of

#: options of the bot's own commands whose text others read
READ_BY_OTHERS = frozenset({"reason"})


class Bot(Protocol):
    """What this needs of the client."""

    screening: Screening


async def screen_command(interaction: discord.Interaction[Any]) -> None:
    """Raise TextBlocked for a reason; who names what somebody else did wrong gets no strike. From memory."""
    command, bot = interaction.command, interaction.client
    if isinstance(command, app_commands.Command) and command.binding is not None:
        texts = {name: text for name, text in interaction.namespace if name in READ_BY_OTHERS and text}
        await _check(interaction, bot, texts)


async def screen_form(interaction: discord.Interaction[Any], form: ui.Modal) -> None:
    """The same for every text field of a form."""
    fields = [item for item in form.walk_children() if isinstance(item, ui.TextInput)]
    await _check(interaction, interaction.client, {field.custom_id: field.value for field in fields})


async def _check(interaction: discord.Interaction[Any], bot: Bot, texts: dict[str, str]) -> None:
    await bot.screening.check(texts, guild_id=server_of(interaction), user_id=interaction.user.id, strike=False)
