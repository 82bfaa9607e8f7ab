"""People using commands, menus, buttons, selects and forms of a bot that answers each in the plainest way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.playground import DiscordServer, Upload

from .discord_bot import SmallBot, picture, running

COLOURS = ["red", "green", "blue"]


class Form(discord.ui.Modal, title="Describe it"):
    words: discord.ui.Label[Form] = discord.ui.Label(
        text="Words", component=discord.ui.TextInput(max_length=20, custom_id="words")
    )
    colour: discord.ui.Label[Form] = discord.ui.Label(
        text="Colour",
        component=discord.ui.Select(options=[discord.SelectOption(label=name) for name in COLOURS], required=True),
    )
    photo: discord.ui.Label[Form] = discord.ui.Label(
        text="Photo", component=discord.ui.FileUpload(min_values=0, required=False)
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        words, colour, photo = self.words.component, self.colour.component, self.photo.component
        assert isinstance(words, discord.ui.TextInput)
        assert isinstance(colour, discord.ui.Select)
        assert isinstance(photo, discord.ui.FileUpload)
        size = len(await photo.values[0].read()) if photo.values else 0
        await interaction.response.send_message(f"{words.value} in {colour.values[0]}, {size} bytes")


class Buttons(discord.ui.View):
    @discord.ui.button(label="More", custom_id="more")
    async def more(self, interaction: discord.Interaction, button: discord.ui.Button[Any]) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content=f"more for {interaction.user.name}")

    @discord.ui.button(label="Ask", custom_id="ask")
    async def ask(self, interaction: discord.Interaction, button: discord.ui.Button[Any]) -> None:
        await interaction.response.send_modal(Form())

    @discord.ui.button(label="Never", custom_id="never", disabled=True)
    async def never(self, interaction: discord.Interaction, button: discord.ui.Button[Any]) -> None: ...

    @discord.ui.select(cls=discord.ui.UserSelect, placeholder="Whom?", max_values=2)
    async def whom(self, interaction: discord.Interaction, select: discord.ui.UserSelect[Any]) -> None:
        names = [f"{user.name}:{type(user).__name__}" for user in select.values]
        await interaction.response.edit_message(content=" ".join(names))


def helpful_bot() -> SmallBot:
    bot = SmallBot()
    tree = bot.tree

    async def colours(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        near = str(interaction.namespace.size)
        return [app_commands.Choice(name=f"{name} ({near})", value=name) for name in COLOURS if typed in name]

    @tree.command(description="Paint")
    @app_commands.autocomplete(colour=colours)
    @app_commands.choices(size=[app_commands.Choice(name="Large", value=3), app_commands.Choice(name="Small", value=1)])
    async def paint(
        interaction: discord.Interaction, colour: str, size: int, opacity: app_commands.Range[float, 0, 1] = 1.0
    ) -> None:
        await interaction.response.send_message(f"{colour} {size} {opacity}", view=Buttons(timeout=None))

    @tree.command(description="Point")
    async def point(
        interaction: discord.Interaction, at: discord.Member, where: discord.TextChannel, role: discord.Role, loud: bool
    ) -> None:
        await interaction.response.send_message(f"{at.name} {where.name} {role.name} {loud}", ephemeral=not loud)

    @tree.context_menu(name="Repeat")
    async def repeat(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"again: {message.content}")

    @tree.context_menu(name="Greet")
    async def greet(interaction: discord.Interaction, user: discord.Member) -> None:
        await interaction.response.send_message(f"hello {user.name}")

    group = app_commands.Group(
        name="jobs", description="Jobs", default_permissions=discord.Permissions(manage_messages=True)
    )

    @group.command(name="list", description="List")
    async def listed(interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"none in {interaction.guild} for {interaction.locale}")

    tree.add_command(group)
    return bot


@pytest.fixture
async def server() -> AsyncIterator[DiscordServer]:
    async with DiscordServer() as server, running(server, helpful_bot()):
        yield server
        assert not server.refused


async def test_choices_are_offered_while_typing(server: DiscordServer) -> None:
    choices = await server.person("alice").autocomplete("paint", "colour", "re", size=3)

    assert choices == [{"name": "red (3)", "value": "red"}, {"name": "green (3)", "value": "green"}]


async def test_options_arrive_with_their_types(server: DiscordServer) -> None:
    alice = server.person("alice")
    answer = await alice.slash("paint", colour="red", size="Large", opacity=0.5)
    pointed = await alice.slash(
        "point", at=server.person("bob"), where=server.channel("art"), role=server.guild.roles[1], loud=False
    )

    assert answer.message.text == "red 3 0.5"
    assert pointed.message.text == "bob art Moderators False"
    assert pointed.ephemeral


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"colour": "red"}, "size is required"),
        ({"colour": "red", "size": 2}, "one of Large, Small"),
        ({"colour": "red", "size": 1, "opacity": 1.5}, "between 0.0 and 1.0"),
        ({"colour": 3, "size": 1}, "cannot be 3"),
        ({"colour": "red", "size": 1, "shape": "round"}, "no option called shape"),
    ],
)
async def test_the_client_refuses_wrong_options(server: DiscordServer, options: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        await server.person("alice").slash("paint", values=options)


async def test_a_command_for_moderators_is_offered_to_them_alone(server: DiscordServer) -> None:
    answer = await server.person("mona").slash("jobs list", locale="de")

    assert answer.message.text == "none in Easel Playground for de"
    with pytest.raises(PermissionError):
        await server.person("alice").slash("jobs list")


async def test_a_click_edits_the_clicked_message(server: DiscordServer) -> None:
    painted = await server.person("alice").slash("paint", colour="red", size=1)
    clicked = await server.person("bob").click(painted.message, "More")
    message = await clicked.wait(lambda message: "bob" in message.text)

    assert message is painted.message
    with pytest.raises(ValueError, match="disabled"):
        await server.person("bob").click(message, "Never")


async def test_people_are_chosen_in_a_select(server: DiscordServer) -> None:
    painted = await server.person("alice").slash("paint", colour="red", size=1)
    await server.person("alice").select(painted.message, "Whom?", server.person("bob"), server.person("mona"))

    assert painted.message.text == "bob:Member mona:Member"


async def test_a_form_is_filled_in_and_answered(server: DiscordServer) -> None:
    alice = server.person("alice")
    painted = await alice.slash("paint", colour="red", size=1)
    asked = await alice.click(painted.message, "ask")
    assert asked.modal is not None
    with pytest.raises(ValueError, match=r"Words has to be between 0 and 20 characters long\."):
        await asked.modal.submit(Words="a" * 21, Colour="blue")
    photo = Upload("photo.png", picture())
    answer = await asked.modal.submit(Words="a fox", Colour="blue", Photo=photo)

    assert answer.message.text == f"a fox in blue, {len(photo.data)} bytes"
    with pytest.raises(LookupError, match="not open any more"):
        await asked.modal.submit(Words="a fox", Colour="blue")


async def test_menus_get_the_message_or_the_person(server: DiscordServer) -> None:
    alice = server.person("alice")
    painted = await alice.slash("paint", colour="red", size=1)
    repeated = await alice.menu("Repeat", painted.message)
    greeted = await alice.menu("Greet", server.person("bob"))

    assert repeated.message.text == "again: red 1 1.0"
    assert greeted.message.text == "hello bob"


async def test_without_a_bot_nothing_answers() -> None:
    bot = helpful_bot()
    async with DiscordServer() as server:
        async with running(server, bot):
            pass
        answer = await server.person("alice").slash("paint", colour="red", size=1)

    assert answer.failed


async def test_commands_work_in_direct_messages(server: DiscordServer) -> None:
    alice = server.person("alice")
    answer = await alice.slash("paint", colour="red", size=1, channel=alice.dm)

    assert answer.message.channel is alice.dm
    assert server.messages("general") == []
