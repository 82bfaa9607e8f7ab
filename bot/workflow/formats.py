"""Whatever holds a workflow becomes a graph: an API export, a saved workflow, or a file ComfyUI made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import WorkflowError
from bot.media.embedded import embedded_json
from bot.media.sniff import Category, sniff
from bot.text import _
from bot.workflow.catalogue import Catalogue
from bot.workflow.conversion import Converter
from bot.workflow.graph import Graph, check_graph, load_json

#: what a file with a workflow may be called
SUFFIXES = frozenset(
    {
        *(".json", ".png", ".webp", ".jpg", ".jpeg", ".avif", ".gif"),
        *(".mp4", ".webm", ".mkv", ".mov", ".flac", ".mp3", ".opus", ".ogg", ".m4a", ".wav"),
    }
)

#: what an API export says of a node
_NODE_KEYS = ("class_type", "inputs", "_meta")

#: an API export, and a saved workflow, as far as there are any
Found = tuple[Graph | None, Mapping[str, Any] | None]


@dataclass(frozen=True)
class Source:
    """The graph, and the saved workflow it came with or from, which knows what its artist picked in App Mode."""

    graph: Graph
    saved: Mapping[str, Any] | None = None


def read_source(
    data: bytes, file: str, converter: Converter | None = None, catalogue: Catalogue | None = None
) -> Source:
    """The workflow in a file's bytes; raises WorkflowError. Converting a saved one may take seconds.

    `catalogue` is the server's whose nodes a saved one is converted for.
    """
    if sniff(data).category in {Category.TEXT, Category.OTHER}:
        graph, saved = _from_json(data, file)
    else:
        graph, saved = _from_media(data, file)
    if graph is None and saved is not None and converter is not None:
        graph = converter.convert(saved, file, catalogue)
    return Source(check_graph(graph if graph is not None else saved, file), saved)


def _from_media(data: bytes, file: str) -> Found:
    graph, saved = _pick(found for outer in embedded_json(data) for found in _unpacked(outer))
    if graph is None and saved is None:
        raise WorkflowError(
            file,
            _(
                "ComfyUI left no workflow in this file. Websites and chat programs take it out of pictures: "
                "use the original from ComfyUI's output folder."
            ),
        )
    return (_trimmed(graph) if graph is not None else None), saved


def _from_json(data: bytes, file: str) -> Found:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WorkflowError(file, _("It is not UTF-8 text. Save it as UTF-8.")) from error
    found = load_json(text, file)
    graph, saved = _pick(_unpacked(found)) if isinstance(found, dict) else (None, None)
    if graph is None and saved is None:
        check_graph(found, file)
    return graph, saved


def _pick(found: Iterable[dict[str, Any]]) -> Found:
    """The first graph and the first saved workflow."""
    graph: Graph | None = None
    saved: Mapping[str, Any] | None = None
    for each in found:
        if isinstance(each.get("nodes"), list):
            saved = saved or each
        elif _is_graph(each):
            graph = graph or each
    return graph, saved


def _unpacked(outer: dict[str, Any]) -> list[dict[str, Any]]:
    """The object, and those it holds as `prompt` or `workflow`, as itself or as text (some video nodes do that)."""
    inner: list[dict[str, Any]] = []
    for key in ("prompt", "workflow"):
        value = outer.get(key)
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except (ValueError, RecursionError):
                continue
        if isinstance(value, dict):
            inner.append(value)
    return [outer, *inner]


def _trimmed(graph: Graph) -> Graph:
    """Without what ComfyUI noted while it ran, such as `is_changed: [NaN]`."""
    return {
        key: {name: node[name] for name in _NODE_KEYS if name in node} if isinstance(node, dict) else node
        for key, node in graph.items()
    }


def _is_graph(found: dict[str, Any]) -> bool:
    return any(isinstance(node, dict) and "class_type" in node for node in found.values())
