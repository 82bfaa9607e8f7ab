"""Random bodies for ``POST /prompt``: graphs that hold together, and the many ways in which they do not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from tests.live.requests import Request

Info = Mapping[str, Any]
Graph = dict[str, Any]


class Pool(dict[str, Info]):
    """Node classes by name, not changed once made.

    It says little of itself, since a failing property prints what it was made of.
    """

    def __repr__(self) -> str:
        return f"Pool of {len(self)} classes"

    def makers(self, kind: str, *, leaves: bool) -> list[str]:
        """The classes with an output of that type; only those that need no other node, if asked for ``leaves``."""
        if (kind, leaves) not in self._makers:
            self._makers[kind, leaves] = [
                name
                for name, info in self.items()
                if (kind in info["output"] or (kind == "*" and info["output"])) and (not leaves or _is_leaf(info))
            ]
        return self._makers[kind, leaves]

    @cached_property
    def outputs(self) -> list[str]:
        return [name for name, info in self.items() if info["output_node"]]

    @cached_property
    def cheap(self) -> Pool:
        return Pool((name, self[name]) for name in CHEAP if name in self)

    @cached_property
    def _makers(self) -> dict[tuple[str, bool], list[str]]:
        return {}


#: Nodes any machine runs within milliseconds.
CHEAP = (
    *(
        "EmptyImage",
        "ImageScale",
        "ImageScaleBy",
        "ImageInvert",
        "ImageBatch",
        "ImageCrop",
        "LoadImage",
        "LoadImageMask",
    ),
    *(
        "SolidMask",
        "MaskToImage",
        "ImageToMask",
        "PrimitiveString",
        "PrimitiveInt",
        "PrimitiveFloat",
        "PrimitiveBoolean",
    ),
    *("SaveImage", "PreviewImage", "PreviewAny", "GetImageSize", "RebatchImages", "RepeatImageBatch", "InvertMask"),
)
_IDS = ("1", "2", "3", "10", "57:8", "x", "4", "5", "6", "7")
_JUNK: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    7,
    7.9,
    "",
    "5",
    "abc",
    "3",
    [],
    ["1"],
    [1, 2, 3],
    {},
    {"a": 1},
    "example.png",
)
_WRAPPED = tuple({"__value__": value} for value in (5, "abc", None, [1, 2], ["a", "b"], {"b": 2}))
_LINKS: tuple[Any, ...] = (
    *(["99", 0], ["1", 99], ["1", -1], ["1", "0"], ["1", None], ["1", 0.0], [1, 0], [None, 0], [["1"], 0], ["1", 0, 0]),
    *(["2", 0], ["3", 1], ["x", 0], ["", 0]),
)
_PICTURE = "$RUN/picture.png"
_TITLES = st.sampled_from([None, "My node", "", 5])
_BROKEN_NODES: SearchStrategy[Any] = st.sampled_from(
    [None, [], "class_type", "abc", 5, {}, {"class_type": "NoSuchNode", "inputs": {}}]
)
_CLASS_TYPES = st.sampled_from([None, "", "NoSuchNode", "saveimage", 5, ["SaveImage"], {"a": 1}])
_INPUTS: SearchStrategy[Any] = st.sampled_from([None, [], "abc", 5, {}])


@dataclass
class _Making:
    """One graph being made."""

    draw: DrawFn
    pool: Pool
    graph: Graph = field(default_factory=dict)
    #: The nodes that have all they need; only these are linked to.
    done: list[str] = field(default_factory=list)

    def add(self, class_type: str, depth: int) -> str | None:
        """A node with what it needs below it; None when the ids are used up."""
        free = [node_id for node_id in _IDS if node_id not in self.graph]
        if not free:
            return None
        node_id = free[0]
        node = self.graph[node_id] = {"class_type": class_type, "inputs": {}}
        self._declare(node["inputs"], self.pool[class_type]["input"], "", depth)
        self.done.append(node_id)
        return node_id

    def _declare(self, inputs: dict[str, Any], sections: Info, prefix: str, depth: int) -> None:
        for section in ("required", "optional"):
            for name, spec in (sections.get(section) or {}).items():
                if section == "required" or self.draw(st.integers(0, 3)) == 0:
                    self._fill(inputs, prefix + name, list(spec), depth)

    def _fill(self, inputs: dict[str, Any], name: str, spec: list[Any], depth: int) -> None:
        options = spec[1] if len(spec) > 1 and isinstance(spec[1], dict) else {}
        if spec[0] == "COMFY_AUTOGROW_V3":
            template = options["template"]
            names = template.get("names") or [f"{template.get('prefix', '')}{number}" for number in range(3)]
            item = next(iter((template["input"].get("required") or template["input"].get("optional")).values()))
            for one in names[: self.draw(st.integers(0, 3))]:
                self._fill(inputs, f"{name}.{one}", list(item), depth)
        elif spec[0] == "COMFY_DYNAMICCOMBO_V3":
            chosen = self.draw(st.sampled_from(options["options"]))
            inputs[name] = chosen["key"]
            self._declare(inputs, chosen.get("inputs") or {}, f"{name}.", depth)
        else:
            few = name in ("batch_size", "amount")
            value = self.draw(st.sampled_from([1, 2])) if few else literal(self.draw, spec[0], options)
            if value is None:
                value = self._link(str(spec[0]), depth)
            if value is not None:
                inputs[name] = value

    def _link(self, kind: str, depth: int) -> list[Any] | None:
        made: list[list[Any]] = [
            [node_id, slot]
            for node_id in self.done
            for slot, output in enumerate(self.pool[self.graph[node_id]["class_type"]]["output"])
            if kind in (output, "*")
        ]
        again = bool(self.draw(st.booleans()))
        if made and again:
            return list(self.draw(st.sampled_from(made)))
        makers = self.pool.makers(kind, leaves=depth <= 0)
        if not makers:
            return self.draw(st.sampled_from(made)) if made else None
        class_type = self.draw(st.sampled_from(makers))
        node_id = self.add(class_type, depth - 1)
        output = list(self.pool[class_type]["output"])
        return None if node_id is None else [node_id, output.index(kind) if kind in output else 0]


def _is_leaf(info: Info) -> bool:
    """Whether such a node needs no other."""
    return all(_is_plain(spec) for spec in info["input"].get("required", {}).values())


def _is_plain(spec: Sequence[Any]) -> bool:
    return isinstance(spec[0], list) or spec[0] in ("INT", "FLOAT", "STRING", "BOOLEAN", "COMBO")


def literal(draw: DrawFn, kind: Any, options: Info) -> Any:
    """A value such an input takes, small; None for what has to be linked."""
    choices = kind if isinstance(kind, list) else options.get("options") if kind == "COMBO" else None
    if choices:
        return draw(st.sampled_from(list(choices)))
    if isinstance(kind, list):
        return "none"
    low, high = options.get("min", 0), options.get("max", 64)
    plain: dict[Any, SearchStrategy[Any]] = {
        "INT": st.sampled_from([max(low, min(value, high)) for value in (low, 1, 2, 33, 64)]),
        "FLOAT": st.sampled_from([max(low, min(value, high)) for value in (0.5, 1.0, 1.5, 2)]),
        "STRING": st.sampled_from(["a fox", "", "live/%width%", "é"]),
        "BOOLEAN": st.booleans(),
        "COMBO": st.just("none"),
    }
    return draw(plain[kind]) if isinstance(kind, str) and kind in plain else None


@st.composite
def sound_graphs(draw: DrawFn, pool: Pool) -> Graph:
    """A graph of that pool's nodes with at least one output; complete wherever the ids reach."""
    making = _Making(draw, pool)
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        making.add(draw(st.sampled_from(pool.outputs)), depth=3)
    return making.graph


