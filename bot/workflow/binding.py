"""A workflow and a person's values become a graph: `bind` here, `place` once a server is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from itertools import cycle
from random import Random

from bot.workflow.bypass import take_out
from bot.workflow.checking import check, choices_for
from bot.workflow.graph import Graph, Target
from bot.workflow.option import OptionType, Value
from bot.workflow.placing import Facts, Placed, files_in, place
from bot.workflow.values import literals, split_lora
from bot.workflow.workflow import Workflow

__all__ = ["SEEDS", "Facts", "Placed", "bind", "check", "choices_for", "choose_seed", "files_in", "place", "roll_seed"]

_STRENGTHS = frozenset({"strength_model", "strength_clip", "strength"})

#: how many seeds there are: what Discord's integers can hold
SEEDS = 2**53


def bind(workflow: Workflow, values: Mapping[str, Value], seed: int) -> Graph:
    """A graph of its own: the values `check` let through and the defaults put in, what was left out bypassed.

    `seed` goes into every seed input, whatever `values` says: see `choose_seed`. A file is there by its key, as
    `{"easel:file": key}`, until `place` names it.
    """
    graph = deepcopy(workflow.graph)
    take_out(graph, workflow.bypassed(values), workflow.joins)
    for name, option in workflow.options.items():
        value = values.get(name, option.default)
        if value is None or option.type is OptionType.SEED:
            continue
        for target, literal in zip(workflow.targets[name], cycle(literals(option, value)), strict=False):
            if target.node in graph:
                graph[target.node]["inputs"][target.input] = literal
        if option.type is OptionType.LORA:
            _strengthen(graph, workflow.targets[name], str(value))
    for target in workflow.seeds:
        if target.node in graph:
            graph[target.node]["inputs"][target.input] = seed
    return graph


def _strengthen(graph: Graph, targets: Iterable[Target], value: str) -> None:
    """The strength typed behind a LoRA's name goes where its node takes strengths."""
    _name, strength = split_lora(value)
    for target in targets:
        inputs = graph[target.node]["inputs"] if target.node in graph and strength is not None else {}
        for name in _STRENGTHS & inputs.keys():
            inputs[name] = strength


def choose_seed(workflow: Workflow, values: Mapping[str, Value], rng: Random) -> int:
    """The seed a person gave, 0 included, else one rolled within what the option takes."""
    option = workflow.seed_option
    if option is None:
        return roll_seed(rng)
    given = values.get(option.name)
    return given if isinstance(given, int) else rng.randrange(min(SEEDS, int(option.max or SEEDS - 1) + 1))


def roll_seed(rng: Random) -> int:
    """Any seed: at least 0, below 2**53."""
    return rng.randrange(SEEDS)
