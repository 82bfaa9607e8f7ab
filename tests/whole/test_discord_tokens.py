"""What an interaction's token is good for where the bot is not, twice, too early, and when the message has gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.playground import DiscordServer

from .discord_bot import SmallBot, running
from .test_discord_answers import acting, code, outcome


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server:
        yield server


async def test_nothing_follows_up_before_there_is_an_answer(server: DiscordServer) -> None:
    async def hasty(interaction: discord.Interaction) -> None:
        await interaction.followup.send("first")

    _, errors = await outcome(server, hasty)

    assert code(errors) == (404, 10015)


async def test_of_two_bots_with_one_token_the_second_is_too_late(server: DiscordServer) -> None:
    answers: asyncio.Queue[int] = asyncio.Queue()

    async def answered(interaction: discord.Interaction) -> None:
        try:
            await interaction.response.send_message("mine")
            answers.put_nowait(0)
        except discord.HTTPException as error:
            answers.put_nowait(error.code)

    async with acting(answered, server), acting(answered, server), asyncio.timeout(10):
        while server.gateway.identified < 2:
            await server.gateway.changed.wait()
        await server.person("alice").slash("act")
        told = sorted([await answers.get(), await answers.get()])

    assert told == [0, 40060]
    assert len(server.messages("general")) == 1


async def test_where_the_bot_is_not_only_the_token_reaches_the_message(server: DiscordServer) -> None:
    errors: list[discord.HTTPException] = []
    bot = SmallBot()

    @bot.tree.command(description="Act")
    @app_commands.allowed_installs(users=True)
    async def act(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("one")
        message = await interaction.original_response()
        place = bot.get_partial_messageable(message.channel.id)
        for attempt in (place.get_partial_message(message.id).edit(content="two"), place.send("three")):
            try:
                await attempt
            except discord.HTTPException as error:
                errors.append(error)
        await interaction.edit_original_response(content="four")
        try:
            for number in range(6):
                await interaction.followup.send(str(number))
        except discord.HTTPException as error:
            errors.append(error)
        finally:
            done.set()

    done = asyncio.Event()
    alice, elsewhere = server.person("alice"), server.add_guild("Elsewhere", has_bot=False)
    alice.user.installed = True
    async with running(server, bot), asyncio.timeout(10):
        answer = await alice.slash("act", guild=elsewhere)
        await done.wait()

    assert [(error.status, error.code) for error in errors] == [(403, 50001), (403, 50001), (400, 40094)]
    assert answer.message.text == "four"
    assert [message.text for message in answer.followups] == ["0", "1", "2", "3", "4"]


class Again(discord.ui.Modal, title="Again"):
    words: discord.ui.TextInput[Any] = discord.ui.TextInput(label="Words")

    def __init__(self, errors: list[discord.HTTPException]) -> None:
        super().__init__()
        self.errors = errors

    async def on_submit(self, interaction: discord.Interaction) -> None:
        try:
            await interaction.response.send_modal(Again(self.errors))
        except discord.HTTPException as error:
            self.errors.append(error)
            await interaction.response.send_message("no second form")


async def test_a_form_cannot_be_answered_with_another(server: DiscordServer) -> None:
    errors: list[discord.HTTPException] = []

    async def ask(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Again(errors))

    async with acting(ask, server):
        asked = await server.person("alice").slash("act")
        assert asked.modal is not None
        answer = await asked.modal.submit(Words="once")

    assert [(error.status, error.code) for error in errors] == [(400, 50035)]
    assert list(server.refused[-1].errors or {}) == ["type"]
    assert answer.message.text == "no second form"


@pytest.mark.parametrize("deferred", [True, False])
async def test_the_message_of_a_click_may_be_gone(server: DiscordServer, deferred: bool) -> None:
    told: asyncio.Queue[int] = asyncio.Queue()

    class Panel(discord.ui.View):
        @discord.ui.button(label="More")
        async def more(self, interaction: discord.Interaction, button: discord.ui.Button[Any]) -> None:
            assert interaction.message
            server.delete_message(server.channel("general").messages[interaction.message.id])
            try:
                if deferred:
                    await interaction.response.defer()
                    await interaction.edit_original_response(content="more")
                else:
                    await interaction.response.edit_message(content="more")
            except discord.NotFound as error:
                told.put_nowait(error.code)
                server.advance(4)

    async def show(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("panel", view=Panel(timeout=None))

    async with acting(show, server), asyncio.timeout(10):
        shown = await server.person("alice").slash("act")
        await server.person("alice").click(shown.message, "More")

        assert await told.get() == 10008


class Words(app_commands.Translator):
    GERMAN = {"paint": "malen", "colour": "farbe", "Red": "Rot"}

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        return self.GERMAN.get(string.message) if locale is discord.Locale.german else None


class Translated(SmallBot):
    async def setup_hook(self) -> None:
        await self.tree.set_translator(Words())
        await super().setup_hook()


async def test_people_use_the_names_of_their_language(server: DiscordServer) -> None:
    bot, alice = Translated(), server.person("alice")

    @bot.tree.command(name=app_commands.locale_str("paint"), description="Paint")
    @app_commands.rename(colour=app_commands.locale_str("colour"))
    @app_commands.choices(colour=[app_commands.Choice(name=app_commands.locale_str("Red"), value="r")])
    async def paint(interaction: discord.Interaction, colour: str) -> None:
        await interaction.response.send_message(f"{interaction.command and interaction.command.name} {colour}")

    async with running(server, bot):
        german = await alice.slash("malen", locale="de", farbe="Rot")
        english = await alice.slash("paint", colour="Red")
        with pytest.raises(PermissionError, match="There is no /malen here"):
            await alice.slash("malen", farbe="Rot")

    assert german.message.text == english.message.text == "paint r"
