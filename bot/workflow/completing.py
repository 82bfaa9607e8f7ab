"""What a newer server asks of a node is filled in with its own defaults; what it does not take is left away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy

from bot.text import _
from bot.workflow.catalogue import WIDGETS, Catalogue, Input, Scalar, fits
from bot.workflow.graph import Graph, Target, link, title_of

_FILES = (
    *(".safetensors", ".sft", ".ckpt", ".pt", ".pt2", ".pth", ".bin", ".gguf", ".onnx", ".pkl", ".yaml"),
    *(".png", ".jpg", ".jpeg", ".webp", ".gif", ".mp4", ".webm", ".mov", ".wav", ".mp3", ".flac", ".glb"),
)
#: how many choices may lie inside each other
_DEEPEST = 8


def complete(graph: Graph, catalogue: Catalogue) -> tuple[Graph, tuple[str, ...]]:
    """The graph as the server takes it, and a sentence for each change; the same graph if there is none.

    Every required value that its nodes lack is the server's default, else the first of its list; a number out of
    bounds is the nearest within; an optional input that holds or is joined to what the server does not take there is
    taken away.
    """
    wrong = {target: found for target, found in _every(graph, catalogue) if _misfits(graph, target, found, catalogue)}
    near = [
        (target, number) for target, found in wrong.items() if (number := _nearest(graph, target, found)) is not None
    ]
    gone = [target for target, found in wrong.items() if not found.required and target not in dict(near)]
    missing = [(key, name, value) for key in graph for name, value in _missing(graph, key, catalogue)]
    if not missing and not near and not gone:
        return graph, ()
    changed = deepcopy(graph)
    for key, name, value in [*missing, *((target.node, target.input, number) for target, number in near)]:
        changed[key]["inputs"][name] = value
    for target in gone:
        del changed[target.node]["inputs"][target.input]
    said = [*(_filled(graph, *each) for each in missing), *(_moved(graph, *each) for each in near)]
    return changed, (*said, *(_left_away(graph, target) for target in gone))


def takes(spec: Input, value: object) -> bool:
    """Whether the server takes the value there (as ComfyUI's validate_inputs judges); any model or picture passes.

    A list without an entry is filled in the page alone, so all goes.
    """
    if spec.choices is not None:
        return not spec.choices or bool(spec.upload) or value in spec.choices or _is_file(value)
    if spec.type not in {"INT", "FLOAT"}:
        return True
    number = _number(spec, value)
    return number is not None and number == _held(spec, number)


def _number(spec: Input, value: object) -> int | float | None:
    """As ComfyUI reads it: `int()` and `float()` take numbers, texts of them and switches."""
    if not isinstance(value, Scalar):
        return None
    try:
        return int(value) if spec.type == "INT" else float(value)
    except (ValueError, OverflowError):
        return None


def _held(spec: Input, number: int | float) -> int | float:
    number = number if spec.min is None else max(number, spec.min)
    return number if spec.max is None else min(number, spec.max)


def _nearest(graph: Graph, target: Target, spec: Input) -> int | float | None:
    """For a number out of bounds."""
    value = graph[target.node]["inputs"][target.input]
    if spec.type not in {"INT", "FLOAT"} or isinstance(value, bool) or not isinstance(value, int | float):
        return None
    held = _held(spec, value)
    return int(held) if spec.type == "INT" else held


def _is_file(value: object) -> bool:
    return isinstance(value, str) and value.lower().endswith(_FILES)


def _filled(graph: Graph, key: str, name: str, value: Scalar) -> str:
    return _("“{title}” has no “{input}”, which the server asks for by now; it is set to {value}.").format(
        title=title_of(graph, key), input=name, value=value
    )


def _moved(graph: Graph, target: Target, number: int | float) -> str:
    return _("“{input}” of “{title}” was {value}, which is out of range by now; it is set to {number}.").format(
        title=title_of(graph, target.node),
        input=target.input,
        value=graph[target.node]["inputs"][target.input],
        number=number,
    )


def _left_away(graph: Graph, target: Target) -> str:
    return _("“{title}” does without its “{input}”: the server does not take what is there.").format(
        title=title_of(graph, target.node), input=target.input
    )


def _missing(graph: Graph, key: str, catalogue: Catalogue) -> Iterator[tuple[str, Scalar]]:
    known = catalogue.node(graph[key]["class_type"])
    if known is not None:
        yield from _lacking(known.inputs, "", graph[key]["inputs"], _DEEPEST)


def _lacking(
    declared: Mapping[str, Input], above: str, given: Mapping[str, object], depth: int
) -> Iterator[tuple[str, Scalar]]:
    for name, found in declared.items():
        value = given.get(f"{above}{name}")
        if value is None and f"{above}{name}" not in given and found.required:
            default = _default(found)
            if default is not None:
                yield f"{above}{name}", default
                value = default
        if depth and isinstance(value, Scalar) and value in found.branches:
            yield from _lacking(found.branches[value], f"{above}{name}.", given, depth - 1)


def _default(found: Input) -> Scalar | None:
    if found.default is not None:
        return found.default if found.type in WIDGETS or found.choices is not None else None
    return found.choices[0] if found.choices else None


def _every(graph: Graph, catalogue: Catalogue) -> Iterator[tuple[Target, Input]]:
    """All inputs which the server knows."""
    for key, node in graph.items():
        literals = _literals(node["inputs"]) if catalogue.has(node["class_type"]) else {}
        for name in node["inputs"]:
            if (found := catalogue.input(node["class_type"], name, literals)) is not None:
                yield Target(key, name), found


def _misfits(graph: Graph, target: Target, found: Input, catalogue: Catalogue) -> bool:
    """Whether it holds what the server does not take, or is joined to an output of another type."""
    value = graph[target.node]["inputs"][target.input]
    source = link(value)
    if source is None:
        return not takes(found, value)
    outputs = catalogue.outputs(graph[source[0]]["class_type"]) if source[0] in graph else ()
    if not 0 <= source[1] < len(outputs):
        return False
    kinds = {found.type, outputs[source[1]]}
    return WIDGETS.isdisjoint(kinds) and "COMFY_" not in found.type and not fits(outputs[source[1]], found.type)


def _literals(inputs: Mapping[str, object]) -> Mapping[str, object]:
    return {name: value for name, value in inputs.items() if link(value) is None}
