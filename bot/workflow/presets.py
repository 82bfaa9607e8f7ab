"""Presets: values for several options under one name, chosen as one more option."""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import OptionRefused
from bot.text import _
from bot.workflow.manifest import PRESET, Manifest
from bot.workflow.option import Option, OptionType


def with_presets(manifest: Manifest) -> tuple[Option, ...]:
    """The options as a command shows them: the presets, if there are any, come after the required ones."""
    if not manifest.presets:
        return manifest.options
    # it goes nowhere: it stands for other options
    preset = Option.model_construct(
        name=PRESET,
        type=OptionType.CHOICE,
        help=_("Values for several options at once; what you give yourself goes before them"),
        choices={each.name: each.name for each in manifest.presets},
    )
    required = [option for option in manifest.options if option.required]
    return (*required, preset, *(option for option in manifest.options if not option.required))


def expand(manifest: Manifest, given: Mapping[str, object]) -> dict[str, object]:
    """The values with those of the preset a person chose, under their own; raises OptionRefused."""
    values = {name: value for name, value in given.items() if value is not None}
    if not manifest.presets or PRESET not in values:
        return values
    chosen = values.pop(PRESET)
    preset = next((each for each in manifest.presets if each.name == chosen), None)
    if preset is None:
        names = ", ".join(f"`{each.name}`" for each in manifest.presets)
        raise OptionRefused(
            PRESET, _("There is no preset “{name}”. There are: {names}.").format(name=chosen, names=names)
        )
    return {**preset.values, **values}
