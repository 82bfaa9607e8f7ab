"""The state of a prompt's nodes as ``progress_state`` tells it."""

from collections.abc import Callable

from bot.comfy.simulator.graph import Place
from bot.comfy.simulator.wire import Payload


class ProgressState:
    """Cumulative: only nodes that have started, in that order."""

    def __init__(self, prompt_id: str, place: Callable[[str], Place]) -> None:
        self._prompt_id = prompt_id
        self._place = place
        self._nodes: dict[str, Payload] = {}

    def start(self, node_id: str) -> Payload:
        return self._set(node_id, 0.0, 1.0, "running")

    def step(self, node_id: str, value: float, most: float) -> Payload:
        return self._set(node_id, value, most, "running")

    def finish(self, node_id: str) -> Payload:
        """At its maximum; 1 of 1 for a node that never started, since it was cached."""
        most = self._nodes.get(node_id, {}).get("max", 1)
        return self._set(node_id, most, most, "finished")

    def _set(self, node_id: str, value: float, most: float, state: str) -> Payload:
        place = self._place(node_id)
        self._nodes[node_id] = {
            "value": value,
            "max": most,
            "state": state,
            "node_id": node_id,
            "prompt_id": self._prompt_id,
            "display_node_id": place.display,
            "parent_node_id": place.parent,
            "real_node_id": place.real,
        }
        return {"prompt_id": self._prompt_id, "nodes": dict(self._nodes)}
