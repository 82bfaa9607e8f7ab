"""Unmodified discord.py against the loopback Discord: commands, answers, edits, files."""

from __future__ import annotations

from collections.abc import AsyncIterator
from io import BytesIO

import discord
import pytest
from discord import app_commands

from bot.playground import DiscordServer, Upload

from .discord_bot import SmallBot, gallery, picture, running


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


def drawing_bot() -> SmallBot:
    """`/draw`: defer, one preview, then two pictures."""
    bot = SmallBot()

    @bot.tree.command(description="Draw something")
    @app_commands.describe(prompt="What to draw", steps="How long")
    async def draw(
        interaction: discord.Interaction,
        prompt: str,
        steps: app_commands.Range[int, 1, 50] = 20,
        source: discord.Attachment | None = None,
    ) -> None:
        await interaction.response.defer(thinking=True)
        given = f" from {source.filename} of {len(await source.read())} bytes" if source else ""
        preview = discord.File(BytesIO(picture("blue")), "preview.png")
        await interaction.edit_original_response(
            view=gallery(f"{prompt}, {steps}{given}", "preview.png"), attachments=[preview]
        )
        files = [discord.File(BytesIO(picture(colour)), f"{colour}.png") for colour in ("red", "green")]
        await interaction.edit_original_response(
            view=gallery(f"done: {prompt}", "red.png", "green.png"), attachments=files
        )

    return bot


async def test_a_command_becomes_pictures_in_one_message(server: DiscordServer) -> None:
    async with running(server, drawing_bot()):
        answer = await server.person("alice").slash("draw", prompt="a fox", steps=7)
        message = await answer.wait(lambda message: "done" in message.text)

    assert [version.text for version in message.versions] == ["", "a fox, 7", "done: a fox"]
    assert [version.n_files for version in message.versions] == [0, 1, 2]
    assert [file.name for file in message.images] == ["red.png", "green.png"]
    assert message.images[0].data == picture("red")
    assert server.person("bob").sees("general") == [message]
    assert not server.refused


async def test_an_attachment_reaches_the_bot_with_its_bytes(server: DiscordServer) -> None:
    async with running(server, drawing_bot()):
        upload = Upload("my photo.png", picture("blue"))
        answer = await server.person("alice").slash("draw", prompt="a fox", source=upload)
        await answer.wait(lambda message: f"from my_photo.png of {len(upload.data)} bytes" in message.text)
        await answer.wait(lambda message: "done" in message.text)
