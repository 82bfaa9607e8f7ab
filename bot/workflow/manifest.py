"""What a workflow's TOML says: the command, its options, where they go, which outputs count."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from enum import StrEnum
from math import isfinite
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from bot.text import _
from bot.workflow.sizes import SIDES, parse_size

Value = str | int | float | bool

#: Discord's limits: options of a command, choices of an option, characters of a command in all
MAX_OPTIONS, MAX_CHOICES, MAX_CHARACTERS = 25, 25, 8000
#: Discord's integers and numbers, either way
MAX_NUMBER = 2**53
MAX_TEXT = 6000


class OptionType(StrEnum):
    #: what a person types
    TEXT = "text"
    #: a whole number
    INTEGER = "integer"
    #: a number
    NUMBER = "number"
    #: yes or no
    BOOLEAN = "boolean"
    #: one of `choices`, or of the server's list
    CHOICE = "choice"
    #: the seed; rolled when it is left out
    SEED = "seed"
    #: `WxH` in pixels, or the name of one of `choices`
    SIZE = "size"
    #: a picture the person uploads
    IMAGE = "image"
    #: a picture that says where: its transparent part, or what is white in it, as the node reads it
    MASK = "mask"
    #: a video the person uploads
    VIDEO = "video"
    #: a sound the person uploads
    AUDIO = "audio"
    #: any file the person uploads
    FILE = "file"


#: options which a person fills with a file
FILES = frozenset({OptionType.IMAGE, OptionType.MASK, OptionType.VIDEO, OptionType.AUDIO, OptionType.FILE})

_NUMERIC = frozenset({"min", "max", "step", "multiply", "default"})
#: which keys go with which type, besides those every option has
_KEYS: Mapping[OptionType, frozenset[str]] = {
    OptionType.TEXT: frozenset({"min", "max", "prefix", "suffix", "default"}),
    OptionType.INTEGER: _NUMERIC,
    OptionType.NUMBER: _NUMERIC,
    OptionType.BOOLEAN: frozenset({"default"}),
    OptionType.CHOICE: frozenset({"choices", "choices_from", "prefix", "suffix", "default"}),
    OptionType.SEED: frozenset({"max"}),
    OptionType.SIZE: frozenset({"min", "max", "step", "choices", "default"}),
    **dict.fromkeys(FILES, frozenset()),
}
_SPECIAL = frozenset().union(*_KEYS.values())


def _many(value: object) -> object:
    """One text stands for a list of one."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _labelled(value: object) -> object:
    """A list of choices is a table of each by its own name."""
    return {str(choice): choice for choice in value} if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_many)]


