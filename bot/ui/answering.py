"""Whatever goes wrong behind a button, a menu or a form ends as one sentence that only the person sees."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import discord
from discord import ui

from bot.errors import AccessRefused, EaselError, Fenced
from bot.jobs.hurry import hurry
from bot.network import NETWORK_ERRORS
from bot.text import _, speaking
from bot.ui.people import tell

log = logging.getLogger(__name__)


@asynccontextmanager
async def answering(interaction: discord.Interaction[Any], what: str) -> AsyncIterator[None]:
    """Inside, sentences are in the person's language, and errors end: discord.py would only log them.

    `what` is for the log and holds nothing that a person typed.
    """
    hurry()
    with speaking(interaction.locale.value):
        try:
            yield
        except EaselError as error:
            if isinstance(error, AccessRefused | Fenced):
                _log_refusal(interaction, what)
            await _say(interaction, error.sentence())
        except (discord.HTTPException, *NETWORK_ERRORS) as error:
            log.warning("%s of %s could not be answered: %s", what, interaction.user.id, error)
            if not interaction.response.is_done():
                await _say(interaction, EaselError().sentence())
        except Exception:  # the border of one interaction: a fault of ours still gets an answer
            log.exception("%s failed", what)
            await _say(interaction, EaselError().sentence())


async def answer_stray(
    interaction: discord.Interaction[Any], items: Iterable[type[ui.DynamicItem[Any]]], forms: set[str]
) -> None:
    """A button that is none of these items or is not in its message, or a form that is none of those open.

    They are forged, or from before a restart, and discord.py passes over them.
    """
    data: Mapping[str, Any] = interaction.data or {}
    custom_id = str(data.get("custom_id"))
    with speaking(interaction.locale.value):
        if interaction.type is discord.InteractionType.modal_submit and custom_id not in forms:
            _log_refusal(interaction, "a form that is not open")
            await _say(interaction, _("That form is not open any more. Choose the command or the menu again."))
        elif interaction.type is discord.InteractionType.component and not (
            _known(custom_id, items) and interaction.message is not None and _holds(interaction.message, custom_id)
        ):
            _log_refusal(interaction, "an unknown button")
            await _say(interaction, _("That button does nothing any more. Use the command again."))


def _known(custom_id: str, items: Iterable[type[ui.DynamicItem[Any]]]) -> bool:
    return any(item.__discord_ui_compiled_template__.fullmatch(custom_id) for item in items)


def _holds(message: discord.Message, custom_id: str) -> bool:
    parts: list[Any] = [part.to_dict() for part in message.components]
    while parts:
        part = parts.pop()
        if part.get("custom_id") == custom_id:
            return True
        parts += [*part.get("components", []), *filter(None, [part.get("accessory")])]
    return False


def _log_refusal(interaction: discord.Interaction[Any], what: str) -> None:
    log.warning("refused: %s, person %s, server %s", what, interaction.user.id, interaction.guild_id)


async def _say(interaction: discord.Interaction[Any], sentence: str) -> None:
    if interaction.client.is_closed():
        log.info("an answer was broken off: the bot is being stopped")
        return
    try:
        await tell(interaction, sentence)
    except (discord.HTTPException, *NETWORK_ERRORS) as error:
        log.warning("a sentence for %s did not arrive: %s", interaction.user.id, error)
