"""Workflows in words: a line each for a list, and one as members will see it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.errors import WorkflowUnfit
from bot.text import _, ngettext
from bot.ui.words import one_line
from bot.workflow.entry import Entry, Status
from bot.workflow.library import Library
from bot.workflow.manifest import Manifest
from bot.workflow.option import Option, OptionType
from bot.workflow.presets import with_presets

#: characters of the lines with reasons, and of the names of what is ready: together they fit into one message
LIST, READY = 1200, 600
#: characters of a reason in a line
REASON = 160
#: stands behind what costs money
COSTS = " 💳"
#: characters of a command's line (Discord's)
DESCRIPTION = 100


def workflow_list(entries: Iterable[Entry]) -> str:
    """Every workflow: those that are no command come first, each with the reason."""
    every = list(entries)
    others = [entry for entry in every if entry.status is not Status.READY]
    lines: list[str] = []
    for entry in others:
        line = f"• {_name(entry)} · {status_word(entry)}"
        if entry.reasons:
            line += f": {one_line(entry.reasons[0], REASON)}"
        if sum(map(len, lines)) + len(line) + len(lines) > LIST:
            lines.append(_more(len(others) - len(lines)))
            break
        lines.append(line)
    return "\n".join([*lines, *_ready([entry for entry in every if entry.status is Status.READY])])


def _ready(entries: Sequence[Entry]) -> list[str]:
    """One line for all of them."""
    named: list[str] = []
    for entry in entries:
        if sum(map(len, named)) + 2 * len(named) > READY:
            return [_("Ready: {names}").format(names=", ".join(named)), _more(len(entries) - len(named))]
        named.append(f"{_name(entry)}{COSTS if entry.paid else ''}")
    return [_("Ready: {names}").format(names=", ".join(named))] if named else []


def _more(count: int) -> str:
    return ngettext("-# and {count} more", "-# and {count} more", count).format(count=count)


def workflow_text(entry: Entry) -> str:
    """One workflow: the command with its options, where it comes from, and what is the matter with it."""
    lines = _standing(entry)
    if entry.variants:
        lines += command_lines(entry.variants[0].manifest)
        names = [each.variant.name for each in entry.variants if each.variant is not None]
        lines += [_("Graphs: {names}").format(names=", ".join(names))] if names else []
    lines += _cost(entry)
    if entry.inferred and entry.variants:
        lines.append(_("-# There is no manifest: the options were found by what the nodes are for."))
    lines += [f"-# {note}" for note in entry.notes]
    return "\n".join(lines)


def standing_text(entry: Entry) -> str:
    """The same in short: whether it is a command, and why not."""
    return "\n".join([*_standing(entry), *_cost(entry)])


def command_lines(manifest: Manifest) -> list[str]:
    """The command as members will see it."""
    return [
        f"**{_path(manifest)}** {manifest.description}",
        *(f"• `{option.name}` {_kind(option)}: {option.description}" for option in with_presets(manifest)),
    ]


def plain_text(entry: Entry) -> str:
    """One workflow for a terminal: the command with its options, and what is the matter with it."""
    lines: list[str] = []
    if entry.variants:
        manifest = entry.variants[0].manifest
        lines.append(f"{_path(manifest)}  {manifest.description}")
        options = with_presets(manifest)
        width = max((len(option.name) for option in options), default=0)
        lines += [f"  {option.name:<{width}}  {_kind(option)} {option.description}" for option in options]
    if entry.status is not Status.READY:
        lines.append(f"{status_word(entry)}: {' '.join(entry.reasons)}")
    return "\n".join([*lines, *(f"! {note}" for note in entry.notes)])


def priced(description: str) -> str:
    """A command's line where using it costs money."""
    room = DESCRIPTION - len(COSTS)
    return (description if len(description) <= room else f"{description[: room - 1]}…") + COSTS


def unavailable(library: Library, name: str) -> WorkflowUnfit:
    """Why a command that Discord still shows cannot run: it is off, hidden or gone by now."""
    entry = library.entries.get(name)
    gone = (_("Its files were removed, or cannot be used any more."),)
    return WorkflowUnfit(name, entry.reasons if entry is not None and entry.reasons else gone)


def status_word(entry: Entry) -> str:
    """The state in a person's words."""
    return {
        Status.READY: _("ready"),
        Status.OFF: _("off"),
        Status.PAID: _("off, costs money"),
        Status.UNFIT: _("hidden"),
        Status.LEFT_OUT: _("left out"),
        Status.BROKEN: _("broken"),
    }[entry.status]


def type_word(kind: OptionType) -> str:
    """What a person gives for an option."""
    return {
        OptionType.TEXT: _("text"),
        OptionType.INTEGER: _("whole number"),
        OptionType.NUMBER: _("number"),
        OptionType.BOOLEAN: _("yes or no"),
        OptionType.CHOICE: _("choice"),
        OptionType.SEED: _("seed"),
        OptionType.SIZE: _("size"),
        OptionType.IMAGE: _("picture"),
        OptionType.MASK: _("mask"),
        OptionType.VIDEO: _("video"),
        OptionType.AUDIO: _("sound"),
        OptionType.FILE: _("file"),
        OptionType.LORA: _("LoRA"),
    }[kind]


def fitting(names: Sequence[str], typed: str) -> list[str]:
    """The names that hold what was typed."""
    return [name for name in names if typed.casefold() in name.casefold()]


def _name(entry: Entry) -> str:
    return f"`{entry.name}`" if entry.status is Status.BROKEN else f"`/{entry.name}`"


def _path(manifest: Manifest) -> str:
    return f"/{manifest.group} {manifest.name}" if manifest.group else f"/{manifest.name}"


def _kind(option: Option) -> str:
    words = [type_word(option.type)]
    low, high = option.bounds
    if option.type in {OptionType.INTEGER, OptionType.NUMBER} and low is not None and high is not None:
        words.append(_("{low} to {high}").format(low=_short(low), high=_short(high)))
    if option.required:
        words.append(_("required"))
    elif option.default is not None:
        words.append(_("left out: {value}").format(value=_short(option.default)))
    return f"({', '.join(words)})"


def _short(value: object) -> object:
    """8 rather than 8.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _standing(entry: Entry) -> list[str]:
    return [f"{_name(entry)} · {status_word(entry)} · `{entry.file}`", *(f"> {reason}" for reason in entry.reasons)]


def _cost(entry: Entry) -> list[str]:
    return [_("💳 It costs money: {nodes}").format(nodes=", ".join(entry.paid))] if entry.paid else []
