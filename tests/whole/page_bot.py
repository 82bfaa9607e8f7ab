"""A bot that gives the page something of everything: choices, files, live edits, buttons, a form."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import Any

import discord
from discord import app_commands

from .discord_bot import SmallBot, gallery, picture
from .page_showcase import Everything, More, show_parts, show_pictures

STYLES = ["oil", "ink", "watercolour"]


async def offered(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=style, value=style) for style in STYLES if typed in style]


class Note(discord.ui.Modal, title="A note"):
    words: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Words", max_length=40)

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"noted: **{self.words.value}**", ephemeral=True)


class PageBot(SmallBot):
    """`/draw` waits in the middle until `finish` is set, or until its Cancel button is pressed."""

    def __init__(self) -> None:
        super().__init__()
        self.finish = asyncio.Event()
        draw: app_commands.Command[Any, ..., None] = app_commands.Command(
            name="draw", description="Draw something", callback=self.draw
        )
        draw.autocomplete("style")(offered)
        self.tree.add_command(draw)
        self.tree.add_command(app_commands.Command(name="note", description="Write a note", callback=self.note))
        secret: app_commands.Command[Any, ..., None] = app_commands.Command(
            name="clear", description="For moderators", callback=self.note
        )
        secret.default_permissions = discord.Permissions(manage_messages=True)
        self.tree.add_command(secret)
        self._add_showcase()

    def _add_showcase(self) -> None:
        shows: dict[str, Any] = {"parts": show_parts, "pictures": show_pictures, "form": self.form, "more": self.more}
        for name, callback in shows.items():
            command: app_commands.Command[Any, ..., None] = app_commands.Command(
                name=name, description=f"Show {name}", callback=callback
            )
            self.tree.add_command(command)
        menus: dict[str, Any] = {"Quote": self.quote, "Greet": self.greet}
        for title, menu in menus.items():
            self.tree.add_command(app_commands.ContextMenu(name=title, callback=menu))

    async def form(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Everything())

    async def more(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(More())

    async def quote(self, interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"quoted: {message.content}", ephemeral=True)

    async def greet(self, interaction: discord.Interaction, member: discord.Member) -> None:
        await interaction.response.send_message(f"hello, {member.display_name}", ephemeral=True)

    @app_commands.describe(prompt="What to draw", style="How", source="What to start from", count="How many")
    async def draw(
        self,
        interaction: discord.Interaction,
        prompt: str,
        style: str = "oil",
        count: app_commands.Range[int, 1, 10] = 1,
        source: discord.Attachment | None = None,
    ) -> None:
        await interaction.response.defer(thinking=True)
        button: discord.ui.Button[Any] = discord.ui.Button(label="Cancel", custom_id="cancel")
        pressed = asyncio.Event()

        async def press(click: discord.Interaction) -> None:
            await click.response.defer()
            pressed.set()

        button.callback = press  # type: ignore[method-assign, assignment]  # discord.py's documented way to set it
        preview = discord.File(BytesIO(picture("blue")), "preview.png")
        view = gallery(f"Drawing **{prompt}** in {style}", "preview.png", button=button)
        await interaction.edit_original_response(view=view, attachments=[preview])
        waiting = [asyncio.create_task(event.wait()) for event in (self.finish, pressed)]
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        await self._end(interaction, prompt, count, source, cancelled=pressed.is_set())

    async def _end(
        self,
        interaction: discord.Interaction,
        prompt: str,
        count: int,
        source: discord.Attachment | None,
        *,
        cancelled: bool,
    ) -> None:
        if cancelled:
            await interaction.edit_original_response(view=gallery("Cancelled."), attachments=[])
            return
        files = [discord.File(BytesIO(picture("red", (64, 64))), f"{number}.png") for number in range(count)]
        given = f"\n-# from {source.filename}" if source else ""
        view = gallery(f"Finished **{prompt}**{given}", *(file.filename for file in files))
        await interaction.edit_original_response(view=view, attachments=files)

    async def note(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Note())