@st.composite
def any_graphs(draw: DrawFn, pool: Pool) -> Any:
    """A sound graph after some mishaps, one that is no graph at all at times; never one that costs anything to run."""
    cheap = pool.cheap
    graph = draw(sound_graphs(cheap if draw(st.booleans()) else pool))
    for _ in range(draw(st.sampled_from([0, 1, 1, 2, 3, 4]))):
        draw(_mishaps)(draw, graph, pool)
    if not _is_harmless(graph, cheap):
        make_refused(graph, pool)
    return graph


@st.composite
def runnable_graphs(draw: DrawFn, pool: Pool) -> Request:
    """``POST /prompt`` of a sound graph of cheap nodes, its files in a folder of one's own."""
    exact = Pool((name, pool[name]) for name in CHEAP if name in pool and name != "ImageToMask")
    graph = draw(sound_graphs(exact))
    assume(all(_is_complete(node, exact) for node in graph.values()))
    for node_id, node in graph.items():
        inputs = node["inputs"]
        if node["class_type"] in ("LoadImage", "LoadImageMask"):
            inputs["image"] = _PICTURE
        if "filename_prefix" in inputs:
            inputs["filename_prefix"] = f"$RUN/$ID1/{node_id.replace(':', '-')}"
        # no strips and no specks: cropping or shrinking one can leave nothing
        inputs.update(
            {side: max(16, inputs[side]) for side in ("width", "height") if isinstance(inputs.get(side), int)}
        )
        inputs.update({corner: min(4, inputs[corner]) for corner in ("x", "y") if isinstance(inputs.get(corner), int)})
        inputs.update({"scale_by": max(1.0, inputs["scale_by"])} if "scale_by" in inputs else {})
    return Request("POST", "/prompt", json.dumps({"prompt": graph, "prompt_id": "$ID1", "client_id": "$RUN"}))


