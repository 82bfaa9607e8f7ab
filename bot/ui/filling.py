"""A form that asks for some of a workflow's options; what is typed there becomes a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import discord
from discord import ui

from bot.errors import AccessRefused, LimitReached, OptionRefused, WorkflowUnfit
from bot.text import _
from bot.ui.forms import EaselForm
from bot.ui.making import Wish
from bot.ui.people import CONTENT, tell
from bot.ui.words import one_line
from bot.ui.workflows import unavailable
from bot.workflow.option import FILES, Option, OptionType, Value

FIELDS = 5  # Discord's ceiling for one form
TITLE, LABEL, HINT = 45, 45, 100  # characters of a form's title, of a field's label, and of the line below that
TYPED = 4000  # characters of a text field
SHORT = 200  # characters of what is no text
NO_CHOICE = "-"  # in place of a choice: none

WHOLE = frozenset({OptionType.INTEGER, OptionType.SEED})


async def ask(
    interaction: discord.Interaction[Any], wish: Wish, fields: Sequence[str] = (), *, title: str = ""
) -> None:
    """As the first answer: a form for these options of the wish's workflow, filled in with what the wish has for them.

    All else that the wish has goes along untouched. Without `fields` it asks for what is `missing`, and then for the
    prompt. At most five, and no files. Raises WorkflowUnfit where the workflow is off or gone.
    """
    known = {option.name: option for option in options_of(interaction, wish.workflow)}
    wanted = [known[name] for name in fields or _usual(known, wish) if name in known]
    await FillForm(wish, wanted[:FIELDS], title or f"/{wish.workflow}").show(interaction)


def missing(options: Sequence[Option], wish: Wish) -> list[Option]:
    """The required options that the wish has nothing for: without them there is no job."""
    given = {*(name for name, value in wish.given.items() if value is not None), *wish.sources, *wish.kept}
    return [option for option in options if option.required and option.name not in given]


def options_of(interaction: discord.Interaction[Any], workflow: str) -> Sequence[Option]:
    """The options of a command as it is today. Raises WorkflowUnfit where it is off or gone."""
    library = interaction.client.library
    if graphs := library.variants(workflow):
        options: Sequence[Option] = graphs[0].manifest.options
        return options
    raise unavailable(library, workflow)


class FillForm(EaselForm):
    """One field for each option; choices are chosen, all else is typed. Sent once, it is one job."""

    def __init__(self, wish: Wish, options: Sequence[Option], title: str) -> None:
        super().__init__(one_line(title, TITLE))
        self._wish = wish
        self._fields: dict[str, tuple[Option, ui.TextInput[Any] | ui.Select[Any]]] = {}
        self._sent = False
        for option in options:
            field = _field(option, wish.given.get(option.name))
            self._fields[option.name] = (option, field)
            self.add_item(ui.Label(text=_label(option), description=_hint(option), component=field))

    async def screen(self, interaction: discord.Interaction[Any]) -> None:
        """Whoever makes the job looks through the texts, and counts what is blocked."""

    async def submit(self, interaction: discord.Interaction[Any]) -> None:
        if self._sent:
            raise AccessRefused(_("That form is not open any more. Choose the command or the menu again."))
        self._sent = True
        typed = dict(self._typed())
        others = {name: value for name, value in self._wish.given.items() if name not in self._fields}
        given = {name: parsed(self._fields[name][0], text) for name, text in typed.items() if text}
        try:
            await interaction.client.maker.make(interaction, replace(self._wish, given={**others, **given}))
        except (OptionRefused, LimitReached, WorkflowUnfit) as refusal:
            await tell(interaction, _refused(refusal.sentence(), typed))

    def _typed(self) -> Iterator[tuple[str, str]]:
        for name, (_option, field) in self._fields.items():
            if isinstance(field, ui.Select):
                chosen = next(iter(field.values), NO_CHOICE)
                yield name, "" if chosen == NO_CHOICE else str(chosen)
            else:
                yield name, field.value.strip()


def parsed(option: Option, text: str) -> Value:
    """What was typed, as the option's type; as it was typed where it is none, so that the workflow says why not."""
    try:
        if option.type in WHOLE:
            return int(text)
        if option.type is OptionType.NUMBER:
            return float(text.replace(",", "."))
    except ValueError:
        return text
    if option.type is OptionType.BOOLEAN:
        return text == "true" if text in {"true", "false"} else text
    return text


def shown(value: object) -> str:
    """A value as it stands in a field, and as it would be typed into a command: 8 rather than 8.0."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _usual(known: Mapping[str, Option], wish: Wish) -> list[str]:
    asked = [option.name for option in missing(list(known.values()), wish) if option.type not in FILES]
    prompt = [name for name in ("prompt",) if name in known and name not in asked]
    return [*asked, *prompt][:FIELDS]


def _field(option: Option, value: object) -> ui.TextInput[Any] | ui.Select[Any]:
    if choices := _choices(option):
        return _select(option, choices, None if value is None else shown(value))
    long = option.type is OptionType.TEXT
    text = "" if value is None else shown(value)
    most = min(TYPED, int(option.max or TYPED)) if long else SHORT
    return ui.TextInput(
        style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
        custom_id=option.name,
        placeholder=_left_out(option),
        default=text[:TYPED] or None,
        # what was given may be longer than what is taken today: the workflow says so
        max_length=max(most, min(TYPED, len(text))),
        required=option.required,
    )


def _choices(option: Option) -> list[tuple[str, str]]:
    """Label and value of what can be chosen; none for what is typed."""
    if option.type is OptionType.BOOLEAN:
        return [(_("yes"), "true"), (_("no"), "false")]
    if option.type is OptionType.CHOICE and option.choices is not None:
        return [(name, name) for name in option.choices]
    return []


def _select(option: Option, choices: Sequence[tuple[str, str]], value: str | None) -> ui.Select[Any]:
    offered = [discord.SelectOption(label=label, value=name, default=name == value) for label, name in choices[:25]]
    return ui.Select(
        custom_id=option.name,
        placeholder=_left_out(option),
        options=offered,
        required=option.required,
        min_values=1 if option.required else 0,
        max_values=1,
    )


def _label(option: Option) -> str:
    return one_line(option.name.replace("_", " ").capitalize(), LABEL)


def _hint(option: Option) -> str | None:
    return one_line(option.help, HINT) or None


def _left_out(option: Option) -> str | None:
    if option.required or option.default is None:
        return None
    return one_line(_("left out: {value}").format(value=shown(option.default)), HINT)


def _refused(sentence: str, typed: Mapping[str, str]) -> str:
    """Why not, and what was typed, so that it can be copied: Discord has closed the form."""
    kept = "\n".join(f"{name}: {text}" for name, text in typed.items() if text)
    room = CONTENT - len(sentence) - 100
    if not kept or room < len("…"):
        return sentence
    block = kept.replace("```", "'''")
    block = block if len(block) <= room else f"{block[: room - 1]}…"
    return "\n".join([sentence, _("This is what you typed:"), f"```\n{block}\n```"])
