"""Graphs of any shape: inference makes a manifest that loads, or says one sentence; it never crashes or hangs."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import WorkflowError
from bot.workflow.binding import bind
from bot.workflow.completing import complete
from bot.workflow.graph import Graph, check_graph, link
from bot.workflow.inference import infer
from bot.workflow.inference.app_mode import read_picks
from bot.workflow.inference.web import Web
from bot.workflow.inference.writing import write_manifest
from bot.workflow.reading import parse_manifest
from bot.workflow.workflow import build_workflow
from tests.pure.graphs import drawing, node, nodes, sampler

CLASSES = (
    *("KSampler", "KSamplerAdvanced", "SamplerCustomAdvanced", "CFGGuider", "CLIPTextEncode", "ConditioningCombine"),
    *("ConditioningZeroOut", "ControlNetApplyAdvanced", "EmptyLatentImage", "LoadImage", "LoraLoader", "SaveImage"),
    *("ComfySwitchNode", "StringConcatenate", "PrimitiveInt", "PrimitiveStringMultiline", "GetImageSize", "VAEDecode"),
    *("ImageScaleBy", "ResolutionSelector", "CheckpointLoaderSimple", "PreviewAny", "CLIPSetLastLayer", "Unheard"),
    *("WanVideoSampler", "WanVideoTextEncode", "PaidPicture", "Strange", "LatentUpscaleBy", "ResizeImageMaskNode"),
)
TITLES = ("KSampler", "Prompt", "$x", "input: y", "output: z", "1", "2.text", "a\nb", "", "Load Image (Last Frame)")
KEYS = (*"123456789", "57:9", "0")
LITERALS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.lists(st.integers(), max_size=2)
    | st.dictionaries(st.text(max_size=3), st.integers(), max_size=2)
)
LINKS = st.tuples(st.sampled_from(KEYS), st.integers(-1, 4)).map(list)


@st.composite
def graph_nodes(draw: st.DrawFn) -> dict[str, Any]:
    class_type = draw(st.sampled_from(CLASSES))
    known = list(nodes().input_types(class_type))
    names = draw(st.lists(st.sampled_from([*known, "switch", "on_true", "seed", "x.y"]), unique=True, max_size=12))
    inputs = {name: draw(LINKS | LITERALS) for name in names}
    return {"class_type": class_type, "inputs": inputs, "_meta": {"title": draw(st.sampled_from(TITLES))}}


GRAPHS = st.dictionaries(st.sampled_from(KEYS), graph_nodes(), min_size=1)


def understood(graph: Graph) -> None:
    """The whole way of a graph without a manifest, as far as it goes."""
    try:
        checked, notes = complete(check_graph(graph, "x.json"), nodes())
        found = infer(checked, nodes(), "x", file="x.json")
    except WorkflowError:
        return
    workflow = build_workflow(found.manifest, checked, "x.json", nodes())
    bound = bind(workflow, {}, 1)
    taken = [target for targets in workflow.targets.values() for target in targets]
    assert len(taken) == len(set(taken))
    assert {key: each["class_type"] for key, each in bound.items()} == {
        key: each["class_type"] for key, each in checked.items()
    }
    assert parse_manifest(write_manifest(found.manifest, checked, notes), "x.toml") == found.manifest


@given(graph=GRAPHS)
@settings(max_examples=300)
def test_any_graph_becomes_a_command_that_loads_or_one_sentence(graph: Graph) -> None:
    understood(graph)


@given(changes=st.dictionaries(st.sampled_from(("for", "against", "canvas", "extra")), graph_nodes()), data=st.data())
@settings(max_examples=150)
def test_a_drawing_with_odd_parts_becomes_a_command_or_one_sentence(
    changes: Mapping[str, Any], data: st.DataObject
) -> None:
    graph = drawing(**changes)
    for each in changes.values():
        for name, value in each["inputs"].items():
            if link(value) is not None:
                each["inputs"][name] = [data.draw(st.sampled_from(list(graph))), value[1]]

    understood(graph)


JSON = st.recursive(
    LITERALS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)
SAVED_NODES = st.lists(
    st.fixed_dictionaries(
        {},
        optional={
            "id": st.integers(0, 3) | JSON,
            "type": st.sampled_from(["sub", "PrimitiveNode", "Reroute", "KSampler", "CustomCombo"]) | JSON,
            "title": JSON,
            "inputs": st.lists(st.fixed_dictionaries({"name": st.just("steps") | JSON}), max_size=3) | JSON,
            "properties": st.fixed_dictionaries({"proxyWidgets": st.lists(st.just(["1", "steps"]) | JSON, max_size=2)})
            | JSON,
            "widgets_values": JSON,
        },
    )
    | JSON,
    max_size=4,
)
SAVED_LINKS = st.lists(st.lists(st.integers(0, 4), max_size=6) | JSON, max_size=5)
HOMES = {
    "nodes": SAVED_NODES | JSON,
    "links": SAVED_LINKS | JSON,
    "inputs": st.lists(
        st.fixed_dictionaries({"name": st.just("steps"), "linkIds": st.lists(st.integers(0, 4))}) | JSON, max_size=2
    )
    | JSON,
}
SAVED = st.fixed_dictionaries(
    {
        "extra": st.fixed_dictionaries(
            {
                "linearData": st.fixed_dictionaries(
                    {
                        "inputs": st.lists(st.tuples(st.integers(0, 4), st.just("steps")).map(list) | JSON, max_size=4)
                        | JSON
                    },
                    optional={"outputs": st.lists(st.integers(0, 4)) | JSON},
                )
                | JSON
            }
        )
        | JSON,
        **HOMES,
    },
    optional={
        "definitions": st.fixed_dictionaries(
            {"subgraphs": st.lists(st.fixed_dictionaries({"id": st.just("sub") | JSON, **HOMES}), max_size=2) | JSON}
        )
        | JSON
    },
)


@given(saved=SAVED)
@settings(max_examples=200)
def test_any_saved_workflow_s_picks_are_read(saved: Any) -> None:
    read_picks(json.loads(json.dumps(saved)), Web({**drawing(), "1": sampler(), "2": sampler()}, nodes()))


MANY = 3000


def ladder(class_type: str, first: str, second: str, feet: Graph, **inputs: Any) -> Graph:
    """Each rung takes both its inputs from the one below: twice as many ways at every step."""
    rungs = {
        str(at): node(class_type, **dict.fromkeys((first, second), (str(at - 1), 0)) | inputs) for at in range(1, MANY)
    }
    return {**rungs, "0": next(iter(feet.values())), **dict(list(feet.items())[1:])}


def towers() -> dict[str, Graph]:
    top = str(MANY - 1)
    words = {"0": node("PrimitiveStringMultiline", "Prompt", value="a fox")}
    switches = {
        str(at): node("ComfySwitchNode", switch=(str(at - 1), 0), on_true=(str(at - 1), 0), on_false=(str(at - 1), 0))
        for at in range(1, MANY)
    }
    latents = {str(at): sampler(latent_image=(str(at - 1), 0)) for at in range(1, MANY)}
    encode = {"0": node("CLIPTextEncode", text="a fox", clip=("model", 1))}
    return {
        "conditionings": drawing(
            sampler=sampler(positive=(top, 0)),
            **ladder("ConditioningCombine", "conditioning_1", "conditioning_2", encode),
        ),
        "texts": drawing(
            **{"for": node("CLIPTextEncode", text=(top, 0), clip=("model", 1))},
            **ladder("StringConcatenate", "string_a", "string_b", words, delimiter=""),
        ),
        "switches": drawing(
            sampler=sampler(steps=(top, 0)), **switches, **{"0": node("PrimitiveBoolean", "Fast", value=True)}
        ),
        "samplers": drawing(
            sampler=sampler(latent_image=(top, 0)),
            **latents,
            **{"0": node("EmptyLatentImage", width=64, height=64, batch_size=1)},
        ),
        "pictures": {
            **{f"load{at}": node("LoadImage", f"Picture {at}", image="a.png") for at in range(MANY)},
            **{f"save{at}": node("SaveImage", images=(f"load{at}", 0), filename_prefix="x") for at in range(MANY)},
        },
        "rings": {
            **{str(at): node("ImageInvert", image=(str((at + 1) % MANY), 0)) for at in range(MANY)},
            "save": node("SaveImage", images=("0", 0), filename_prefix="x"),
        },
    }


@pytest.mark.parametrize("name", ["conditionings", "texts", "switches", "samplers", "pictures", "rings"])
def test_thousands_of_nodes_are_gone_through_once(name: str) -> None:
    """A hang shows as a test that never ends; there is nothing to wait for here."""
    graph = towers()[name]

    found = infer(graph, nodes(), "x", file="x.json")

    assert len(found.manifest.options) <= 25