def _is_complete(node: Info, pool: Pool) -> bool:
    """The ids reached for all it needs."""
    return set(pool[node["class_type"]]["input"].get("required", {})) <= set(node["inputs"])


def _junk_input(draw: DrawFn, graph: Graph, pool: Pool) -> None:
    inputs, name = _some_input(draw, graph)
    inputs[name] = draw(st.sampled_from([*_JUNK, *_WRAPPED]))


def _bad_link(draw: DrawFn, graph: Graph, pool: Pool) -> None:
    inputs, name = _some_input(draw, graph)
    inputs[name] = list(draw(st.sampled_from([*_LINKS, *([node_id, 0] for node_id in graph)])))


def _cycle(draw: DrawFn, graph: Graph, pool: Pool) -> None:
    """A link to some node of the graph, often one that needs the linking one."""
    linked = [
        (node["inputs"], name)
        for node in graph.values()
        if isinstance(node, dict) and isinstance(node.get("inputs"), dict)
        for name, value in node["inputs"].items()
        if isinstance(value, list)
    ]
    if linked:
        inputs, name = draw(st.sampled_from(linked))
        inputs[name] = [draw(st.sampled_from(list(graph))), 0]


def _lost_file(draw: DrawFn, graph: Graph, pool: Pool) -> None:
    """Another file for some loader, mostly one that is not there."""
    loaders = [
        node["inputs"]
        for node in graph.values()
        if isinstance(node, dict) and str(node.get("class_type")).startswith("Load") and node.get("inputs")
    ]
    if loaders and isinstance(inputs := draw(st.sampled_from(loaders)), dict):
        inputs[next(iter(inputs))] = draw(_FILES)


_FILES: SearchStrategy[Any] = st.sampled_from(
    ["none.png", "example.png [output]", "", "../x.png", "none.png [temp]", "example.png [input]", 5, None, ["1", 0]]
)


def _lost_input(draw: DrawFn, graph: Graph, pool: Pool) -> None:
    inputs, name = _some_input(draw, graph)
    inputs.pop(name, None)


def _out_of_range(draw: DrawFn, graph: Graph, pool: Pool) -> None:
    numbers = []
    for node in graph.values():
        if isinstance(node, dict) and isinstance(node.get("class_type"), str) and node["class_type"] in pool:
            for section in ("required", "optional"):
                for name, spec in pool[node["class_type"]]["input"].get(section, {}).items():
                    if len(spec) > 1 and isinstance(spec[1], dict) and {"min", "max"} <= spec[1].keys():
                        numbers.append((node, name, spec[1]))
    if numbers:
        node, name, options = draw(st.sampled_from(numbers))
        if isinstance(node.get("inputs"), dict):
            node["inputs"][name] = draw(st.sampled_from([options["min"] - 1, options["max"] + 1]))


def _other_class(draw: DrawFn, graph: Graph, pool: Pool) -> None:
    node = draw(st.sampled_from(list(graph.values())))
    if isinstance(node, dict):
        node["class_type"] = draw(st.one_of(_CLASS_TYPES, st.sampled_from(list(pool))))
        title = draw(_TITLES)
        if title is not None:
            node["_meta"] = {"title": title}


def _broken_node(draw: DrawFn, graph: Graph, pool: Pool) -> None:
    graph[draw(st.sampled_from(_IDS))] = draw(_BROKEN_NODES)


def _no_inputs(draw: DrawFn, graph: Graph, pool: Pool) -> None:
    node = draw(st.sampled_from(list(graph.values())))
    if isinstance(node, dict):
        node.pop("inputs", None)
        if draw(st.booleans()):
            node["inputs"] = draw(_INPUTS)


def _more_inputs(draw: DrawFn, graph: Graph, pool: Pool) -> None:
    inputs, _ = _some_input(draw, graph)
    name = draw(st.sampled_from(["extra", "images.image1", "format.codec", "values.value0", "resize_type.width"]))
    inputs[name] = draw(st.sampled_from([*_JUNK, *_LINKS]))


