"""What apps can put on the page, all at once: a form of every field, a message of every part, galleries, files."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import discord

from .discord_bot import picture

COLOURS = ("crimson", "orange", "gold", "seagreen", "teal", "steelblue", "navy", "purple", "orchid", "sienna")

Select = discord.ui.Select[Any]


class Everything(discord.ui.Modal, title="A form of every kind"):
    """Answers with what was filled in, one line for each field."""

    intro: discord.ui.TextDisplay[Any] = discord.ui.TextDisplay("Tell us about **your picture**.")
    words: discord.ui.Label[Any] = discord.ui.Label(
        text="Words", component=discord.ui.TextInput(min_length=3, max_length=40, placeholder="a fox")
    )
    mood: discord.ui.Label[Any] = discord.ui.Label(
        text="Mood",
        description="How it should feel",
        component=discord.ui.RadioGroup(
            options=[
                discord.RadioGroupOption(label="Calm", value="calm", description="Nothing moves"),
                discord.RadioGroupOption(label="Wild", value="wild"),
            ]
        ),
    )
    extras: discord.ui.Label[Any] = discord.ui.Label(
        text="Extras",
        component=discord.ui.CheckboxGroup(
            required=False,
            max_values=2,
            options=[discord.CheckboxGroupOption(label=name, value=name.lower()) for name in ("Snow", "Moon", "Birds")],
        ),
    )
    source: discord.ui.Label[Any] = discord.ui.Label(
        text="Source", component=discord.ui.FileUpload(required=False, max_values=2)
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        words, mood, extras, source = (label.component for label in (self.words, self.mood, self.extras, self.source))
        assert isinstance(words, discord.ui.TextInput)
        assert isinstance(mood, discord.ui.RadioGroup)
        assert isinstance(extras, discord.ui.CheckboxGroup)
        assert isinstance(source, discord.ui.FileUpload)
        files = ", ".join(file.filename for file in source.values)
        told = f"words {words.value}\nmood {mood.value}\nextras {', '.join(extras.values)}\nfiles {files}"
        await interaction.response.send_message(told)


class More(discord.ui.Modal, title="The other fields"):
    """Fields that choose, and one for a longer text."""

    story: discord.ui.Label[Any] = discord.ui.Label(
        text="Story", component=discord.ui.TextInput(style=discord.TextStyle.paragraph, required=False, max_length=300)
    )
    style: discord.ui.Label[Any] = discord.ui.Label(text="Style", component=Select(options=[]))
    friend: discord.ui.Label[Any] = discord.ui.Label(
        text="Friend", component=discord.ui.UserSelect(required=True, placeholder="Whom to show it to")
    )
    public: discord.ui.Label[Any] = discord.ui.Label(text="Show it to everybody", component=discord.ui.Checkbox())

    def __init__(self) -> None:
        super().__init__()
        style = self.style.component
        assert isinstance(style, discord.ui.Select)
        style.options = choices()

    async def on_submit(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("taken", ephemeral=True)


class Parts(discord.ui.LayoutView):
    """A message of every part; its selects and buttons answer with what was chosen."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        box: discord.ui.Container[Any] = discord.ui.Container(accent_colour=0xE67E22)
        accessory: discord.ui.Button[Any] = discord.ui.Button(label="Why?", custom_id="why")
        accessory.callback = self.pressed  # type: ignore[method-assign]  # discord.py's documented way
        box.add_item(discord.ui.Section("## A section", "with *two* texts and a button", accessory=accessory))
        thumbnail: discord.ui.Thumbnail[Any] = discord.ui.Thumbnail("attachment://0.png", description="A square")
        box.add_item(discord.ui.Section("-# with a thumbnail ||and a secret||", accessory=thumbnail))
        box.add_item(discord.ui.Separator(spacing=discord.SeparatorSpacing.large))
        box.add_item(discord.ui.File("attachment://notes.txt"))
        hidden = discord.MediaGalleryItem("attachment://1.png", description="A hidden square", spoiler=True)
        box.add_item(discord.ui.MediaGallery(hidden))
        self.add_item(box)
        self.add_item(self.select(Select(custom_id="style", placeholder="One style", options=choices())))
        many = Select(custom_id="styles", placeholder="Two styles", min_values=0, max_values=2, options=choices())
        self.add_item(self.select(many))
        self.add_item(self.select(discord.ui.UserSelect(custom_id="who", placeholder="A person")))
        self.add_item(self.select(discord.ui.ChannelSelect(custom_id="where", placeholder="A channel")))
        self.add_item(self.buttons())

    def select(self, select: Any) -> discord.ui.ActionRow[Any]:
        async def chosen(interaction: discord.Interaction) -> None:
            await interaction.response.send_message(f"chosen: {', '.join(map(str, select.values))}", ephemeral=True)

        select.callback = chosen
        row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
        row.add_item(select)
        return row

    def buttons(self) -> discord.ui.ActionRow[Any]:
        row: discord.ui.ActionRow[Any] = discord.ui.ActionRow()
        for style in (discord.ButtonStyle.primary, discord.ButtonStyle.success, discord.ButtonStyle.danger):
            button: discord.ui.Button[Any] = discord.ui.Button(label=style.name.title(), style=style)
            button.callback = self.pressed  # type: ignore[method-assign]  # discord.py's documented way
            row.add_item(button)
        row.add_item(discord.ui.Button(label="Off", disabled=True))
        row.add_item(discord.ui.Button(label="Elsewhere", url="https://example.org/"))
        return row

    async def pressed(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message("pressed", ephemeral=True)


def choices() -> list[discord.SelectOption]:
    described = {"Oil": "Thick and slow", "Ink": "Black on white", "Chalk": "Soft edges"}
    return [discord.SelectOption(label=name, value=name.lower(), description=text) for name, text in described.items()]


async def show_parts(interaction: discord.Interaction) -> None:
    notes = discord.File(BytesIO(b"\n".join(b"line %d" % number for number in range(1, 13))), "notes.txt")
    await interaction.response.send_message(view=Parts(), files=[notes, *squares(2)])


async def show_pictures(interaction: discord.Interaction, count: int) -> None:
    """As many squares as asked for, each of its own colour."""
    await interaction.response.send_message(files=squares(count))


def squares(count: int) -> list[discord.File]:
    shades = COLOURS[:count]
    return [discord.File(BytesIO(picture(shade, (96, 64))), f"{index}.png") for index, shade in enumerate(shades)]
