"""What a workflow's TOML says: the command, its graphs, its options, presets, buttons, and who may use it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from bot.text import _
from bot.workflow.limits import MAX_CHARACTERS, MAX_CHOICES, MAX_OPTIONS, check_locale, check_name
from bot.workflow.option import Localized, Names, Option, OptionType, many
from bot.workflow.safety import Safety
from bot.workflow.variant import (
    Preset,
    Requires,
    Variant,
    check_graph_name,
    check_known,
    check_preset,
    check_variant,
    varied,
)

__all__ = ["PRESET", "Manifest", "Preset", "Requires", "Variant", "characters", "keys_of"]

#: the option that chooses a preset
PRESET = "preset"


class Manifest(BaseModel):
    """One command. Options come in the order Discord wants: required ones first, else as written."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str
    names: Localized = {}
    description: str = Field(min_length=1, max_length=100)
    descriptions: Localized = {}
    group: str = ""
    graph: str
    requires: Requires = Requires()
    variants: Annotated[tuple[Variant, ...], BeforeValidator(many)] = Field((), alias="variant")
    options: Annotated[tuple[Option, ...], BeforeValidator(many)] = Field((), alias="option", max_length=MAX_OPTIONS)
    presets: Annotated[tuple[Preset, ...], BeforeValidator(many)] = Field((), alias="preset", max_length=MAX_CHOICES)
    outputs: Names = ()
    #: label of a button -> `workflow.option`: where a result goes from there
    actions: dict[str, str] = {}
    #: several pictures stand on one sheet, with numbers
    grid: bool = False
    enabled: bool = True
    nsfw: bool = False
    #: seconds between two uses by the same person
    cooldown: int | float = Field(0, ge=0, le=86400, allow_inf_nan=False)
    #: names or ids of roles; empty for everybody
    roles: tuple[str | int, ...] = ()
    #: which workflow judges its pictures before they are posted
    safety: Safety | None = None
    #: what one use counts where uses are counted
    cost: int | float = Field(1, ge=0, le=1000, allow_inf_nan=False)

    #: how long one run takes, until that was learned
    seconds: float | None = Field(None, gt=0, le=86400, allow_inf_nan=False)

    @field_validator("name")
    @classmethod
    def _discord_takes_name(cls, name: str) -> str:
        return check_name(name)

    @field_validator("group")
    @classmethod
    def _discord_takes_group(cls, group: str) -> str:
        return check_name(group) if group else group

    @field_validator("names")
    @classmethod
    def _discord_takes_names(cls, names: Localized) -> Localized:
        return {check_locale(locale): check_name(name) for locale, name in names.items()}

    @field_validator("descriptions")
    @classmethod
    def _discord_takes_lines(cls, lines: Localized) -> Localized:
        for locale, line in lines.items():
            check_locale(locale)
            if not 1 <= len(line) <= 100:
                raise ValueError(_("A description has 1 to 100 characters, in every language."))
        return lines

    @field_validator("graph")
    @classmethod
    def _lies_beside(cls, graph: str) -> str:
        return check_graph_name(graph)

    @field_validator("options")
    @classmethod
    def _required_first(cls, options: tuple[Option, ...]) -> tuple[Option, ...]:
        return tuple(sorted(options, key=lambda option: not option.required))

    @field_validator("roles", mode="before")
    @classmethod
    def _many_roles(cls, roles: object) -> object:
        return tuple(roles) if isinstance(roles, list) else (roles,) if isinstance(roles, str | int) else roles

    @field_validator("actions")
    @classmethod
    def _name_options(cls, actions: dict[str, str]) -> dict[str, str]:
        for label, goal in actions.items():
            if not 1 <= len(label) <= 80 or not all(goal.partition(".")) or goal.count(".") != 1:
                raise ValueError(
                    _('An action is a button\'s label and where its picture goes, such as "Upscale" = "upscale.image".')
                )
        return actions

    @model_validator(mode="after")
    def _fits_discord(self) -> Self:
        names = [option.name for option in self.options] + [PRESET] * bool(self.presets)
        if twice := _twice(names):
            raise ValueError(_("Two options are called “{name}”.").format(name=twice))
        if sum(option.type is OptionType.SEED for option in self.options) > 1:
            raise ValueError(_("There can be only one option of type “seed”; give it all the targets."))
        if len(names) > MAX_OPTIONS:
            raise ValueError(_("With its presets it has more than {most} options.").format(most=MAX_OPTIONS))
        if (length := characters(self)) > MAX_CHARACTERS:
            raise ValueError(
                _("The command has {length} characters in all; Discord takes {most}. Shorten help and choices.").format(
                    length=length, most=MAX_CHARACTERS
                )
            )
        return self

    @model_validator(mode="after")
    def _belongs_together(self) -> Self:
        known = {option.name for option in self.options}
        if twice := _twice(variant.name for variant in self.variants) or _twice(preset.name for preset in self.presets):
            raise ValueError(_("“{name}” is there twice.").format(name=twice))
        for variant in self.variants:
            check_known([*variant.defaults, *variant.targets, *variant.without], known, variant.name)
            for option in self.options:
                check_variant(variant, option)
        for preset in self.presets:
            check_known(preset.values, known, preset.name)
            for option in self.options:
                check_preset(preset, option)
        return self

    def options_of(self, variant: Variant | None) -> tuple[Option, ...]:
        """The options of the command, or of one of its graphs, in Discord's order."""
        if variant is None:
            return self.options
        return tuple(varied(variant, option) for option in self.options if option.name not in variant.without)


def keys_of(model: type[BaseModel]) -> list[str]:
    """Every key of a table, by its name in the file."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _twice(names: Iterable[str]) -> str:
    seen: set[str] = set()
    return next((name for name in names if name in seen or seen.add(name)), "")  # type: ignore[func-returns-value]  # adds


def characters(manifest: Manifest) -> int:
    """As Discord counts them, the longest language of each: names, descriptions, choices' names and values."""
    return (
        _longest(manifest.name, manifest.names)
        + _longest(manifest.description, manifest.descriptions)
        + sum(_longest(option.name, option.names) for option in manifest.options)
        + sum(_longest(option.description, option.helps) for option in manifest.options)
        + sum(2 * len(label) for option in manifest.options for label in option.choices or ())
        + sum(2 * len(preset.name) for preset in manifest.presets)
    )


def _longest(text: str, others: Localized) -> int:
    return max(len(text), *(len(other) for other in others.values()), 0)
