"""A form that asks for some of a workflow's options; what is typed there becomes a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import discord
from discord import ui

from bot.errors import AccessRefused, LimitReached, OptionRefused, WorkflowUnfit
from bot.text import _, named
from bot.ui.forms import EaselForm
from bot.ui.making import Wish
from bot.ui.people import CONTENT, actor_of, tell
from bot.ui.places import channels_of
from bot.ui.uploads import Source
from bot.ui.visibility import require_nsfw_channel
from bot.ui.words import one_line
from bot.ui.workflows import unavailable
from bot.workflow.option import FILES, Option, OptionType, Value

PROMPT = "prompt"
FIELDS = 5  # Discord's ceiling for one form
TITLE, LABEL, HINT = 45, 45, 100  # characters of a form's title, of a field's label, and of the line below that
TYPED = 4000  # characters of a text field
SHORT = 200  # characters of what is no text
CHOICES = 25  # of a select
WHICH = "which:picture"  # no option can be called that

#: words that are written like this wherever people write of them
WORDS = {"cfg": "CFG", "vae": "VAE", "lora": "LoRA", "clip": "CLIP"}
WHOLE = frozenset({OptionType.INTEGER, OptionType.SEED})


@dataclass(frozen=True)
class Pictures:
    """Pictures of which one goes into an option: by what they are called."""

    option: str
    sources: Sequence[tuple[str, Source]]


async def ask(
    interaction: discord.Interaction[Any],
    wish: Wish,
    fields: Sequence[str] = (),
    *,
    title: str = "",
    pictures: Pictures | None = None,
) -> None:
    """As the first answer: a form for these options of the wish's workflow, filled in with what the wish has for them.

    All else that the wish has goes along untouched. Without `fields` it is `worth_filling`; at most five, with the
    choice between `pictures`, and no files. Where there is nothing to ask for, the job comes at once. Raises
    WorkflowUnfit where the workflow is off or gone, AccessRefused for who may not use it here, and OptionRefused where
    a file is missing that no form can ask for.
    """
    options = {option.name: option for option in options_of(interaction, wish.workflow)}
    _refuse(interaction, wish, tuple(options.values()), pictures)
    names = fields or worth_filling(list(options.values()), wish)
    wanted = [options[name] for name in names if name in options and _fits(options[name], wish.given.get(name))]
    form = FillForm(wish, wanted, title or f"/{named(wish.workflow)}", interaction.locale.value, pictures)
    if form.children:
        await form.show(interaction)
    else:
        await interaction.client.maker.make(interaction, form.wish)


def missing(options: Sequence[Option], wish: Wish) -> list[Option]:
    """The required options that the wish has nothing for: without them there is no job."""
    given = {*(name for name, value in wish.given.items() if value is not None), *wish.sources, *wish.kept}
    return [option for option in options if option.required and option.name not in given]


def worth_filling(options: Sequence[Option], wish: Wish) -> list[str]:
    """What a form asks for where nobody says what: what is missing, and the words that say what to make."""
    asked = [option.name for option in missing(options, wish) if option.type not in FILES]
    texts = [option.name for option in options if option.type is OptionType.TEXT]
    words = [PROMPT] if PROMPT in texts else texts[:1]
    return [*asked, *(name for name in words if name not in asked)][:FIELDS]


def options_of(interaction: discord.Interaction[Any], workflow: str) -> Sequence[Option]:
    """The options of a command as it is today. Raises WorkflowUnfit where it is off or gone."""
    library = interaction.client.library
    if graphs := library.variants(workflow):
        options: Sequence[Option] = graphs[0].manifest.options
        return options
    raise unavailable(library, workflow)


class FillForm(EaselForm):
    """One field for each option; choices are chosen, all else is typed. Sent once, it is one job."""

    def __init__(
        self, wish: Wish, options: Sequence[Option], title: str, locale: str, pictures: Pictures | None = None
    ) -> None:
        super().__init__(one_line(title, TITLE))
        self._wish, self._pictures = wish, pictures
        self._fields: dict[str, tuple[Option, ui.TextInput[Any] | ui.Select[Any]]] = {}
        self._which: ui.Select[Any] | None = None
        self._sent = False
        if pictures is not None and len(pictures.sources) > 1:
            self._which = _which(pictures)
            self.add_item(ui.Label(text=_("Which picture?"), component=self._which))
        for option in options[: FIELDS - len(self.children)]:
            field = _field(option, wish.given.get(option.name))
            self._fields[option.name] = (option, field)
            self.add_item(ui.Label(text=_label(option, locale), description=_hint(option, locale), component=field))

    async def screen(self, interaction: discord.Interaction[Any]) -> None:
        """Whoever makes the job looks through the texts, and counts what is blocked."""

    async def submit(self, interaction: discord.Interaction[Any]) -> None:
        if self._sent:
            raise AccessRefused(_("That form is not open any more. Choose the command or the menu again."))
        self._sent = True
        typed = dict(self._typed())
        try:
            await interaction.client.maker.make(interaction, self._filled(typed))
        except (OptionRefused, LimitReached, WorkflowUnfit) as refusal:
            await tell(interaction, _refused(refusal.sentence(), typed))

    @property
    def wish(self) -> Wish:
        """As it is before anybody types."""
        return self._filled(dict.fromkeys(self._fields, ""))

    def _filled(self, typed: Mapping[str, str]) -> Wish:
        others = {name: value for name, value in self._wish.given.items() if name not in self._fields}
        given = {name: parsed(self._fields[name][0], text) for name, text in typed.items() if text}
        sources = dict(self._wish.sources)
        if self._pictures is not None:
            chosen = next(iter(self._which.values), "0") if self._which is not None else "0"
            sources[self._pictures.option] = self._pictures.sources[int(chosen)][1]
        return replace(self._wish, given={**others, **given}, sources=sources)

    def _typed(self) -> Iterator[tuple[str, str]]:
        for name, (_option, field) in self._fields.items():
            if isinstance(field, ui.Select):
                yield name, next(iter(field.values), "")
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


def _refuse(
    interaction: discord.Interaction[Any], wish: Wish, options: Sequence[Option], pictures: Pictures | None
) -> None:
    """What would be refused anyway is refused before anybody types."""
    bot = interaction.client
    manifest = bot.library.workflows[wish.workflow].manifest
    actor = actor_of(interaction, owner=bot.is_owner_id(interaction.user.id))
    bot.admitting.check_person(actor, channels_of(interaction), manifest)
    require_nsfw_channel(interaction, nsfw=manifest.nsfw)
    chosen = pictures.option if pictures is not None else ""
    for option in missing(options, wish):
        if option.type in FILES and option.name != chosen:
            problem = _("The form cannot take files. Use /{command} and attach one.").format(
                command=named(wish.workflow)
            )
            raise OptionRefused(option.name, problem)


def _fits(option: Option, value: object) -> bool:
    """Whether a form can ask for it: what is longer than a field holds goes along as it is."""
    return option.type not in FILES and (value is None or len(shown(value)) <= TYPED)


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
        default=text or None,
        # what was given may be longer than what is taken today: the workflow says so
        max_length=max(most, len(text)),
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


def _which(pictures: Pictures) -> ui.Select[Any]:
    offered = [
        discord.SelectOption(label=one_line(label, HINT), value=str(number), default=number == 0)
        for number, (label, _source) in enumerate(pictures.sources[:CHOICES])
    ]
    return ui.Select(custom_id=WHICH, options=offered, required=True)


def _label(option: Option, locale: str) -> str:
    name = option.names.get(locale) or named(option.name)
    words = (WORDS.get(word, word) for word in name.replace("_", " ").split())
    label = " ".join(words)
    return one_line(label[:1].upper() + label[1:], LABEL)


def _hint(option: Option, locale: str) -> str | None:
    line = option.helps.get(locale) or (_(option.help) if option.help else "")
    return one_line(line, HINT) or None


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
