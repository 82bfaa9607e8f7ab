"""Remix this picture: any picture in any message, drawn anew as somebody describes it."""

from __future__ import annotations

from typing import Any

import discord

from bot.errors import AccessRefused
from bot.text import _
from bot.ui.editing import NEGATIVE
from bot.ui.filling import Pictures, ask, options_of, worth_filling
from bot.ui.making import Wish
from bot.ui.origins import job_of
from bot.ui.reaching import public_here
from bot.ui.seen import Picture, pictures_of
from bot.ui.using import takers
from bot.ui.words import one_line
from bot.workflow.goals import Goal
from bot.workflow.library import Library

NAMED = 60  # characters of what a picture is called


async def remix(interaction: discord.Interaction[Any], message: discord.Message) -> None:
    """As the first answer: a form. Raises AccessRefused where there is no picture, or nothing to draw it with."""
    bot = interaction.client
    pictures = pictures_of(message)
    if not pictures:
        raise AccessRefused(_("There is no picture in that message."))
    goal = remixer(bot.library)
    if goal is None:
        raise AccessRefused(_("There is no command now that draws a picture anew. Ask whoever runs the bot for one."))
    sources = [(_called(number, picture), picture.source(bot.cdn.fetch)) for number, picture in enumerate(pictures, 1)]
    parent = await job_of(interaction, message)
    if parent is not None and not public_here(interaction, parent):
        parent = None
    origin = None if message.flags.ephemeral else message.jump_url
    wish = Wish(goal.workflow, parent=parent, origin=origin)
    denoise = goal.denoise.name if goal.denoise is not None else ""
    fields = [*worth_filling(options_of(interaction, goal.workflow), wish), denoise, NEGATIVE]
    title = _("Remix this picture")
    await ask(interaction, wish, fields, title=title, pictures=Pictures(goal.option.name, sources))


def remixer(library: Library) -> Goal | None:
    """The first command that can run now and draws a picture anew, more or less of it."""
    return next((goal for goal in takers(library) if goal.varies), None)


def _called(number: int, picture: Picture) -> str:
    name = one_line(picture.alt or picture.filename, NAMED)
    return _("Picture {number}: {name}").format(number=number, name=name)
