"""A graph while it runs: its nodes, those that nodes put in their own place, and their order (ComfyUI 0.33)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.comfy.simulator.catalogue import Catalogue
from bot.comfy.simulator.wire import Graph, NodeInfo, Payload, is_link


@dataclass(frozen=True)
class Place:
    """Where a node stands: in the graph as it was sent, all but ``parent`` are its own id."""

    node_id: str
    #: The node of the sent graph that a front end shows it under.
    display: str
    parent: str | None
    real: str

    @property
    def meta(self) -> Payload:
        """Its entry in history's ``meta``."""
        return {
            "node_id": self.node_id,
            "display_node": self.display,
            "parent_node": self.parent,
            "real_node_id": self.real,
        }


class GrowingGraph(Mapping[str, Payload]):
    """The sent graph, plus the nodes others expanded into (``2.0.0.3`` for a third one of node 2)."""

    def __init__(self, sent: Graph, catalogue: Catalogue) -> None:
        self.sent = sent
        self._catalogue = catalogue
        self._added: Graph = {}
        self._parents: dict[str, str] = {}
        self._displays: dict[str, str] = {}

    def __getitem__(self, node_id: str) -> Payload:
        node: Payload = self._added[node_id] if node_id in self._added else self.sent[node_id]
        return node

    def __iter__(self) -> Iterator[str]:
        return iter([*self.sent, *self._added])

    def __len__(self) -> int:
        return len(self.sent) + len(self._added)

    def add(self, nodes: Graph, parent: str) -> None:
        for node_id, node in nodes.items():
            self._added[node_id] = node
            self._parents[node_id] = parent
            self._displays[node_id] = node.get("override_display_id", parent)

    def place(self, node_id: str) -> Place:
        parent = self._parents.get(node_id)
        return Place(node_id, _follow(self._displays, node_id), parent, _follow(self._parents, node_id))

    def class_type(self, node_id: str) -> str:
        return str(self[node_id]["class_type"])

    def info(self, node_id: str) -> NodeInfo:
        return self._catalogue[self.class_type(node_id)]

    def is_output(self, node_id: str) -> bool:
        return bool(self.info(node_id)["output_node"])

    def links(self, node_id: str, *, lazy: bool) -> Iterable[str]:
        """The nodes this one takes values from; those it may not need after all only if ``lazy``."""
        lazy_names = () if lazy else _lazy_inputs(self.info(node_id))
        inputs = self[node_id]["inputs"].items()
        return [value[0] for name, value in inputs if is_link(value) and name not in lazy_names]


class Order:
    """The nodes still to run. ``pick`` prefers what shows a result soonest, as the real scheduler does."""

    def __init__(self, graph: GrowingGraph, cached: Callable[[str], bool], parallel: Callable[[str], bool]) -> None:
        self._graph = graph
        self._cached = cached
        self._parallel = parallel
        self._pending: dict[str, None] = {}
        #: Node -> those that wait for it, in the order they began to.
        self._blocks: dict[str, dict[str, None]] = {}
        self._blocked_by: dict[str, set[str]] = {}
        #: Nodes whose own work is under way.
        self._away: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._pending)

    def add(self, node_id: str) -> None:
        """A node and all it needs that is not cached."""
        stack, links = [node_id], []
        while stack:
            one = stack.pop()
            if one in self._pending:
                continue
            self._pending[one] = None
            self._blocks[one] = {}
            self._blocked_by[one] = set()
            for source in self._graph.links(one, lazy=False):
                if not self._cached(source):
                    stack.append(source)
                links.append((source, one))
        for source, one in links:
            self.need(source, one)

    def need(self, source: str, node_id: str) -> None:
        """From now on ``node_id`` waits for ``source``, if that is not there yet."""
        if not self._cached(source):
            self.add(source)
            self._blocks[source][node_id] = None
            self._blocked_by[node_id].add(source)

    def leave(self, node_id: str) -> None:
        self._away.add(node_id)

    def come_back(self, node_id: str) -> None:
        self._away.discard(node_id)

    @property
    def waits(self) -> bool:
        """Nothing can run until a node comes back."""
        return not self._ready() and bool(self._away)

    def pick(self) -> str:
        """The next node to run; raises LookupError when all wait for one another."""
        ready = self._ready()
        if not ready:
            raise LookupError(self._blame())
        for node_id in ready:
            if self._graph.is_output(node_id) or self._parallel(node_id):
                return node_id
        for distance in (1, 2):
            for node_id in ready:
                if any(map(self._graph.is_output, self._ahead(node_id, distance))):
                    return node_id
        return ready[0]

    def done(self, node_id: str) -> None:
        del self._pending[node_id]
        for waiting in self._blocks.pop(node_id):
            self._blocked_by[waiting].discard(node_id)

    def _ready(self) -> list[str]:
        return [node_id for node_id in self._pending if not self._blocked_by[node_id] and node_id not in self._away]

    def _ahead(self, node_id: str, distance: int) -> Iterable[str]:
        nodes = {node_id}
        for _ in range(distance):
            nodes = {after for node in nodes for after in self._blocks.get(node, ())}
        return nodes

    def _blame(self) -> str:
        """Of the nodes in a circle, one of the sent graph under which one of them was added."""
        circle = [node_id for node_id in self._pending if self._blocked_by[node_id]]
        places = map(self._graph.place, circle)
        return next((place.display for place in places if place.display != place.node_id), circle[0])


def _follow(table: Mapping[str, str], node_id: str) -> str:
    while node_id in table:
        node_id = table[node_id]
    return node_id


def _lazy_inputs(info: NodeInfo) -> set[str]:
    inputs = info["input"]
    specs = {**inputs.get("required", {}), **inputs.get("optional", {})}
    return {name for name, spec in specs.items() if len(spec) > 1 and isinstance(spec[1], dict) and spec[1].get("lazy")}
