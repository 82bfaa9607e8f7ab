"""Selects in place of many buttons: one entry for each, which does what the button would."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Self

import discord
from discord import ui

from bot.errors import AccessRefused
from bot.text import _
from bot.ui.buttons import JOB_ID, OPTIONS, PLACEHOLDER, Control, EaselButton, EaselItem, control

ENTRY = 100  # characters of an entry

#: what an entry says, and the button it stands for
Entry = tuple[str, Control]


class PickSelect(EaselItem[ui.Select[Any]], template=rf"job:pick:{JOB_ID}:(?P<place>\d{{1,2}})"):
    """`job:pick:<job id>:<n>`: the value of each entry is the custom_id of its button."""

    def __init__(self, job_id: str, place: int | str, placeholder: str = "", entries: tuple[Entry, ...] = ()) -> None:
        options = [
            discord.SelectOption(label=label[:ENTRY], value=_button(stands_for).custom_id)
            for label, stands_for in entries[:OPTIONS]
        ]
        self._offered = {option.value for option in options}
        custom_id = f"job:pick:{job_id}:{place}"
        super().__init__(ui.Select(custom_id=custom_id, placeholder=placeholder[:PLACEHOLDER], options=options))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        made = cls(match["job_id"], match["place"])
        made._offered = {option.value for option in getattr(item, "options", ())}
        return made

    async def press(self, interaction: discord.Interaction[Any], bot: Any) -> None:
        chosen = next(iter(self.item.values), "")
        for kind in EaselButton.__subclasses__():
            found = kind.__discord_ui_compiled_template__.fullmatch(chosen)
            if found is not None and chosen in self._offered:
                button = await kind.from_custom_id(interaction, self.item, found)
                await button.press(interaction, bot)
                return
        raise AccessRefused(_("That entry does nothing any more. Use the command again."))


def pick(job_id: str, place: int, placeholder: str, entries: Iterable[Entry]) -> Control:
    """A select; `place` tells it from the others of its message."""
    return control(PickSelect, job_id, place, placeholder, tuple(entries))


def _button(stands_for: Control) -> EaselButton:
    button = stands_for.item()
    if not isinstance(button, EaselButton):
        raise TypeError("an entry stands for a button")
    return button
