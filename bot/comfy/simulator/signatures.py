"""What a node's result is cached under: its class, its literal inputs and its ancestors', so renamed ids match."""

import hashlib
from collections.abc import Callable, Hashable

from bot.comfy.simulator.folders import Folders
from bot.comfy.simulator.graph import GrowingGraph
from bot.comfy.simulator.wire import NodeInfo, Payload, is_link

Signature = Hashable
#: Classes whose result depends on a file they name.
_FILE_INPUTS = {"LoadImage": "image", "LoadImageMask": "image", "LoadImageOutput": "image", "LoadAudio": "audio"}


class Signatures:
    """Of one prompt's nodes. ``changes`` tells the classes whose result is never the same twice."""

    def __init__(self, graph: GrowingGraph, folders: Folders, changes: Callable[[str], bool]) -> None:
        self._graph = graph
        self._folders = folders
        self._changes = changes
        self._known: dict[str, Signature] = {}
        self._changed_by: dict[str, Hashable] = {}

    def __getitem__(self, node_id: str) -> Signature:
        if node_id not in self._known:
            self._known[node_id] = self._sign(node_id)
        return self._known[node_id]

    def home(self, node_id: str) -> Signature:
        """Under what results are kept: while the node they were made for, or its parent, stays in the graph."""
        parent = self._graph.place(node_id).parent
        return None if parent is None else (parent, self._graph.class_type(parent))

    def _sign(self, node_id: str) -> Signature:
        """Two ancestors alike are not one ancestor that is linked to twice."""
        ancestors: dict[str, int] = {}
        self._find_ancestors(node_id, ancestors)
        return tuple(self._sign_alone(one, ancestors) for one in [node_id, *ancestors])

    def _find_ancestors(self, node_id: str, found: dict[str, int]) -> None:
        for _, value in sorted(self._graph[node_id].get("inputs", {}).items()):
            if is_link(value) and value[0] in self._graph and value[0] not in found:
                found[value[0]] = len(found)
                self._find_ancestors(value[0], found)

    def _sign_alone(self, node_id: str, ancestors: dict[str, int]) -> Signature:
        node = self._graph[node_id]
        inputs = tuple(
            (name, ("link", ancestors.get(value[0]), value[1]) if is_link(value) else repr(value))
            for name, value in sorted(node.get("inputs", {}).items())
        )
        own_id = node_id if _wants_id(self._graph.info(node_id)) else None
        if node_id not in self._changed_by:
            self._changed_by[node_id] = self._changed(node)
        return (self.home(node_id), node["class_type"], own_id, inputs, self._changed_by[node_id])

    def _changed(self, node: Payload) -> Hashable:
        """What else decides the result, such as a loaded file's content."""
        if self._changes(node["class_type"]):
            return object()
        name = node.get("inputs", {}).get(_FILE_INPUTS.get(node["class_type"], ""))
        path = self._folders.locate(name) if isinstance(name, str) else None
        return hashlib.sha256(path.read_bytes()).digest() if path is not None and path.is_file() else None


def _wants_id(info: NodeInfo) -> bool:
    hidden = info["input"].get("hidden", {})
    return any("UNIQUE_ID" in (spec if isinstance(spec, list) else [spec]) for spec in hidden.values())