class Option(BaseModel):
    """One option of the slash command. `docs/workflows.md` tells what each key means."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    type: Annotated[OptionType, Field(strict=False)]
    help: str = Field("", max_length=100)
    default: Value | None = None
    required: bool = False
    min: int | float | None = Field(None, ge=-MAX_NUMBER, le=MAX_NUMBER, allow_inf_nan=False)
    max: int | float | None = Field(None, ge=-MAX_NUMBER, le=MAX_NUMBER, allow_inf_nan=False)
    step: int | float | None = Field(None, ge=1e-6, le=MAX_NUMBER, allow_inf_nan=False)
    choices: Annotated[dict[str, Value] | None, BeforeValidator(_labelled)] = None
    choices_from: str | None = None
    targets: Names = ()
    multiply: int | float | None = Field(None, ge=-MAX_NUMBER, le=MAX_NUMBER, allow_inf_nan=False)
    prefix: str = ""
    suffix: str = ""
    bypass: Names = ()

    @property
    def description(self) -> str:
        """The line Discord shows: `help`, else the name in words."""
        return self.help or self.name.replace("_", " ").replace("-", " ").capitalize()

    @field_validator("name")
    @classmethod
    def _discord_takes_name(cls, name: str) -> str:
        return check_name(name)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for problem in (self._wrong_key(), self._wrong_role(), self._wrong_choices(), self._wrong_bounds()):
            if problem:
                raise ValueError(problem)
        return self

    def _wrong_key(self) -> str:
        for key in sorted((self.model_fields_set & _SPECIAL) - _KEYS[self.type]):
            types = ", ".join(kind for kind, keys in _KEYS.items() if key in keys)
            return _("“{key}” does not go with type “{type}”, only with: {types}.").format(
                key=key, type=self.type, types=types
            )
        return ""

    def _wrong_role(self) -> str:
        if not self.targets and not self.bypass:
            return _('It changes nothing. Name the inputs it sets, such as targets = ["Prompt.text"].')
        if self.required and (self.default is not None or self.bypass):
            return _("It is required, so it is never left out: take away “default” and “bypass”, or “required”.")
        if self.bypass and self.default is not None and self.type is not OptionType.BOOLEAN:
            return _("With a “default” it is never left out, so “bypass” has no effect: take one of them away.")
        if self.type is OptionType.SIZE and len(self.targets) % 2:
            return _("A size has two targets: an input for the width, then one for the height.")
        return ""

    def _wrong_choices(self) -> str:
        if self.choices_from not in {None, "input"}:
            return _('“choices_from” can only be "input": the list of the input it sets.')
        if self.choices_from and not self.targets:
            return _("“choices_from” needs “targets”: the list is that of the first one.")
        if self.type is OptionType.CHOICE and (self.choices is None) == (self.choices_from is None):
            return _("A choice has either “choices” or “choices_from”.")
        if self.choices is None:
            return ""
        if not 1 <= len(self.choices) <= MAX_CHOICES:
            return _("Discord takes 1 to {most} choices; there are {count}.").format(
                most=MAX_CHOICES, count=len(self.choices)
            )
        if any(not 1 <= len(label) <= 100 for label in self.choices):
            return _("Each choice's name has 1 to 100 characters.")
        if any(isinstance(value, float) and not isfinite(value) for value in self.choices.values()):
            return _("“inf” and “nan” are no choices.")
        if self.type is OptionType.SIZE:
            for label, size in self.choices.items():
                if parse_size(size) is None:
                    return _('The choice “{label}” is no size such as "512x768".').format(label=label)
        return ""

    def _wrong_bounds(self) -> str:
        low, high = self.bounds
        if low is not None and high is not None and low > high:
            return _("“min” is larger than “max”.")
        if self.type is OptionType.TEXT and not ((low or 0) >= 0 and (high is None or 1 <= high <= MAX_TEXT)):
            return _("A text's length is at least 0 and at most {most} characters.").format(most=MAX_TEXT)
        if self.type is OptionType.SEED and high is not None and high < 1:
            return _("A seed's “max” is at least 1.")
        whole = self.type in {OptionType.TEXT, OptionType.INTEGER, OptionType.SEED, OptionType.SIZE}
        if whole and any(isinstance(bound, float) for bound in (low, high, self.step)):
            return _("“min”, “max” and “step” are whole numbers for type “{type}”.").format(type=self.type)
        return ""

    @property
    def bounds(self) -> tuple[int | float | None, int | float | None]:
        """The least and most: of a number, of a text's length, of each side of a size."""
        if self.type is OptionType.SIZE:
            return (SIDES[0] if self.min is None else self.min, SIDES[1] if self.max is None else self.max)
        if self.type is OptionType.SEED:
            return 0, self.max
        if self.type in {OptionType.INTEGER, OptionType.NUMBER, OptionType.TEXT}:
            return self.min, self.max
        return None, None


class Manifest(BaseModel):
    """One command. Options come in the order Discord wants: required ones first, else as written."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    description: str = Field(min_length=1, max_length=100)
    graph: str
    options: Annotated[tuple[Option, ...], BeforeValidator(_many)] = Field((), alias="option", max_length=MAX_OPTIONS)
    outputs: Names = ()

    @field_validator("name")
    @classmethod
    def _discord_takes_name(cls, name: str) -> str:
        return check_name(name)

    @field_validator("graph")
    @classmethod
    def _lies_beside(cls, graph: str) -> str:
        if not graph or any(letter in graph for letter in "/\\:\0"):
            raise ValueError(_("“graph” is the name of a file in the same folder, such as “imagine.json”."))
        return graph

    @field_validator("options")
    @classmethod
    def _required_first(cls, options: tuple[Option, ...]) -> tuple[Option, ...]:
        return tuple(sorted(options, key=lambda option: not option.required))

    @model_validator(mode="after")
    def _fits_discord(self) -> Self:
        names = [option.name for option in self.options]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(_("Two options are called “{name}”.").format(name=name))
        if sum(option.type is OptionType.SEED for option in self.options) > 1:
            raise ValueError(_("There can be only one option of type “seed”; give it all the targets."))
        if (length := _characters(self)) > MAX_CHARACTERS:
            raise ValueError(
                _("The command has {length} characters in all; Discord takes {most}. Shorten help and choices.").format(
                    length=length, most=MAX_CHARACTERS
                )
            )
        return self


def check_name(name: str) -> str:
    """The name, if Discord takes it for a command or an option; else ValueError."""
    letters = all(letter in "-_'" or unicodedata.category(letter)[0] in "LMN" for letter in name)
    if not 1 <= len(name) <= 32 or not letters or name != name.lower():
        raise ValueError(
            _("Discord does not take “{name}” as a name. Use 1 to 32 lower-case letters, digits, - and _.").format(
                name=name
            )
        )
    return name


def _characters(manifest: Manifest) -> int:
    """As Discord counts them: names, descriptions, and each choice's name and value (which are the same here)."""
    return (
        len(manifest.name)
        + len(manifest.description)
        + sum(len(option.name) + len(option.description) for option in manifest.options)
        + sum(2 * len(label) for option in manifest.options for label in option.choices or ())
    )


def keys_of(model: type[BaseModel]) -> list[str]:
    """Every key of a table, by its name in the file."""
    return [field.alias or name for name, field in model.model_fields.items()]