_FREQUENT = (_junk_input, _bad_link, _cycle, _lost_file, _lost_input, _out_of_range, _more_inputs)
_mishaps = st.sampled_from([*_FREQUENT, *_FREQUENT, _other_class, _broken_node, _no_inputs])


def _some_input(draw: DrawFn, graph: Graph) -> tuple[dict[str, Any], str]:
    named = [
        (node["inputs"], name)
        for node in graph.values()
        if isinstance(node, dict) and isinstance(node.get("inputs"), dict)
        for name in node["inputs"]
    ]
    return draw(st.sampled_from(named)) if named else ({}, "")


def _is_harmless(graph: Graph, cheap: Pool) -> bool:
    """Whether a server that accepts it gets through it: small known nodes, each with inputs, no link astray."""
    return all(
        isinstance(node, dict)
        and isinstance(node.get("class_type"), str)
        and node["class_type"] in cheap
        and isinstance(node.get("inputs"), dict)
        and not any(_is_astray(value, graph) for value in node["inputs"].values())
        for node in graph.values()
    )


def _is_astray(value: Any, graph: Graph) -> bool:
    return isinstance(value, list) and len(value) == 2 and not (isinstance(value[0], str) and value[0] in graph)


def make_refused(graph: Graph, pool: Pool) -> None:
    """Take something from every output that it cannot be without; a plain value if possible, so that links stay."""
    for node in graph.values():
        class_type = node.get("class_type") if isinstance(node, dict) else None
        if not isinstance(class_type, str) or class_type not in pool or not pool[class_type]["output_node"]:
            continue
        required = pool[class_type]["input"].get("required", {})
        needed = sorted((not _is_plain(spec), name) for name, spec in required.items() if not _is_dynamic(spec))
        if isinstance(node.get("inputs"), dict):
            node["inputs"].pop(needed[0][1], None)


def _is_dynamic(spec: Sequence[Any]) -> bool:
    return str(spec[0]).endswith("_V3")


def refusable(pool: Mapping[str, Info]) -> Pool:
    """Without the outputs that need nothing: such a graph could not be refused at will."""
    return Pool(
        (name, info)
        for name, info in pool.items()
        if not info["output_node"] or not all(_is_dynamic(spec) for spec in info["input"].get("required", {}).values())
    )


_EXTRA_DATA: tuple[Any, ...] = ({}, {"note": 1}, None, [], "abc", 5, {"extra_pnginfo": {"workflow": {"id": "w"}}})
_NUMBERS: tuple[Any, ...] = (0, 1, -3, 0.5, "5", "abc", None, [], {}, True, 10**6)
_PROMPT_IDS: tuple[Any, ...] = (
    "$ID1",
    "$ID1",
    None,
    "",
    "abc",
    5,
    [],
    {"a": 1},
    True,
    "A3BB189E-8BF9-4C1A-9A3A-1F6C3D2B7E11",
)
_TARGETS: tuple[Any, ...] = (None, [], ["1"], ["2"], ["1", "2", "99"], "1", "12", 5, {}, {"1": 1}, [1], [["1"]])


@st.composite
def submissions(draw: DrawFn, pool: Pool, *, fragile: bool = False) -> Request:
    """``POST /prompt``. Never an id with a number that may come twice, nor a client id that is no string.

    A ``fragile`` server, before 0.3.69, takes extra data that is no object and dies of it later.
    """
    body: dict[str, Any] = {}
    if draw(st.integers(0, 19)):
        body["prompt"] = draw(any_graphs(pool) if draw(st.integers(0, 19)) else _no_graphs)
    extras: dict[str, SearchStrategy[Any]] = {
        "partial_execution_targets": st.sampled_from(_TARGETS),
        "extra_data": st.sampled_from([data for data in _EXTRA_DATA if isinstance(data, dict) or not fragile]),
        "front": st.sampled_from([True, False, None, 0, 1, "no", []]),
        "client_id": st.sampled_from(["me", ""]),
        "unknown": st.just(1),
    }
    for name in sorted(extras):
        if draw(st.integers(0, 9)) == 0:
            body[name] = draw(extras[name])
    if draw(st.integers(0, 9)) == 0:
        body["prompt_id"] = draw(st.sampled_from(_PROMPT_IDS))
    elif draw(st.integers(0, 9)) == 0:
        body["number"] = draw(st.sampled_from(_NUMBERS))
    return Request("POST", draw(st.sampled_from(["/prompt", "/prompt", "/api/prompt"])), json.dumps(body))


_no_graphs: SearchStrategy[Any] = st.sampled_from(
    [{}, [], None, "", "abc", 5, [[]], [{"class_type": "SaveImage"}], True]
)
