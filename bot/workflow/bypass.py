"""Nodes taken out of a graph, their links joined by type as ComfyUI's own bypass does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.catalogue import WIDGETS, fits
from bot.workflow.core import KnownTypes
from bot.workflow.graph import Graph, Link, Target, link, links, title_of

#: for an output of a node that may go: the input of that node which takes its place, another node's output, or
#: None where the consumer does without
Joins = Mapping[Link, str | Link | None]


def plan_joins(graph: Graph, going: Sequence[str], types: KnownTypes, file: str) -> Joins:
    """Where every used output of the nodes `going` would come from if its node were gone.

    First the node's own input of the same type (the one in the same place before others), else the only output of
    that type which another node has, does not depend on this one and never goes itself. Raises WorkflowError where
    neither is there, unless every input it feeds is optional.
    """
    return {
        source: _join(graph, source, going, types, file)
        for source in dict.fromkeys(source for _target, source in links(graph))
        if source[0] in going
    }


def take_out(graph: Graph, gone: Iterable[str], joins: Joins) -> None:
    """Remove nodes from the graph, in place, and join what they fed."""
    gone = set(gone)
    for target, source in list(links(graph)):
        if target.node in gone or source[0] not in gone:
            continue
        end = _follow(graph, source, gone, joins)
        if end is None:
            del graph[target.node]["inputs"][target.input]
        else:
            graph[target.node]["inputs"][target.input] = list(end)
    for key in gone:
        del graph[key]


def _follow(graph: Graph, source: Link, gone: set[str], joins: Joins) -> Link | None:
    seen: set[Link] = set()
    end: Link | None = source
    while end is not None and end[0] in gone and end not in seen:
        seen.add(end)
        join = joins[end]
        end = link(graph[end[0]]["inputs"].get(join)) if isinstance(join, str) else join
    return None if end in seen else end


def _join(graph: Graph, source: Link, going: Sequence[str], types: KnownTypes, file: str) -> str | Link | None:
    key, slot = source
    class_type = graph[key]["class_type"]
    outputs = types.outputs(class_type)
    if not 0 <= slot < len(outputs):
        raise WorkflowError(
            file,
            _(
                "What goes in and out of “{title}” ({class_type}) is not known, so it cannot be bypassed. "
                "It will be once a server that has it was reached."
            ).format(title=title_of(graph, key), class_type=class_type),
        )
    own = _own_input(graph, key, slot, types)
    if own is not None:
        return own
    others = list(_other_outputs(graph, key, outputs[slot], going, types))
    if len(others) == 1:
        return others[0]
    if all(_can_lack(graph, target, types) for target, found in links(graph) if found == source):
        return None
    problem = (
        _("“{title}” cannot be bypassed: these all give {type}, and it is not clear which to use: {titles}.")
        if others
        else _("“{title}” cannot be bypassed: no other node gives {type} in its place.")
    )
    titles = ", ".join(title_of(graph, other) for other, _slot in others)
    raise WorkflowError(file, problem.format(title=title_of(graph, key), type=outputs[slot], titles=titles))


def _own_input(graph: Graph, key: str, slot: int, types: KnownTypes) -> str | None:
    """The node's linked input that passes for its output."""
    class_type = graph[key]["class_type"]
    wanted = types.outputs(class_type)[slot]
    sockets = [(name, kind) for name, kind in types.input_types(class_type).items() if kind not in WIDGETS]
    ordered = sockets[slot : slot + 1] + sockets
    return next(
        (name for name, kind in ordered if fits(kind, wanted) and link(graph[key]["inputs"].get(name)) is not None),
        None,
    )


def _other_outputs(graph: Graph, key: str, wanted: str, going: Sequence[str], types: KnownTypes) -> Iterator[Link]:
    below = _dependents(graph, key)
    for other in graph:
        if other not in going and other not in below:
            kinds = types.outputs(graph[other]["class_type"])
            yield from ((other, slot) for slot, kind in enumerate(kinds) if kind == wanted)


def _dependents(graph: Graph, key: str) -> set[str]:
    """The node and all that needs it."""
    feeds: dict[str, list[str]] = {}
    for target, source in links(graph):
        feeds.setdefault(source[0], []).append(target.node)
    below, ahead = set[str](), [key]
    while ahead:
        if (node := ahead.pop()) not in below:
            below.add(node)
            ahead += feeds.get(node, [])
    return below


def _can_lack(graph: Graph, target: Target, types: KnownTypes) -> bool:
    return types.optional(graph[target.node]["class_type"], target.input)
