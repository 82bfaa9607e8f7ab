"""Which graph runs, with what a person prefers put in where they said nothing and where it fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.errors import OptionRefused
from bot.workflow.checking import choices_for, listed
from bot.workflow.choosing import choose
from bot.workflow.hosts import Host
from bot.workflow.option import OptionType, Value
from bot.workflow.workflow import Workflow

#: the options that have preferences, by name, and what they must be. A model may call for another graph; nothing else
#: does, or whoever once said what to keep out would never get the graphs that have no use for it.
TYPES: Mapping[str, OptionType] = {
    "model": OptionType.CHOICE,
    "size": OptionType.SIZE,
    "negative": OptionType.TEXT,
}


def choose_preferred(
    variants: Sequence[Workflow],
    given: Mapping[str, object],
    wanted: Mapping[str, str],
    hosts: Sequence[Host],
) -> tuple[Workflow, dict[str, Value]]:
    """As `choose`, and raises what it raises of what was given: what is `wanted` and does not fit is left out."""
    found = choose(variants, given, hosts)
    said = dict(given)
    for name in TYPES:
        if name not in wanted or said.get(name) is not None:
            continue
        graphs = variants if name == "model" else (found[0],)
        try:
            tried = choose(graphs, {**said, name: wanted[name]}, hosts)
        except OptionRefused:
            continue
        if _fits(name, tried[0], hosts):
            found = tried
            said[name] = wanted[name]
    return found


def _fits(name: str, workflow: Workflow, hosts: Sequence[Host]) -> bool:
    """Whether it is that kind of option, and nobody will refuse the value later on."""
    option = workflow.options[name]
    known = not listed(option) or any(choices_for(option, workflow, host.catalogue) for host in hosts)
    return option.type is TYPES[name] and known
