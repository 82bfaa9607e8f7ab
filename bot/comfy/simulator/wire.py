"""The raw JSON a ComfyUI server takes and gives, named."""

from collections.abc import Mapping
from typing import Any, TypeGuard

#: A JSON object as it travels.
Payload = dict[str, Any]
#: An API-format graph: node id -> ``{"class_type", "inputs", "_meta"?}``.
Graph = dict[str, Any]
#: One class of ``object_info``.
NodeInfo = Mapping[str, Any]
#: ``(number, prompt_id, graph, extra_data, output ids, secrets)``: what the queue's heap holds.
Item = tuple[Any, ...]


def is_link(value: object) -> TypeGuard[list[Any]]:
    """Whether an input's value points at another node's output slot."""
    return (
        isinstance(value, list) and len(value) == 2 and isinstance(value[0], str) and isinstance(value[1], int | float)
    )
