"""One graph of several behind a command, what a graph requires, and presets."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.errors import OptionRefused
from bot.text import _
from bot.workflow.option import FILES, FOLDERS, Names, Option, Value
from bot.workflow.values import check_value

_VERSION = re.compile(r"\d+(\.\d+){0,2}")


class Requires(BaseModel):
    """What a server must have for a graph, besides the nodes in it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    nodes: Names = ()
    #: `folder/pattern`, such as `checkpoints/*xl*`: at least one file must match each
    models: Names = ()
    #: the least version of ComfyUI
    comfyui: str = ""

    @field_validator("models")
    @classmethod
    def _in_folders(cls, models: tuple[str, ...]) -> tuple[str, ...]:
        for model in models:
            folder, slash, pattern = model.partition("/")
            if folder not in FOLDERS or not slash or not pattern:
                raise ValueError(
                    _(
                        '“{model}” is no model. Write a folder, / and a name, as in "checkpoints/*xl*". Folders: {all}.'
                    ).format(model=model, all=", ".join(FOLDERS))
                )
        return models

    @field_validator("comfyui")
    @classmethod
    def _is_version(cls, version: str) -> str:
        if version and not _VERSION.fullmatch(version):
            raise ValueError(_('“comfyui” is the least version, such as "0.20".'))
        return version


class Variant(BaseModel):
    """One graph of several behind the same command: the first whose `requires` a server meets is used."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=32)
    graph: str
    requires: Requires = Requires()
    #: other defaults for the command's options
    defaults: dict[str, Value] = {}
    #: options this graph has nothing for
    without: Names = ()
    #: other inputs for the command's options
    targets: dict[str, Names] = {}

    @field_validator("graph")
    @classmethod
    def _lies_beside(cls, graph: str) -> str:
        return check_graph_name(graph)


class Preset(BaseModel):
    """Values for several options under one name."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(min_length=1, max_length=100)
    values: dict[str, Value]


def check_graph_name(graph: str) -> str:
    """The name, if it can only be a file in the workflows folder; else ValueError."""
    if not graph or any(letter in graph for letter in "/\\:\0"):
        raise ValueError(_("“graph” is the name of a file in the same folder, such as “imagine.json”."))
    return graph


def varied(variant: Variant, option: Option) -> Option:
    """The option as one graph has it; raises ValueError where its default does not go with the rest."""
    changed = {
        key: table[option.name]
        for key, table in (("default", variant.defaults), ("targets", variant.targets))
        if option.name in table
    }
    if not changed:
        return option
    # all is checked again: a default does not go with every key
    return Option.model_validate(option.model_dump(exclude_unset=True) | changed)


def check_variant(variant: Variant, option: Option) -> None:
    if option.name in variant.without:
        if option.name in variant.defaults or option.name in variant.targets:
            raise ValueError(
                _("“{where}” is without “{name}”, so it needs neither a default nor targets for it.").format(
                    where=variant.name, name=option.name
                )
            )
        if option.required:
            raise ValueError(
                _("“{where}” is without “{name}”, which is required: the graph would never be used.").format(
                    where=variant.name, name=option.name
                )
            )
        return
    try:
        varied(variant, option)
    except ValidationError as error:
        (details, *_rest) = error.errors()
        raise ValueError(
            _("“{where}”, option “{name}”: {problem}").format(
                where=variant.name, name=option.name, problem=details.get("ctx", {}).get("error", details["msg"])
            )
        ) from error


def check_preset(preset: Preset, option: Option) -> None:
    if option.name not in preset.values:
        return
    try:
        if option.type in FILES:
            raise OptionRefused(option.name, _("A file cannot be in a preset."))
        check_value(option, preset.values[option.name], None)
    except OptionRefused as refused:
        raise ValueError(
            _("“{where}”, option “{name}”: {problem}").format(
                where=preset.name, name=option.name, problem=refused.problem
            )
        ) from refused


def check_known(names: Iterable[str], known: set[str], where: str) -> None:
    for name in names:
        if name not in known:
            raise ValueError(
                _("“{where}” names the option “{name}”, which there is not. There are: {known}.").format(
                    where=where, name=name, known=", ".join(sorted(known)) or _("none")
                )
            )
