"""Random manifests and graphs, from nonsense to what mostly fits."""

import json
from typing import Any

from hypothesis import strategies as st

from bot.workflow.catalogue import COMBO, WIDGETS
from bot.workflow.core import core
from bot.workflow.graph import Graph, Target, link
from bot.workflow.option import FILES, OptionType


def toml(facts: dict[str, Any]) -> str:
    return "".join(f"{key} = {inline(value)}\n" for key, value in facts.items())


def inline(value: object) -> str:
    """As TOML writes it inside a line; TOML has no null."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(key)} = {inline(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps(value, ensure_ascii=False)


def inputs_of(graph: Graph) -> dict[Target, object]:
    return {Target(key, name): value for key, node in graph.items() for name, value in node["inputs"].items()}


def is_list(graph: Graph, target: Target) -> bool:
    return core().input_types(graph[target.node]["class_type"]).get(target.input) == COMBO


def manifest_of(entries: list[dict[str, Any]]) -> str:
    return toml({"description": "x"}) + "".join("[[option]]\n" + toml(entry) for entry in entries)


CLASSES = [*core().classes, "Unknown"]
TITLES = ["Prompt", "A", "B.c", "", "1"]
INPUTS = ["text", "seed", "image", "ckpt_name", "steps", "model", "filename_prefix", "width"]
TYPES = [*OptionType, "int"]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
literals = st.integers(-5, 5) | st.text(max_size=5) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans()
keys = st.sampled_from(["1", "2", "3", "57:9"])
links = st.tuples(keys, st.integers(0, 3)).map(list)
nodes = st.fixed_dictionaries(
    {
        "class_type": st.sampled_from(CLASSES),
        "inputs": st.dictionaries(st.sampled_from(INPUTS), literals | links, max_size=4),
    },
    optional={"_meta": st.fixed_dictionaries({"title": st.sampled_from(TITLES)})},
)
graphs = st.dictionaries(keys, nodes | nodes | nodes | anything, max_size=4)
targets = st.builds("{}.{}".format, st.sampled_from([*TITLES, *CLASSES, "2"]), st.sampled_from(INPUTS))
options = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["a", "b", "c", "C"]),
        "type": st.sampled_from(TYPES),
        "targets": st.lists(targets, max_size=2),
    },
    optional={
        "default": literals,
        "required": st.booleans(),
        "min": st.integers(-5, 5) | st.floats(),
        "max": st.integers(-5, 5),
        "step": st.integers(-1, 3) | st.floats(),
        "choices": st.lists(literals, max_size=3),
        "choices_from": st.sampled_from(["input", "loras", "models"]),
        "multiply": st.integers() | st.floats(),
        "prefix": st.text(max_size=3),
        "template": st.sampled_from(["a {value}", "{value} {value}", "{other}", ""]),
        "pattern": st.sampled_from(["*", "[", "!a|b"]),
        "round_to": st.integers(-1, 8) | st.floats(),
        "helps": st.dictionaries(st.sampled_from(["de", "xx"]), st.text(max_size=3), max_size=1),
        "bypass": st.lists(st.sampled_from([*TITLES, *CLASSES]), max_size=2),
        "targts": literals,
    },
)
words = st.text(st.characters(exclude_categories=["C"]), max_size=8)
#: values of each type, most of them good
SOME: dict[OptionType, st.SearchStrategy[Any]] = {
    OptionType.TEXT: words | st.sampled_from(["../x [output]", "x.png [input]"]),
    OptionType.INTEGER: st.integers(-9, 9),
    OptionType.NUMBER: st.integers(-9, 9) | st.floats(-9, 9),
    OptionType.BOOLEAN: st.booleans(),
    OptionType.CHOICE: st.sampled_from(["one", "two", "../x [output]"]),
    OptionType.SEED: st.integers(0, 9),
    OptionType.SIZE: st.sampled_from(["512x512", "64x2048", "one", "7x7"]),
    OptionType.LORA: st.sampled_from(["one", "two:0.5", "../x [output]:1", ":1", "one:nan"]),
    **dict.fromkeys(FILES, st.sampled_from(["a", "b"])),
}
EXTRAS: dict[OptionType, dict[str, st.SearchStrategy[Any]]] = {
    OptionType.TEXT: {"max": st.integers(5, 20), "prefix": words, "suffix": words, "default": words},
    OptionType.INTEGER: {
        "min": st.integers(-9, 0),
        "multiply": st.integers(-2, 2) | st.floats(-2, 2),
        "round_to": st.sampled_from([1, 8, 0.25]),
    },
    OptionType.NUMBER: {"max": st.integers(0, 9), "step": st.sampled_from([0.5, 1]), "multiply": st.floats(-2, 2)},
    OptionType.BOOLEAN: {"default": st.booleans()},
    OptionType.CHOICE: {},
    OptionType.SEED: {"max": st.integers(1, 9)},
    OptionType.SIZE: {"default": st.just("512x512")},
    OptionType.LORA: {"pattern": st.sampled_from(["*", "*o*|!two"]), "max": st.integers(1, 9)},
    **{kind: {} for kind in FILES},
}


@st.composite
def workflows(draw: st.DrawFn) -> tuple[Graph, list[dict[str, Any]]]:
    """A graph of known nodes, linked to earlier ones, and options that mostly fit it."""
    graph: Graph = {}
    for at in range(draw(st.integers(1, 6))):
        class_type = draw(st.sampled_from([*core().classes]))
        inputs: dict[str, Any] = {}
        for name, kind in core().input_types(class_type).items():
            linked = [key for key in graph if kind in core().outputs(graph[key]["class_type"])]
            if kind in WIDGETS or not linked:
                inputs[name] = draw(literals)
            else:
                source = draw(st.sampled_from(linked))
                inputs[name] = [source, core().outputs(graph[source]["class_type"]).index(kind)]
        graph[str(at)] = {"class_type": class_type, "inputs": inputs, "_meta": {"title": f"N{at}"}}
    return graph, [draw(fitting(graph, name)) for name in sorted(draw(st.sets(st.sampled_from("abc"), min_size=1)))]


@st.composite
def fitting(draw: st.DrawFn, graph: Graph, name: str) -> dict[str, Any]:
    """An option of the graph."""
    kind = draw(st.sampled_from(OptionType))
    picks = kind in {OptionType.CHOICE, OptionType.LORA}
    places = [
        f"N{target.node}.{target.input}"
        for target, value in inputs_of(graph).items()
        if link(value) is None and (is_list(graph, target) is picks or kind in FILES)
    ]
    entry: dict[str, Any] = {
        "name": name,
        "type": kind,
        "targets": draw(st.lists(st.sampled_from(places or ["N0.x"]), min_size=1, max_size=2)),
    }
    if kind is OptionType.SIZE:
        entry["targets"] *= 2
    if kind is OptionType.CHOICE:
        lists = [{"choices": ["one", "two"]}, {"choices_from": "input"}, {"choices_from": "loras", "pattern": "*"}]
        entry |= draw(st.sampled_from(lists))
    if draw(st.booleans()):
        entry["bypass"] = [f"N{draw(st.sampled_from([*graph]))}"]
        return entry
    return entry | draw(st.fixed_dictionaries({}, optional=EXTRAS[kind]))
