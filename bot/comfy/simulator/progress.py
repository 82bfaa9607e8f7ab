"""The state of a prompt's nodes as ``progress_state`` tells it."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.comfy.simulator.graph import Place
from bot.comfy.simulator.wire import Payload


@dataclass(frozen=True)
class Change:
    """What happens to one node; ``most`` None stands for the maximum it has, ``value`` None for that maximum."""

    node_id: str
    state: str
    value: float | None = None
    most: float | None = None


def start(node_id: str) -> Change:
    return Change(node_id, "running", 0.0, 1.0)


def step(node_id: str, value: float, most: float) -> Change:
    return Change(node_id, "running", value, most)


def finish(node_id: str) -> Change:
    """At its maximum; 1 of 1 for a node that never started, since it was cached."""
    return Change(node_id, "finished")


class ProgressState:
    """Cumulative: only nodes that have started, in that order."""

    def __init__(self, prompt_id: str, place: Callable[[str], Place]) -> None:
        self._prompt_id = prompt_id
        self._place = place
        self._nodes: dict[str, Payload] = {}

    def after(self, change: Change) -> Payload:
        """The event that would tell of it, which has not happened yet."""
        place = self._place(change.node_id)
        most = self._nodes.get(change.node_id, {}).get("max", 1) if change.most is None else change.most
        node = {
            "value": most if change.value is None else change.value,
            "max": most,
            "state": change.state,
            "node_id": change.node_id,
            "prompt_id": self._prompt_id,
            "display_node_id": place.display,
            "parent_node_id": place.parent,
            "real_node_id": place.real,
        }
        return {"prompt_id": self._prompt_id, "nodes": {**self._nodes, change.node_id: node}}

    def apply(self, change: Change) -> Payload:
        """The event that tells of it."""
        event = self.after(change)
        self._nodes = event["nodes"]
        return event
