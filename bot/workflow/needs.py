"""What a bound graph asks of a server: nodes and model files; and how well a server meets that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Self

from bot.workflow.catalogue import Catalogue
from bot.workflow.graph import Graph
from bot.workflow.models import folder_of, stand_in
from bot.workflow.names import match
from bot.workflow.recipe import Recipe


class Fitness(IntEnum):
    """How well a server can run a graph; the higher the better."""

    #: a node is missing, or a model without which it would be another picture
    UNFIT = 0
    #: other models would stand in for those it lacks
    STAND_IN = 1
    #: it has all of it, or nobody knows yet what it has
    FIT = 2


@dataclass(frozen=True)
class ModelNeed:
    """A model file that a node's input names."""

    class_type: str
    input: str
    name: str


@dataclass(frozen=True)
class Needs:
    """Class names of nodes, and model files; `models` are the patterns of what may stand in, as in a recipe.

    `chosen` are those files for which nothing may stand in: a person picked them.
    """

    nodes: frozenset[str] = frozenset()
    files: tuple[ModelNeed, ...] = ()
    chosen: frozenset[str] = frozenset()
    models: tuple[str, ...] = ()

    @property
    def loaded(self) -> frozenset[str]:
        """What a server has in memory after it ran such a graph; empty where it loads nothing."""
        return frozenset(need.name for need in self.files)

    def to_dict(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "nodes": sorted(self.nodes),
            "files": [[need.class_type, need.input, need.name] for need in self.files],
            "chosen": sorted(self.chosen),
            "models": list(self.models),
        }

    @classmethod
    def from_dict(cls, facts: Mapping[str, Any]) -> Self:
        """What `to_dict` gave."""
        return cls(
            nodes=frozenset(facts.get("nodes", ())),
            files=tuple(ModelNeed(*need) for need in facts.get("files", ())),
            chosen=frozenset(facts.get("chosen", ())),
            models=tuple(facts.get("models", ())),
        )


def needs_of(graph: Graph, recipe: Recipe, values: Iterable[str]) -> Needs:
    """Of a graph bound with `values` (names of the options that were given)."""
    given = frozenset(values)
    picked = {
        (target.node, target.input) for name, targets in recipe.lists.items() if name in given for target in targets
    }
    found = tuple(_files(graph))
    return Needs(
        nodes=frozenset(node["class_type"] for node in graph.values()),
        files=tuple(sorted({need for _at, need in found}, key=lambda need: (need.class_type, need.input, need.name))),
        chosen=frozenset(need.name for at, need in found if at in picked),
        models=recipe.models,
    )


def fitness(needs: Needs, catalogue: Catalogue | None) -> Fitness:
    """How well a server with these nodes and lists meets them; FIT where its lists are not known yet."""
    if catalogue is None:
        return Fitness.FIT
    if any(not catalogue.has(name) for name in needs.nodes):
        return Fitness.UNFIT
    worst = Fitness.FIT
    for need in needs.files:
        choices = catalogue.choices(need.class_type, need.input)
        if choices is None or match(need.name, choices) is not None:
            continue
        folder = folder_of(need.class_type, need.input)
        if need.name in needs.chosen or stand_in(need.name, choices, needs.models, folder) is None:
            return Fitness.UNFIT
        worst = Fitness.STAND_IN
    return worst


def _files(graph: Graph) -> Iterator[tuple[tuple[str, str], ModelNeed]]:
    for key, node in graph.items():
        for name, value in node["inputs"].items():
            if isinstance(value, str) and folder_of(node["class_type"], name):
                yield (key, name), ModelNeed(node["class_type"], name, value)
