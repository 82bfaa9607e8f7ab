"""A message as it should look: a value, from which each attempt to send it builds fresh discord.py objects."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

import discord
from discord import ui

from bot.ui.buttons import CancelButton, Rows, control

ATTACHMENTS = 10  # Discord's ceiling for one message, and for one gallery
TEXT = 4000  # Discord's ceiling for all text of one message


@dataclass(frozen=True)
class Attachment:
    """A file in a message. `shown` ones stand in the gallery, others below it; `alt` is read to who cannot see;
    a `spoiler` is covered until somebody clicks it.
    """

    name: str
    data: bytes
    shown: bool = True
    alt: str | None = None
    spoiler: bool = False


@dataclass(frozen=True)
class Page:
    """One message in Components V2: a header, paragraphs, files, a Cancel button for `cancel` (a job's id), and rows of
    buttons and selects.
    """

    header: str
    body: tuple[str, ...] = ()
    footer: str = ""
    files: tuple[Attachment, ...] = ()
    colour: int | None = None
    cancel: str | None = None
    rows: Rows = ()

    @property
    def key(self) -> tuple[object, ...]:
        """What a person would see change: a page with the key of the one shown need not be sent."""
        files = tuple((file.name, hash(file.data)) for file in self.files)
        return (self.header, self.body, self.footer, files, self.cancel, self.rows)

    def view(self) -> ui.LayoutView:
        """Fresh components: a view that is sent twice breaks discord.py's registry of dynamic items."""
        view = ui.LayoutView(timeout=None)
        view.add_item(self._box())
        cancel = ((control(CancelButton, self.cancel),),) if self.cancel is not None else ()
        for controls in (*cancel, *self.rows):
            row: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
            for each in controls:
                row.add_item(each.item())
            view.add_item(row)
        return view

    def attachments(self) -> list[discord.File]:
        """Fresh files: discord.py closes them once they are sent."""
        return [discord.File(BytesIO(file.data), file.name, description=file.alt) for file in self.files]

    def _box(self) -> ui.Container[ui.LayoutView]:
        box: ui.Container[ui.LayoutView] = ui.Container(accent_colour=self.colour)
        footer = f"-# {self.footer}" if self.footer else ""
        for text in _within(TEXT - len(footer), self.header, "\n".join(self.body)):
            box.add_item(ui.TextDisplay(text))
        shown = [
            discord.MediaGalleryItem(f"attachment://{file.name}", description=file.alt, spoiler=file.spoiler)
            for file in self.files
            if file.shown
        ]
        if shown:
            box.add_item(ui.MediaGallery(*shown))
        for file in self.files:
            if not file.shown:
                box.add_item(ui.File(f"attachment://{file.name}", spoiler=file.spoiler))
        if footer:
            box.add_item(ui.TextDisplay(footer))
        return box


def _within(left: int, *texts: str) -> list[str]:
    """The texts that are not empty, cut where all of them together pass so many characters."""
    kept: list[str] = []
    for text in texts:
        if text and left > 0:
            kept.append(text if len(text) <= left else f"{text[: left - 1]}…")
            left -= len(text)
    return kept
