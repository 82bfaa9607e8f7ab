"""Whatever holds a workflow becomes a graph: an API export, a saved workflow, or a file ComfyUI made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import WorkflowError
from bot.media.embedded import embedded_json
from bot.media.sniff import Category, sniff
from bot.text import _
from bot.workflow.conversion import Converter
from bot.workflow.graph import Graph, check_graph, load_json

#: what a file with a workflow may be called
SUFFIXES = frozenset(
    {
        *(".json", ".png", ".webp", ".jpg", ".jpeg", ".avif", ".gif"),
        *(".mp4", ".webm", ".mkv", ".mov", ".flac", ".mp3", ".opus", ".ogg", ".m4a", ".wav"),
    }
)


@dataclass(frozen=True)
class Source:
    """The graph, and the saved workflow it came with or from, which knows what its artist picked in App Mode."""

    graph: Graph
    saved: Mapping[str, Any] | None = None


def read_source(data: bytes, file: str, converter: Converter | None = None) -> Source:
    """The workflow in a file's bytes; raises WorkflowError. Converting a saved one may take seconds."""
    if sniff(data).category in {Category.TEXT, Category.OTHER}:
        return _from_json(data, file, converter)
    graph, saved = _pick(found for outer in embedded_json(data) for found in _unpacked(outer))
    if graph is None and saved is None:
        raise WorkflowError(
            file,
            _(
                "ComfyUI left no workflow in this file. Websites and chat programs take it out of pictures: "
                "use the original from ComfyUI's output folder."
            ),
        )
    return _source(graph, saved, file, converter)


def _from_json(data: bytes, file: str, converter: Converter | None) -> Source:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WorkflowError(file, _("It is not UTF-8 text. Save it as UTF-8.")) from error
    found = load_json(text, file)
    graph, saved = _pick(_unpacked(found)) if isinstance(found, dict) else (None, None)
    if graph is None and saved is None:
        check_graph(found, file)
    return _source(graph, saved, file, converter)


def _source(graph: Graph | None, saved: Mapping[str, Any] | None, file: str, converter: Converter | None) -> Source:
    if graph is None and saved is not None:
        if converter is None:
            raise WorkflowError(
                file,
                _("It is a saved workflow, not an API export. Open it in ComfyUI and choose Workflow > Export (API)."),
            )
        graph = converter.convert(saved, file)
    return Source(check_graph(graph, file), saved)


def _pick(found: Any) -> tuple[Graph | None, Mapping[str, Any] | None]:
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


def _is_graph(found: dict[str, Any]) -> bool:
    return any(isinstance(node, dict) and "class_type" in node for node in found.values())
