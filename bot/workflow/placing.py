"""What only a server knows, put into a bound graph: uploaded names, its models, the job's own file names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from bot.failures import BadInput, MissingModel
from bot.text import _
from bot.workflow.catalogue import Catalogue
from bot.workflow.graph import Graph, Target, link, title_of
from bot.workflow.models import folder_of, stand_in, usable
from bot.workflow.names import closest, match, matching
from bot.workflow.option import Value
from bot.workflow.recipe import Recipe
from bot.workflow.values import FILE_MARKER

_PREFIX = "filename_prefix"
#: an input that no node has: ComfyUI passes it to none, but results are cached by it (caching.py, 0.3.44 to 0.33.0)
_OWNER = "easel"


@dataclass(frozen=True)
class Facts:
    """`uploads`: the server's name for each file's key; `prefix`: where this job alone saves, such as `easel/<id>`.

    The names of uploads are another job's afterwards; `prefix` never is.
    """

    catalogue: Catalogue | None
    prefix: str
    uploads: Mapping[str, str]


@dataclass(frozen=True)
class Placed:
    """A graph that server can run; `used` is what it really takes from the server's lists, by option."""

    graph: Graph
    used: Mapping[str, Any]


def place(graph: Graph, facts: Facts, *, recipe: Recipe, values: Mapping[str, Value]) -> Placed:
    """The graph for one server; `graph` itself is left as it is, so that it can be placed elsewhere again.

    `values` are those it was bound with. A model the person did not choose and the server does not have becomes the
    server's first; one they chose raises MissingModel.
    """
    graph = deepcopy(graph)
    used: dict[str, Any] = {}
    if facts.catalogue is not None:
        for name, target in _listed(recipe, graph, facts.catalogue):
            used[name] = _from_list(graph, target, facts.catalogue, recipe, name=name, chosen=name in values)
        _replace_models(graph, facts.catalogue, recipe)
    for target, key in tuple(_markers(graph)):
        graph[target.node]["inputs"][target.input] = _uploaded(graph, target, key, facts)
        graph[target.node]["inputs"][_OWNER] = facts.prefix  # else a cached run shows whose file had that name before
    for target in _prefixes(graph, facts.catalogue):
        graph[target.node]["inputs"][target.input] = facts.prefix
    return Placed(graph, used)


def files_in(graph: Graph) -> frozenset[str]:
    """The keys of the files a bound graph waits for."""
    return frozenset(key for _target, key in _markers(graph))


def _listed(recipe: Recipe, graph: Graph, catalogue: Catalogue) -> Iterator[tuple[str, Target]]:
    """The inputs which are lists on this server; those with text in them too, so that no text names a file."""
    for name, targets in recipe.lists.items():
        for target in targets:
            node = graph.get(target.node)
            if node is None or link(node["inputs"].get(target.input)) is not None:
                continue
            if catalogue.choices(node["class_type"], target.input) is not None:
                yield name, target


def _from_list(graph: Graph, target: Target, catalogue: Catalogue, recipe: Recipe, *, name: str, chosen: bool) -> Any:
    node = graph[target.node]
    value = str(node["inputs"].get(target.input))
    choices = catalogue.choices(node["class_type"], target.input) or ()
    folder = folder_of(node["class_type"], target.input)
    able = usable(choices, recipe.models, folder) or choices
    found = match(value, able) or (match(value, choices) if chosen else None)
    if found is None and not chosen:
        offered = matching(able, recipe.patterns.get(name, ())) or able
        found = stand_in(value, offered, recipe.models, folder) or next(iter(offered), None)
    if found is None:
        raise MissingModel(
            title=title_of(graph, target.node),
            class_type=node["class_type"],
            input=target.input,
            value=value,
            closest=closest(value, choices),
        )
    node["inputs"][target.input] = catalogue.scalar(node["class_type"], target.input, found)
    return node["inputs"][target.input]


def _replace_models(graph: Graph, catalogue: Catalogue, recipe: Recipe) -> None:
    """Models which no option sets, called otherwise on this server: the first that the graph's `requires` allows."""
    for node in graph.values():
        for name, value in node["inputs"].items():
            folder = folder_of(node["class_type"], name)
            choices = catalogue.choices(node["class_type"], name) if folder and isinstance(value, str) else None
            if choices is not None and value not in choices:
                node["inputs"][name] = match(value, choices) or stand_in(value, choices, recipe.models, folder) or value


def _markers(graph: Graph) -> Iterator[tuple[Target, str]]:
    for key, node in graph.items():
        for name, value in node["inputs"].items():
            if isinstance(value, dict) and FILE_MARKER in value:
                yield Target(key, name), str(value[FILE_MARKER])


def _uploaded(graph: Graph, target: Target, key: str, facts: Facts) -> str:
    if key in facts.uploads:
        return facts.uploads[key]
    raise BadInput(
        title=title_of(graph, target.node),
        class_type=graph[target.node]["class_type"],
        input=target.input,
        message=_("the file was not sent to the server."),
    )


def _prefixes(graph: Graph, catalogue: Catalogue | None) -> Iterator[Target]:
    """Where nodes take a file name to save under: else a cached run hands out the files of another job."""
    for key, node in graph.items():
        known = catalogue.input_types(node["class_type"]) if catalogue is not None else ()
        if _PREFIX in node["inputs"] or _PREFIX in known:
            yield Target(key, _PREFIX)
