"""A bot with an option of every type, a select of every kind and a form with every field, that says what it got."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from .discord_bot import SmallBot

COLOURS = ["red", "green", "blue"]


def said(value: object) -> str:
    """What a test compares: names of things, sizes of files."""
    if isinstance(value, list):
        return "+".join(said(item) for item in value)
    if isinstance(value, discord.Attachment):
        return f"{value.filename}:{value.size}"
    return f"{type(value).__name__}:{getattr(value, 'name', value)}"


class Everything(discord.ui.Modal, title="Everything"):
    """A field of every kind but the selects of things."""

    def __init__(self) -> None:
        super().__init__()
        options = [discord.SelectOption(label=name) for name in COLOURS]
        radios = [discord.RadioGroupOption(label=name, value=name) for name in COLOURS]
        boxes = [discord.CheckboxGroupOption(label=name, value=name, default=name == "red") for name in COLOURS]
        self.parts: dict[str, discord.ui.Item[Any]] = {
            "Words": discord.ui.TextInput(min_length=2, max_length=20, default="a fox"),
            "Colours": discord.ui.Select(options=options, max_values=2, required=True),
            "Shade": discord.ui.RadioGroup(options=radios, required=False),
            "Frames": discord.ui.CheckboxGroup(options=boxes, required=False),
        }
        for label, part in self.parts.items():
            self.add_item(discord.ui.Label(text=label, component=part))
        self.add_item(discord.ui.TextDisplay("Choose with care."))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        words, colours, shade, frames = (self.parts[name] for name in ("Words", "Colours", "Shade", "Frames"))
        assert isinstance(words, discord.ui.TextInput)
        assert isinstance(colours, discord.ui.Select)
        assert isinstance(shade, discord.ui.RadioGroup)
        assert isinstance(frames, discord.ui.CheckboxGroup)
        text = f"{words.value} | {'+'.join(colours.values)} | {shade.value} | {'+'.join(frames.values)}"
        await interaction.response.send_message(text)


class Things(discord.ui.Modal, title="Things"):
    """Selects of people, roles and channels, files and one box to tick."""

    def __init__(self, bob: int) -> None:
        super().__init__()
        kinds = [discord.ChannelType.text]
        preset = [discord.SelectDefaultValue(id=bob, type=discord.SelectDefaultValueType.user)]
        self.parts: dict[str, Any] = {
            "Who": discord.ui.UserSelect(required=True, default_values=preset),
            "Role": discord.ui.RoleSelect(required=False),
            "Where": discord.ui.ChannelSelect(channel_types=kinds, required=True),
            "Files": discord.ui.FileUpload(min_values=1, max_values=2, required=False),
            "Sure": discord.ui.Checkbox(default=True),
        }
        for label, part in self.parts.items():
            self.add_item(discord.ui.Label(text=label, component=part))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        values = [said(list(self.parts[name].values)) for name in ("Who", "Role", "Where", "Files")]
        await interaction.response.send_message(" | ".join([*values, str(self.parts["Sure"].value)]))


class Panel(discord.ui.View):
    """A select of every kind, and buttons that are more than buttons."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(discord.ui.Button(label="Site", url="https://example.com/"))
        for label, act in (("Form", self.form), ("Things", self.things)):
            self.add_item(Asking(label, act))
        options = [discord.SelectOption(label=name) for name in COLOURS]
        kinds = [discord.ChannelType.public_thread]
        selects: list[discord.ui.Item[Any]] = [
            Saying(discord.ui.Select, "text", options=options, min_values=0, max_values=2),
            Saying(discord.ui.RoleSelect, "role"),
            Saying(discord.ui.MentionableSelect, "mention", max_values=2),
            Saying(discord.ui.ChannelSelect, "channel", channel_types=kinds),
        ]
        for select in selects:
            self.add_item(select)

    async def form(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Everything())

    async def things(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Things(interaction.user.id))


class Asking(discord.ui.Button[Any]):
    def __init__(self, label: str, act: Any) -> None:
        super().__init__(label=label)
        self.act = act

    async def callback(self, interaction: discord.Interaction) -> None:
        await self.act(interaction)


def Saying(kind: Any, placeholder: str, **options: Any) -> discord.ui.Item[Any]:  # noqa: N802 - makes an item
    """A select that answers with what was chosen."""

    class Select(kind):  # type: ignore[misc]  # which of discord.py's selects it is comes as a value
        async def callback(self, interaction: discord.Interaction) -> None:
            await interaction.response.send_message(said(list(self.values)) or "nothing", ephemeral=True)

    made: discord.ui.Item[Any] = Select(placeholder=placeholder, custom_id=placeholder, **options)
    return made


def forms_bot() -> SmallBot:
    bot = SmallBot()
    tree = bot.tree

    async def offered(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
        others = {name: value for name, value in interaction.namespace if name != "shape"}
        known = ",".join(f"{name}={getattr(value, 'name', value)}" for name, value in sorted(others.items()))
        return [app_commands.Choice(name=f"{typed}({known})", value="x")]

    group = app_commands.Group(name="make", description="Make")
    inner = app_commands.Group(name="new", description="New", parent=group)

    @inner.command(name="thing", description="Every option")
    @app_commands.autocomplete(shape=offered)
    @app_commands.choices(size=[app_commands.Choice(name="Large", value=3), app_commands.Choice(name="Small", value=1)])
    async def thing(  # noqa: PLR0917 - an option of every type
        interaction: discord.Interaction,
        shape: app_commands.Range[str, 2, 5],
        size: int = 1,
        count: app_commands.Range[int, 1, 9] = 1,
        weight: app_commands.Range[float, None, 2.5] = 1.0,
        loud: bool = False,
        who: discord.User | None = None,
        where: discord.TextChannel | None = None,
        role: discord.Role | None = None,
        whom: discord.Member | discord.Role | None = None,
        file: discord.Attachment | None = None,
    ) -> None:
        values = (shape, size, count, weight, loud, who, where, role, whom, file)
        await interaction.response.send_message(" ".join(said(value) for value in values if value is not None))

    tree.add_command(group)

    @tree.command(description="Show the panel")
    async def panel(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("panel", view=Panel())

    @tree.context_menu(name="Who is it?")
    async def who_is_it(interaction: discord.Interaction, user: discord.User) -> None:
        await interaction.response.send_message(said(user), ephemeral=True)

    @tree.context_menu(name="What is it?")
    async def what_is_it(interaction: discord.Interaction, message: discord.Message) -> None:
        await interaction.response.send_message(f"{message.author.name}: {message.content}", ephemeral=True)

    return bot
