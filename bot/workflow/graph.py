"""An API export of ComfyUI: its nodes, their titles, and what can be named in it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from math import isfinite
from typing import Any, NoReturn

from bot.errors import WorkflowError
from bot.text import _

#: `{node id: {"class_type": …, "inputs": {name: literal or [node id, slot]}, "_meta": {"title": …}}}`
Graph = dict[str, Any]
#: where an input comes from: a node's id and the number of its output
Link = tuple[str, int]

_SHOWN = 40


@dataclass(frozen=True)
class Target:
    """One input of one node, by the node's id."""

    node: str
    input: str


def parse_graph(text: str, file: str) -> Graph:
    """The graph in a file's text; raises WorkflowError where ComfyUI could not run it for its shape."""
    return check_graph(load_json(text, file), file)


def load_json(text: str, file: str) -> Any:
    """Any JSON whose numbers are finite; raises WorkflowError."""
    try:
        return json.loads(text, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise WorkflowError(file, _("It is not valid JSON: {reason}.").format(reason=error)) from error


def check_graph(graph: Any, file: str) -> Graph:
    """The graph, if ComfyUI could run something of that shape; raises WorkflowError."""
    if isinstance(graph, dict) and isinstance(graph.get("nodes"), list):
        raise WorkflowError(
            file,
            _("It is a saved workflow, not an API export. Open it in ComfyUI and choose Workflow > Export (API)."),
        )
    if not isinstance(graph, dict) or not graph:
        raise WorkflowError(file, _("It holds no nodes. In ComfyUI choose Workflow > Export (API)."))
    for key, node in graph.items():
        _check_node(graph, key, node, file)
    return graph


def title_of(graph: Graph, key: str) -> str:
    """What a person calls the node: its title, else its class."""
    node = graph[key]
    meta = node.get("_meta")
    title = meta.get("title") if isinstance(meta, dict) else None
    return title if isinstance(title, str) and title else str(node["class_type"])


def link(value: object) -> Link | None:
    """The link an input's value is, or None for a literal."""
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and type(value[1]) is int:
        return value[0], value[1]
    return None


def links(graph: Graph) -> Iterator[tuple[Target, Link]]:
    """Every linked input and where it comes from."""
    for key, node in graph.items():
        for name, value in node["inputs"].items():
            if (source := link(value)) is not None:
                yield Target(key, name), source


def find_node(graph: Graph, name: str, file: str) -> str:
    """The id of the node with that title, else of the only one of that class, else with that id."""
    found = _named(graph, name)
    if len(found) == 1:
        return found[0]
    if found:
        raise WorkflowError(
            file,
            _("Several nodes are called “{name}”. Give them different titles in ComfyUI, or use an id: {ids}.").format(
                name=name, ids=_list(found)
            ),
        )
    titles = list(dict.fromkeys(title_of(graph, key) for key in graph))
    raise WorkflowError(
        file,
        _("There is no node “{name}”.{hint} The nodes there are: {titles}.").format(
            name=name, hint=did_you_mean(name, titles), titles=_list(titles)
        ),
    )


def find_target(graph: Graph, name: str, file: str, more: Mapping[str, Collection[str]]) -> Target:
    """The input that `"<node>.<input>"` names; the node as in `find_node`.

    `more` holds, by class, inputs a node can take besides those in the graph.
    """
    for node, input_name in _splits(name):
        found = [key for key in _named(graph, node) if input_name in _inputs(graph, key, more)]
        if len(found) == 1:
            return _literal_target(graph, Target(found[0], input_name), file)
        if found:
            raise WorkflowError(
                file,
                _("Several nodes are called “{node}”. Give them different titles in ComfyUI, or use {ids}.").format(
                    node=node, ids=_list(f"{key}.{input_name}" for key in found)
                ),
            )
    raise WorkflowError(file, _no_target(graph, name))


def did_you_mean(word: str, words: Collection[str]) -> str:
    """` Did you mean “…”?` with the closest word, or nothing."""
    close = get_close_matches(word.casefold(), [known.casefold() for known in words], n=1, cutoff=0.6)
    known = next((known for known in words if close and known.casefold() == close[0]), None)
    return "" if known is None else " " + _("Did you mean “{word}”?").format(word=known)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(_("{name} is not a JSON number").format(name=name))


def _finite(digits: str) -> float:
    number = float(digits)
    return number if isfinite(number) else _refuse_constant(digits)


def _too_deep(value: object, left: int = 30) -> bool:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return left == 0 or any(_too_deep(child, left - 1) for child in inner)


def _check_node(graph: Graph, key: str, node: object, file: str) -> None:
    if not isinstance(node, dict) or not isinstance(node.get("class_type"), str) or not node["class_type"]:
        raise WorkflowError(
            file, _("Node {id} has no class. In ComfyUI choose Workflow > Export (API).").format(id=key)
        )
    if not isinstance(node.get("inputs"), dict):
        raise WorkflowError(
            file, _("Node {id} has no inputs. In ComfyUI choose Workflow > Export (API).").format(id=key)
        )
    if _too_deep(node):
        raise WorkflowError(file, _("Node {id} is nested too deeply. Export it again.").format(id=key))
    for name, value in node["inputs"].items():
        source = link(value)
        if source is not None and source[0] not in graph:
            raise WorkflowError(
                file,
                _("“{title}” takes its “{input}” from node {id}, which is not in the file. Export it again.").format(
                    title=title_of(graph, key), input=name, id=source[0]
                ),
            )


def _named(graph: Graph, name: str) -> list[str]:
    titled = [key for key in graph if title_of(graph, key) == name]
    return titled or [key for key in graph if graph[key]["class_type"] == name] or [key for key in graph if key == name]


def _splits(name: str) -> Iterator[tuple[str, str]]:
    """Both halves at every dot, the longest node name first: titles and inputs may hold dots themselves."""
    for at in reversed([at for at, letter in enumerate(name) if letter == "."]):
        yield name[:at], name[at + 1 :]


def _inputs(graph: Graph, key: str, more: Mapping[str, Collection[str]]) -> set[str]:
    node = graph[key]
    return {*node["inputs"], *more.get(node["class_type"], ())}


def _literal_target(graph: Graph, target: Target, file: str) -> Target:
    if link(graph[target.node]["inputs"].get(target.input)) is None:
        return target
    raise WorkflowError(
        file,
        _("“{title}.{input}” is joined to another node; an option can only set an input that holds a value.").format(
            title=title_of(graph, target.node), input=target.input
        ),
    )


def _no_target(graph: Graph, name: str) -> str:
    if "." not in name:
        return _("“{name}” names no input. Write a node's title, a dot and an input, such as “Sampler.steps”.").format(
            name=name
        )
    for node, input_name in _splits(name):
        if found := _named(graph, node):
            inputs = _literals(graph, found[0])
            return _("“{node}” has no input “{input}”.{hint} Its inputs are: {inputs}.").format(
                node=node, input=input_name, hint=did_you_mean(input_name, inputs), inputs=_list(inputs)
            )
    known = [f"{title_of(graph, key)}.{input_name}" for key in graph for input_name in _literals(graph, key)]
    return _("There is no “{name}” in the graph.{hint} There are: {inputs}.").format(
        name=name, hint=did_you_mean(name, known), inputs=_list(known)
    )


def _literals(graph: Graph, key: str) -> list[str]:
    return [name for name, value in graph[key]["inputs"].items() if link(value) is None]


def _list(words: Collection[str] | Iterator[str]) -> str:
    every = list(words)
    return ", ".join(every[:_SHOWN]) + (" …" if len(every) > _SHOWN else "") if every else _("none")
