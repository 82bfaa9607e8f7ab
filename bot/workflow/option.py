"""One option of a slash command, as a workflow's TOML says it."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from math import isfinite
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from bot.text import _
from bot.workflow.limits import MAX_CHOICES, MAX_NUMBER, MAX_TEXT, check_locale, check_name
from bot.workflow.sizes import SIDES, parse_size

Value = str | int | float | bool

#: folders of models, and the input of a core node that lists what is in each
FOLDERS: Mapping[str, tuple[str, str]] = {
    "checkpoints": ("CheckpointLoaderSimple", "ckpt_name"),
    "clip_vision": ("CLIPVisionLoader", "clip_name"),
    "controlnet": ("ControlNetLoader", "control_net_name"),
    "diffusion_models": ("UNETLoader", "unet_name"),
    "loras": ("LoraLoader", "lora_name"),
    "style_models": ("StyleModelLoader", "style_model_name"),
    "text_encoders": ("CLIPLoader", "clip_name"),
    "upscale_models": ("UpscaleModelLoader", "model_name"),
    "vae": ("VAELoader", "vae_name"),
}

#: a text in several languages, by Discord's names for them
Localized = dict[str, str]


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
    #: a LoRA of the server's, with its strength if the person writes one: `name:0.8`
    LORA = "lora"


#: options which a person fills with a file
FILES = frozenset({OptionType.IMAGE, OptionType.MASK, OptionType.VIDEO, OptionType.AUDIO, OptionType.FILE})

_NUMERIC = frozenset({"min", "max", "step", "multiply", "round_to", "default"})
_TEXTUAL = frozenset({"prefix", "suffix", "template"})
#: which keys go with which type, besides those every option has
_KEYS: Mapping[OptionType, frozenset[str]] = {
    OptionType.TEXT: frozenset({"min", "max", "default"}) | _TEXTUAL,
    OptionType.INTEGER: _NUMERIC,
    OptionType.NUMBER: _NUMERIC,
    OptionType.BOOLEAN: frozenset({"default"}),
    OptionType.CHOICE: frozenset({"choices", "choices_from", "pattern", "default"}) | _TEXTUAL,
    OptionType.SEED: frozenset({"max"}),
    OptionType.SIZE: frozenset({"min", "max", "step", "choices", "default"}),
    OptionType.LORA: frozenset({"pattern", "min", "max", "default"}),
    **dict.fromkeys(FILES, frozenset()),
}
_SPECIAL = frozenset().union(*_KEYS.values())


def many(value: object) -> object:
    """One text stands for a list of one."""
    return (value,) if isinstance(value, str) else tuple(value) if isinstance(value, list) else value


def _labelled(value: object) -> object:
    """A list of choices is a table of each by its own name."""
    return {str(choice): choice for choice in value} if isinstance(value, list) else value


Names = Annotated[tuple[str, ...], BeforeValidator(many)]


class Option(BaseModel):
    """One option of the slash command. `docs/workflows.md` tells what each key means."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    names: Localized = {}
    type: Annotated[OptionType, Field(strict=False)]
    help: str = Field("", max_length=100)
    helps: Localized = {}
    default: Value | None = None
    required: bool = False
    min: int | float | None = Field(None, ge=-MAX_NUMBER, le=MAX_NUMBER, allow_inf_nan=False)
    max: int | float | None = Field(None, ge=-MAX_NUMBER, le=MAX_NUMBER, allow_inf_nan=False)
    step: int | float | None = Field(None, ge=1e-6, le=MAX_NUMBER, allow_inf_nan=False)
    choices: Annotated[dict[str, Value] | None, BeforeValidator(_labelled)] = None
    choices_from: str | None = None
    pattern: Names = ()
    targets: Names = ()
    multiply: int | float | None = Field(None, ge=-MAX_NUMBER, le=MAX_NUMBER, allow_inf_nan=False)
    round_to: int | float | None = Field(None, ge=1e-6, le=MAX_NUMBER, allow_inf_nan=False)
    prefix: str = ""
    suffix: str = ""
    template: str = ""
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
        checks = (self._wrong_key, self._wrong_role, self._wrong_choices, self._wrong_bounds, self._wrong_words)
        for problem in (check() for check in checks):
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
        if self.choices_from not in {None, "input", *FOLDERS}:
            return _(
                '“choices_from” is "input", the list of the input it sets, or a folder of models: {folders}.'
            ).format(folders=", ".join(FOLDERS))
        if self.choices_from and not self.targets:
            return _("“choices_from” needs “targets”: where the choice goes.")
        if self.pattern and not self.choices_from and self.type is not OptionType.LORA:
            return _("“pattern” picks from the server's list, so it needs “choices_from”.")
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

    def _wrong_words(self) -> str:
        if self.template and (
            self.template.count("{value}") != 1 or set("{}") & set(self.template.replace("{value}", ""))
        ):
            return _('“template” holds {value} once and no other braces, such as "a photo of {value}, 35 mm".')
        if self.template and (self.prefix or self.suffix):
            return _("“template” does what “prefix” and “suffix” do: take those away.")
        for locale, name in self.names.items():
            check_locale(locale)
            check_name(name)
        for locale, text in self.helps.items():
            check_locale(locale)
            if not 1 <= len(text) <= 100:
                return _("A help line has 1 to 100 characters, in every language.")
        return ""

    @property
    def bounds(self) -> tuple[int | float | None, int | float | None]:
        """The least and most: of a number, of a text's length, of each side of a size."""
        if self.type is OptionType.SIZE:
            return (SIDES[0] if self.min is None else self.min, SIDES[1] if self.max is None else self.max)
        if self.type is OptionType.SEED:
            return 0, self.max
        if self.type in {OptionType.INTEGER, OptionType.NUMBER, OptionType.TEXT, OptionType.LORA}:
            return self.min, self.max
        return None, None
