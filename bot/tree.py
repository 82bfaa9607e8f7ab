"""The tree of commands: what each is given is checked again, and every error ends as one sentence for the person."""

from __future__ import annotations

import logging
from typing import Any, Protocol, cast

import aiohttp
import discord
from discord import app_commands

from bot.errors import EaselError, OptionRefused, TextBlocked
from bot.jobs.hurry import hurry
from bot.network import NETWORK_ERRORS
from bot.text import _, speaking
from bot.ui.given import refuse_unoffered
from bot.ui.people import tell
from bot.ui.screening import screen_command
from bot.ui.workflows import unavailable
from bot.workflow.library import Library

log = logging.getLogger(__name__)


class Bot(Protocol):
    """What the tree needs of the client."""

    library: Library


class EaselTree(app_commands.CommandTree[Any]):
    """Errors of commands come here; those of buttons and forms end where they are raised."""

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Before a command runs; what it is given is checked though Discord's client did."""
        hurry()
        if interaction.type is discord.InteractionType.application_command:
            try:
                refuse_unoffered(interaction)
                await screen_command(interaction)
            except (OptionRefused, TextBlocked) as refusal:
                await self.on_error(interaction, app_commands.CheckFailure(refusal))
                return False
        return True

    async def on_error(self, interaction: discord.Interaction[Any], error: app_commands.AppCommandError, /) -> None:
        if interaction.type is discord.InteractionType.autocomplete:
            return  # it takes choices and no sentences
        if interaction.client.is_closed():
            log.info("a command was broken off: the bot is being stopped")
            return
        with speaking(interaction.locale.value):
            sentence = _sentence(error, cast("Bot", interaction.client).library)
        try:
            await tell(interaction, sentence)
        except (discord.HTTPException, *NETWORK_ERRORS) as problem:
            log.warning("a refusal did not arrive: %s", type(problem).__name__)


def _sentence(error: app_commands.AppCommandError, library: Library) -> str:
    cause = getattr(error, "original", error)
    if isinstance(cause, app_commands.CheckFailure) and cause.args:
        cause = cause.args[0]
    if isinstance(cause, EaselError):
        return cause.sentence()
    if isinstance(error, app_commands.CommandNotFound):
        return unavailable(library, error.name).sentence()
    if isinstance(error, app_commands.CommandSignatureMismatch):
        return _("This command has changed. Type it again; restart Discord if it still shows the old one.")
    if isinstance(error, app_commands.CheckFailure):
        return _("You may not use this command here.")
    if isinstance(cause, aiohttp.ClientError):
        log.warning("a command could not go on: %s", type(cause).__name__)  # its words would hold a token
    else:
        log.error("a command failed", exc_info=error)
    return EaselError().sentence()
