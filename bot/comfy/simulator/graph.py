"""The order a graph runs in, and the signatures its results are cached under (ComfyUI comfy_execution, 0.33)."""

from collections.abc import Callable, Hashable, Iterable

from bot.comfy.simulator.catalogue import Catalogue
from bot.comfy.simulator.wire import Graph, Payload, is_link

Signature = Hashable


class Order:
    """The nodes still to run. ``pick`` prefers what shows a result soonest, as the real scheduler does."""

    def __init__(self, graph: Graph, catalogue: Catalogue, cached: Callable[[str], bool]) -> None:
        self._graph = graph
        self._catalogue = catalogue
        self._cached = cached
        self._pending: dict[str, None] = {}
        self._blocks: dict[str, set[str]] = {}
        self._blocked_by: dict[str, set[str]] = {}

    def __bool__(self) -> bool:
        return bool(self._pending)

    def add(self, output_id: str) -> None:
        """An output node and all it needs that is not cached."""
        stack = [output_id]
        while stack:
            node_id = stack.pop()
            if node_id in self._pending:
                continue
            self._pending[node_id] = None
            self._blocked_by.setdefault(node_id, set())
            for source in _sources(self._graph[node_id]):
                if not self._cached(source):
                    self._blocks.setdefault(source, set()).add(node_id)
                    self._blocked_by[node_id].add(source)
                    stack.append(source)

    def pick(self) -> str:
        """The next node to run; raises LookupError when all wait for one another."""
        ready = [node_id for node_id in self._pending if not self._blocked_by[node_id]]
        if not ready:
            raise LookupError("dependency cycle")
        for distance in range(3):
            for node_id in ready:
                if any(map(self._is_output, self._ahead(node_id, distance))):
                    return node_id
        return ready[0]

    def done(self, node_id: str) -> None:
        del self._pending[node_id]
        for waiting in self._blocks.pop(node_id, ()):
            self._blocked_by[waiting].discard(node_id)

    def _ahead(self, node_id: str, distance: int) -> Iterable[str]:
        nodes = {node_id}
        for _ in range(distance):
            nodes = {after for node in nodes for after in self._blocks.get(node, ())}
        return nodes

    def _is_output(self, node_id: str) -> bool:
        return bool(self._catalogue[self._graph[node_id]["class_type"]]["output_node"])


def sign(graph: Graph, catalogue: Catalogue, changed: Callable[[str], Hashable]) -> dict[str, Signature]:
    """Each node's signature: its class, its literal inputs and its ancestors' signatures, so renamed ids match.

    ``changed`` adds what else decides the result, such as a loaded file's content.
    """
    known: dict[str, Signature] = {}

    def signature(node_id: str) -> Signature:
        if node_id not in known:
            known[node_id] = None
            known[node_id] = (*_sign_node(node_id, graph, catalogue, signature), changed(node_id))
        return known[node_id]

    return {node_id: signature(node_id) for node_id in graph}


def _sign_node(
    node_id: str, graph: Graph, catalogue: Catalogue, signature: Callable[[str], Signature]
) -> tuple[Hashable, ...]:
    node = graph[node_id]
    hidden = catalogue[node["class_type"]]["input"].get("hidden", {})
    wants_id = any("UNIQUE_ID" in (spec if isinstance(spec, list) else [spec]) for spec in hidden.values())
    inputs = tuple(
        (
            name,
            ("link", signature(value[0]) if value[0] in graph else None, value[1]) if is_link(value) else repr(value),
        )
        for name, value in sorted(node.get("inputs", {}).items())
    )
    return (node["class_type"], node_id if wants_id else None, inputs)


def _sources(node: Payload) -> Iterable[str]:
    return [value[0] for value in node["inputs"].values() if is_link(value)]
