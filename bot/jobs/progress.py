"""How far a job is: a value that each event makes the next one of."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.comfy.events import (
    Accepted,
    Ahead,
    Detached,
    Event,
    Executing,
    ExecutionCached,
    ExecutionStart,
    ExecutionSuccess,
    NodeState,
    Preview,
    ProgressState,
    Settled,
    StepProgress,
)
from bot.jobs.job import Graph


@dataclass(frozen=True)
class Progress:
    """The folded state of one run.

    `fraction` goes from 0 to 1 and never back. `step` of `steps` belongs to the node with `title`; both are None where
    the node does not count. `ahead` is how many prompts the server has before this one; `detached` from when it cannot
    be seen how far it is until a node is heard of again.
    """

    titles: Mapping[str, str]
    weights: Mapping[str, float]
    ahead: int | None = None
    started: bool = False
    detached: bool = False
    fraction: float = 0.0
    node: str | None = None
    step: int | None = None
    steps: int | None = None
    preview: Preview | None = None
    cached: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, graph: Graph) -> Progress:
        """Nothing done yet. A node that says its `steps` weighs as many as it has; every other one weighs one."""
        return cls(
            titles={node_id: _title(node) for node_id, node in graph.items()},
            weights={node_id: _weight(node) for node_id, node in graph.items()},
        )

    @property
    def title(self) -> str | None:
        """The running node's title as the workflow's author wrote it; subgraph nodes show their parent's."""
        if self.node is None:
            return None
        return self.titles.get(self.node) or self.titles.get(self.node.split(".", maxsplit=1)[0])

    def after(self, event: Event) -> Progress:
        """The state once this has happened; unrelated events change nothing."""
        match event:
            case Ahead(count=count):
                return replace(self, ahead=count)
            case Accepted():
                return self
            case ExecutionStart():
                return replace(self, started=True, ahead=0)
            case ExecutionCached(nodes=nodes):
                return replace(self, started=True, ahead=0, cached=frozenset(nodes))
            case Executing(node=str(node)):
                return self._at(node)
            case ProgressState(nodes=nodes):
                return self._fold(nodes)
            case StepProgress(node=str(node), value=value, max=most):
                return self._at(node)._stepped(value, most)
            case Preview():
                return replace(self, preview=event)
            case Detached():
                return replace(self, detached=True, preview=None)
            case ExecutionSuccess() | Settled(result="done"):
                return replace(self, fraction=1.0)
            case _:
                return self

    def _at(self, node: str) -> Progress:
        seen = replace(self, detached=False) if self.detached else self
        if node == self.node:
            return seen
        return replace(seen, started=True, ahead=0, node=node, step=None, steps=None)

    def _stepped(self, value: float, most: float) -> Progress:
        countable = math.isfinite(value) and math.isfinite(most) and most > 1
        return replace(self, step=int(min(max(value, 0), most)), steps=int(most)) if countable else self

    def _fold(self, nodes: Mapping[str, NodeState]) -> Progress:
        running = [(node_id, state) for node_id, state in nodes.items() if not state.finished]
        now = replace(self, fraction=max(self.fraction, self._done(nodes)))
        if not running:
            return now
        node_id, state = running[-1]
        return now._at(node_id)._stepped(state.value, state.max)

    def _done(self, nodes: Mapping[str, NodeState]) -> float:
        weights = {node_id: weight for node_id, weight in self.weights.items() if node_id not in self.cached}
        total = sum(weights.values())
        done = sum(weights[node_id] * _share(state) for node_id, state in nodes.items() if node_id in weights)
        return min(1.0, done / total) if total else 0.0


def _share(state: NodeState) -> float:
    if state.finished:
        return 1.0
    share = state.value / state.max if state.max > 0 else 0.0
    return min(1.0, max(0.0, share)) if math.isfinite(share) else 0.0


def _title(node: Mapping[str, object]) -> str:
    meta = node.get("_meta")
    title = meta.get("title") if isinstance(meta, Mapping) else None
    return str(title or node.get("class_type", "?"))


def _weight(node: Mapping[str, object]) -> float:
    inputs = node.get("inputs")
    steps = inputs.get("steps") if isinstance(inputs, Mapping) else None
    return float(max(1, min(steps, 10_000))) if isinstance(steps, int) else 1.0
