"""What a finished prompt made, from the outputs in ComfyUI's history; whatever its nodes call them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bot.comfy.events import Output

Graph = Mapping[str, Any]

#: keys whose strings are meant to be read; others hold paths, cameras, tags of the node's own page
TEXTS = frozenset({"text", "string"})


def collect(outputs: object, graph: Graph, *, meta: object = None) -> tuple[Output, ...]:
    """Files of any key and strings under `text` or `string`, each once, in the graph's order.

    Files in `output` come alone; those in `temp` count only where there are no others. `meta` is the history entry's:
    it says which of the graph's nodes stands for one made while running.
    """
    if not isinstance(outputs, dict):
        return ()
    order = {node: position for position, node in enumerate(graph)}
    found = [
        output
        for node, payload in outputs.items()
        if isinstance(payload, dict)
        for output in _outputs_of(_shown_node(node, meta, order), payload)
    ]
    found.sort(key=lambda output: order.get(output.node, len(order)))
    saved = any(output.kind == "file" and output.type == "output" for output in found)
    return tuple(_once(output for output in found if not (saved and output.kind == "file" and output.type != "output")))


def _outputs_of(node: str, payload: Mapping[str, Any]) -> Iterator[Output]:
    for key, value in payload.items():
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict) and _word(item, "filename"):
                folder = _word(item, "type") or "output"
                yield Output(node, "file", item["filename"], _word(item, "subfolder"), folder)
            elif isinstance(item, str) and key in TEXTS and item.strip():
                yield Output(node, "text", text=item)


def _shown_node(node: str, meta: object, order: Mapping[str, int]) -> str:
    """The graph's node for one that was expanded while running: its own word for it, else the id's first part."""
    if node in order:
        return node
    entry = meta.get(node) if isinstance(meta, dict) else None
    shown = entry.get("display_node") if isinstance(entry, dict) else None
    return shown if isinstance(shown, str) else node.split(".", maxsplit=1)[0]


def _once(outputs: Iterable[Output]) -> Iterator[Output]:
    seen = set()
    for output in outputs:
        key = (output.filename, output.subfolder, output.type, output.text)
        if key not in seen:
            seen.add(key)
            yield output


def _word(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""
