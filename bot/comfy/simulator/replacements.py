"""Node classes that were renamed: a graph that names an old one gets the new one (ComfyUI's node replacements)."""

from bot.comfy.simulator.catalogue import Catalogue
from bot.comfy.simulator.wire import Graph, Payload, is_link

#: Old class -> new class, new input -> old input, and new input -> fixed value; recorded on 0.33.
_RENAMED: dict[str, tuple[str, dict[str, str], Payload]] = {
    "ResizeImagesByLongerEdge": (
        "ImageScaleToMaxDimension",
        {"image": "images", "largest_size": "longer_edge"},
        {"upscale_method": "lanczos"},
    ),
    "T2IAdapterLoader": ("ControlNetLoader", {"control_net_name": "t2i_adapter_name"}, {}),
    "Load3DAnimation": ("Load3D", {}, {}),
    "Preview3DAnimation": ("Preview3D", {}, {}),
    "SDV_img2vid_Conditioning": ("SVD_img2vid_Conditioning", {}, {}),
    "ConditioningAverage ": ("ConditioningAverage", {}, {}),
}


def rename_classes(graph: Graph, catalogue: Catalogue) -> None:
    """Put new classes for old ones, in place. Raises (= HTTP 500) on what is no graph, or lacks an input to move."""
    old = [node_id for node_id, node in graph.items() if _is_complete(node) and _is_old(node, catalogue)]
    for node_id in old:
        node = graph[node_id]
        class_type, moved, fixed = _RENAMED[node["class_type"]]
        if class_type in catalogue:
            inputs = {name: node["inputs"][before] for name, before in moved.items()} | fixed
            graph[node_id] = {**node, "class_type": class_type, "inputs": inputs, "_meta": node["_meta"].copy()}


def _is_complete(node: Payload) -> bool:
    """Raises on a node with inputs that are no object, as the real server's search for links does."""
    if "class_type" not in node or "inputs" not in node:
        return False
    hash(node["class_type"])
    return all(is_link(value) or True for value in node["inputs"].values())


def _is_old(node: Payload, catalogue: Catalogue) -> bool:
    return node["class_type"] not in catalogue and node["class_type"] in _RENAMED
