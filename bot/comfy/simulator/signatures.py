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

    def __getitem__(self, node_id: str) -> Signature:
        if node_id not in self._known:
            self._known[node_id] = None
            self._known[node_id] = self._sign(node_id)
        return self._known[node_id]

    def home(self, node_id: str) -> Signature:
        """Under what results are kept: while the node they were made for, or its parent, stays in the graph."""
        parent = self._graph.place(node_id).parent
        return None if parent is None else (parent, self._graph.class_type(parent))

    def _sign(self, node_id: str) -> Signature:
        node = self._graph[node_id]
        inputs = tuple((name, self._sign_input(value)) for name, value in sorted(node.get("inputs", {}).items()))
        own_id = node_id if _wants_id(self._graph.info(node_id)) else None
        return (self.home(node_id), node["class_type"], own_id, inputs, self._changed(node))

    def _sign_input(self, value: object) -> Signature:
        if not is_link(value):
            return repr(value)
        source, slot = value
        return ("link", self[source] if source in self._graph else None, slot)

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
