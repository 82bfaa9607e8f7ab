"""Presets and `repeat`: options that every command has, and that stand for others or for all of them again."""

from __future__ import annotations

from collections.abc import Mapping

from bot.errors import OptionRefused
from bot.text import _
from bot.workflow.limits import MAX_CHARACTERS, MAX_CHOICES, MAX_OPTIONS
from bot.workflow.manifest import PRESET, Manifest, characters
from bot.workflow.option import Option, OptionType

#: the option that makes so many jobs, and how many at most
REPEAT, MOST_TIMES = "repeat", 20
#: characters that one of these options may take, in the longest language: a name and a line
ROOM = 32 + 100

Own = Mapping[str, Mapping[str, object]]


def with_presets(manifest: Manifest, most: int = MOST_TIMES) -> tuple[Option, ...]:
    """The options as a command shows them, with those every command has as far as there is room.

    The manifest's presets, if there are any, come after the required options; else both stand last. `most` is how many
    jobs one command may ask for.
    """
    required = [option for option in manifest.options if option.required]
    others = [option for option in manifest.options if not option.required]
    before = [_preset(manifest)] if manifest.presets else []
    after = [] if manifest.presets else [_preset(manifest)]
    every = [*required, *before, *others]
    taken = {option.name for option in every}
    left = MAX_CHARACTERS - characters(manifest)
    for option in (*after, *([_repeat(most)] if most > 1 else [])):
        if option.name not in taken and len(every) < MAX_OPTIONS and left >= ROOM:
            every.append(option)
            left -= ROOM
    return tuple(every)


def takes(manifest: Manifest, name: str) -> bool:
    """Whether that option is ours on this command: the workflow may have one of its own by that name."""
    return all(option.name != name for option in manifest.options)


def preset_names(manifest: Manifest, own: Own) -> list[str]:
    """What can be chosen: the manifest's, then the person's; as many as Discord shows."""
    names = [each.name for each in manifest.presets]
    return [*names, *(name for name in own if name not in names)][:MAX_CHOICES]


def expand(manifest: Manifest, given: Mapping[str, object], own: Own | None = None) -> dict[str, object]:
    """The values with those of the preset a person chose, under their own; raises OptionRefused.

    `own` are theirs, by name. Of one that names options the command has no more, the others count.
    """
    values = {name: value for name, value in given.items() if value is not None}
    if PRESET not in values or not takes(manifest, PRESET):
        return values
    chosen = str(values.pop(PRESET))
    return {**_values(manifest, chosen, own or {}), **values}


def _values(manifest: Manifest, chosen: str, own: Own) -> Mapping[str, object]:
    preset = next((each for each in manifest.presets if each.name == chosen), None)
    if preset is not None:
        return preset.values
    known = {option.name for option in manifest.options}
    if chosen in own:
        return {name: value for name, value in own[chosen].items() if name in known}
    names = ", ".join(f"`{name}`" for name in preset_names(manifest, own))
    if not names:
        raise OptionRefused(PRESET, _("There is no preset “{name}”. Save one with /preset save.").format(name=chosen))
    raise OptionRefused(PRESET, _("There is no preset “{name}”. There are: {names}.").format(name=chosen, names=names))


def _preset(manifest: Manifest) -> Option:
    # it goes nowhere: it stands for other options
    return Option.model_construct(
        name=PRESET,
        type=OptionType.CHOICE,
        help=_("Values for several options at once; what you give yourself goes before them"),
        choices={each.name: each.name for each in manifest.presets} or None,
    )


def _repeat(most: int) -> Option:
    return Option.model_construct(
        name=REPEAT,
        type=OptionType.INTEGER,
        help=_("Make it so many times, each with a seed of its own"),
        min=1,
        max=most,
    )
