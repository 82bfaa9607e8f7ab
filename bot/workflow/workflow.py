"""A graph and its manifest, checked against each other."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from bot.errors import OptionRefused, WorkflowError
from bot.text import _
from bot.workflow.bypass import Joins, plan_joins
from bot.workflow.catalogue import COMBO, Catalogue
from bot.workflow.core import KnownTypes
from bot.workflow.graph import Graph, Target, find_node, find_target
from bot.workflow.manifest import Manifest, Variant
from bot.workflow.option import FILES, Option, OptionType, Value
from bot.workflow.safety import Safety
from bot.workflow.server_files import refuse_others_files
from bot.workflow.values import check_value

#: inputs which hold a seed where no option says so
_SEED_INPUTS = ("seed", "noise_seed")


@dataclass(frozen=True, eq=False)
class Workflow:
    """One command and what it runs. `graph` is the template and is never changed.

    `targets` by option; `keepers` are the nodes that may be bypassed, each with the options that keep it; `seeds`
    the inputs that hold the seed; `outputs` the ids of the nodes whose outputs count, empty for all.
    """

    manifest: Manifest
    graph: Graph
    targets: Mapping[str, tuple[Target, ...]]
    keepers: Mapping[str, tuple[str, ...]]
    joins: Joins
    seeds: tuple[Target, ...]
    outputs: tuple[str, ...]
    #: which of the command's graphs this is, where it has several
    variant: Variant | None = None
    #: what judges its pictures, all said; None: nothing does
    safety: Safety | None = None

    @property
    def name(self) -> str:
        """The command's."""
        return self.manifest.name

    @cached_property
    def options(self) -> Mapping[str, Option]:
        """By name, in the command's order: those this graph has something for, with its own defaults."""
        return {option.name: option for option in self.manifest.options_of(self.variant)}

    @cached_property
    def seed_option(self) -> Option | None:
        """The option of type seed, if the command has one."""
        return next((option for option in self.options.values() if option.type is OptionType.SEED), None)

    @cached_property
    def models(self) -> tuple[str, ...]:
        """The model files it requires, as `folder/pattern`: also the only ones it uses of those folders."""
        return (*self.manifest.requires.models, *(self.variant.requires.models if self.variant is not None else ()))

    def bypassed(self, values: Mapping[str, Value]) -> frozenset[str]:
        """The nodes taken out: those none of whose options is given (a switch that is off counts as not given)."""
        given = {
            name
            for name, option in self.options.items()
            if (value := values.get(name, option.default)) is not None and value is not False
        }
        return frozenset(node for node, names in self.keepers.items() if given.isdisjoint(names))


def build_workflow(
    manifest: Manifest, graph: Graph, file: str, catalogue: Catalogue | None = None, variant: Variant | None = None
) -> Workflow:
    """The workflow, if every name in the manifest is in the graph; raises WorkflowError with `file`.

    `catalogue` tells the types of nodes that ComfyUI itself does not bring; `graph` is that of `variant`, if given.
    """
    with _naming_variant(variant, file):
        return _build(manifest, graph, file, KnownTypes(catalogue), variant)


def _build(manifest: Manifest, graph: Graph, file: str, types: KnownTypes, variant: Variant | None) -> Workflow:
    options = manifest.options_of(variant)
    targets = {option.name: _targets(option, graph, file, types) for option in options}
    keepers = _keepers(options, graph, file)
    for option in options:
        _check_default(option, file)
    return Workflow(
        manifest=manifest,
        graph=graph,
        targets=targets,
        keepers=keepers,
        joins=plan_joins(graph, tuple(keepers), types, file),
        seeds=_seeds(options, graph, targets),
        outputs=tuple(find_node(graph, name, file) for name in manifest.outputs),
        variant=variant,
    )


def _targets(option: Option, graph: Graph, file: str, types: KnownTypes) -> tuple[Target, ...]:
    with _naming(option, file):
        return tuple(_target(option, name, graph, file, types) for name in option.targets)


def _target(option: Option, name: str, graph: Graph, file: str, types: KnownTypes) -> Target:
    target = find_target(graph, name, file, _Inputs(types))
    class_type = graph[target.node]["class_type"]
    _check_kind(option, name, types.input_types(class_type).get(target.input), file)
    refuse_others_files(option, name, class_type, types.of(class_type).input(class_type, target.input), file)
    return target


def _check_kind(option: Option, name: str, kind: str | None, file: str) -> None:
    picks = option.type in {OptionType.CHOICE, OptionType.LORA} or option.type in FILES
    if kind == COMBO and not picks:
        raise WorkflowError(
            file,
            _('“{name}” is a list on the server. Use type = "choice" with choices_from = "input".').format(name=name),
        )
    if option.choices_from == "input" and kind is not None and kind != COMBO:
        raise WorkflowError(
            file,
            _("“{name}” is no list on the server, so “choices_from” finds nothing there. Use “choices”.").format(
                name=name
            ),
        )


def _keepers(options: Iterable[Option], graph: Graph, file: str) -> dict[str, tuple[str, ...]]:
    keepers: dict[str, tuple[str, ...]] = {}
    for option in options:
        for name in option.bypass:
            with _naming(option, file):
                node = find_node(graph, name, file)
                keepers[node] = (*keepers.get(node, ()), option.name)
    return keepers


def _seeds(options: Iterable[Option], graph: Graph, targets: Mapping[str, tuple[Target, ...]]) -> tuple[Target, ...]:
    for option in options:
        if option.type is OptionType.SEED:
            return targets[option.name]
    taken = {target for found in targets.values() for target in found}
    every = (Target(key, name) for key in graph for name in _SEED_INPUTS)
    return tuple(
        seed for seed in every if type(graph[seed.node]["inputs"].get(seed.input)) is int and seed not in taken
    )


def _check_default(option: Option, file: str) -> None:
    if option.default is None:
        return
    try:
        check_value(option, option.default, None)
    except OptionRefused as refused:
        problem = _("Option “{name}”: its “default” cannot be used. {problem}").format(
            name=option.name, problem=refused.problem
        )
        raise WorkflowError(file, problem) from refused


@contextmanager
def _naming(option: Option, file: str) -> Iterator[None]:
    """Errors raised inside are about that option."""
    try:
        yield
    except WorkflowError as error:
        problem = _("Option “{name}”: {problem}").format(name=option.name, problem=error.problem)
        raise WorkflowError(file, problem) from error


@contextmanager
def _naming_variant(variant: Variant | None, file: str) -> Iterator[None]:
    """Errors raised inside are about that graph of several."""
    try:
        yield
    except WorkflowError as error:
        if variant is None:
            raise
        problem = _("Variant “{name}” ({graph}): {problem}").format(
            name=variant.name, graph=variant.graph, problem=error.problem
        )
        raise WorkflowError(file, problem) from error


class _Inputs(Mapping[str, Collection[str]]):
    """The inputs each class is known to take, besides those in a graph."""

    def __init__(self, types: KnownTypes) -> None:
        self._types = types

    def __getitem__(self, class_type: str) -> Collection[str]:
        return self._types.input_types(class_type)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
