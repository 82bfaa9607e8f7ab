"""Inputs that a newer server added to a node are filled in with its own defaults."""

from __future__ import annotations

from copy import deepcopy

from bot.text import _
from bot.workflow.catalogue import WIDGETS, Catalogue, Input, Scalar
from bot.workflow.graph import Graph, title_of


def complete(graph: Graph, catalogue: Catalogue) -> tuple[Graph, tuple[str, ...]]:
    """The graph with every required value that its nodes lack, and a sentence for each; the same graph if none does.

    A value is the server's default, else the first of its list.
    """
    missing = [
        (key, name, value)
        for key, node in graph.items()
        if (known := catalogue.node(node["class_type"])) is not None
        for name, found in known.inputs.items()
        if found.required and name not in node["inputs"] and (value := _default(found)) is not None
    ]
    if not missing:
        return graph, ()
    filled = deepcopy(graph)
    for key, name, value in missing:
        filled[key]["inputs"][name] = value
    sentences = (
        _("“{title}” has no “{input}”, which the server asks for by now; it is set to {value}.").format(
            title=title_of(graph, key), input=name, value=value
        )
        for key, name, value in missing
    )
    return filled, tuple(sentences)


def _default(found: Input) -> Scalar | None:
    if found.default is not None:
        return found.default if found.type in WIDGETS or found.choices is not None else None
    return found.choices[0] if found.choices else None
