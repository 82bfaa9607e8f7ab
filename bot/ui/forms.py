"""Forms on top of the channel: one question, answered within 15 minutes, by whom it was put to."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from bot.errors import AccessRefused
from bot.text import _
from bot.ui.answering import answering
from bot.ui.screening import screen_form

OPEN_SECONDS = 900.0  # as long as the interaction's token lives
REASON = 400  # characters; twice as many once they are escaped


class EaselForm(ui.Modal):
    """The base of every form: a subclass adds fields and has `submit`. Put it up with `show`.

    discord.py keeps it in memory and drops it in silence after a restart, so the bot knows the open ones.
    """

    def __init__(self, title: str) -> None:
        super().__init__(title=title, timeout=OPEN_SECONDS)
        self._person: int | None = None
        self._open: set[str] = set()

    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """As the first answer."""
        self._person, self._open = interaction.user.id, interaction.client.forms
        self._open.add(self.custom_id)
        try:
            await interaction.response.send_modal(self)
        except discord.HTTPException:
            self._open.discard(self.custom_id)
            raise

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        try:
            async with answering(interaction, f"the form {type(self).__name__}"):
                if interaction.user.id != self._person:
                    raise AccessRefused(_("That form was not put to you."))
                await self.screen(interaction)
                await self.submit(interaction)
        finally:
            self._open.discard(self.custom_id)

    async def on_timeout(self) -> None:
        self._open.discard(self.custom_id)

    async def screen(self, interaction: discord.Interaction[Any]) -> None:
        """Look through the texts, before anything is done with them. Raises TextBlocked."""
        await screen_form(interaction, self)

    async def submit(self, interaction: discord.Interaction[Any]) -> None:
        """What it does. Errors become sentences."""
        raise NotImplementedError


class ReasonForm(EaselForm):
    """A form that asks for a reason."""

    def __init__(self, title: str, label: str, hint: str) -> None:
        super().__init__(title)
        self._text: ui.TextInput[Any] = ui.TextInput(
            style=discord.TextStyle.paragraph, custom_id="reason", max_length=REASON, required=True
        )
        self.add_item(ui.Label(text=label, description=hint, component=self._text))

    @property
    def reason(self) -> str:
        """What was typed."""
        return self._text.value.strip()[:REASON]
