"""Whatever is in the files and whatever people give: binding touches only what it says, and nothing crashes."""

import json
from copy import deepcopy
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.errors import OptionRefused, WorkflowError
from bot.failures import JobFailed
from bot.workflow.binding import Facts, bind, check, files_in, place
from bot.workflow.catalogue import Catalogue
from bot.workflow.core import core
from bot.workflow.graph import Graph, link, parse_graph
from bot.workflow.library import Workflow
from bot.workflow.manifest import Manifest, Preset, Variant, keys_of
from bot.workflow.option import Option, OptionType
from bot.workflow.reading import parse_manifest
from bot.workflow.recipe import recipe_of
from bot.workflow.values import FILE_MARKER
from bot.workflow.workflow import build_workflow
from tests.pure.workflow_parts import load
from tests.pure.workflow_strategies import (
    SOME,
    anything,
    graphs,
    inputs_of,
    is_list,
    manifest_of,
    options,
    toml,
    workflows,
)

IMAGINE = load("imagine", "workflows")

KEYS = st.sampled_from([*keys_of(Option), *keys_of(Variant), *keys_of(Preset)])

relaxed = settings(deadline=None, max_examples=150)


imagine_values = st.fixed_dictionaries(
    {"prompt": st.text(min_size=1, max_size=30)},
    optional={
        "negative": st.text(max_size=30),
        "size": st.sampled_from(["square", "wide", "640x448", "2048x256"]),
        "count": st.integers(1, 16),
        "steps": st.integers(1, 100),
        "cfg": st.floats(0, 30) | st.integers(0, 30),
        "seed": st.integers(0, 2**53 - 1),
        "sampler": st.sampled_from(["euler", "ddim"]),
        "model": st.sampled_from(["a.safetensors", "b/c.ckpt"]),
        "vae": st.just("v.pt"),
        "lora": st.just("l.safetensors"),
        "clip_skip": st.integers(1, 12),
    },
)


def try_building(text: str, graph: str, catalogue: Catalogue | None = None) -> Workflow | None:
    try:
        return build_workflow(parse_manifest(text, "x.toml"), parse_graph(graph, "x.json"), "x.toml", catalogue)
    except WorkflowError:
        return None


@relaxed
@given(values=imagine_values, seed=st.integers(0, 2**53 - 1))
def test_bind_changes_only_targets_bypasses_and_seeds(values: dict[str, Any], seed: int) -> None:
    before = deepcopy(IMAGINE.graph)
    checked = check(IMAGINE, values)

    graph = bind(IMAGINE, checked, seed)

    gone = IMAGINE.bypassed(checked)
    allowed = {target for name, found in IMAGINE.targets.items() for target in found} | set(IMAGINE.seeds)
    old, new = inputs_of(before), inputs_of(graph)
    changed = {target for target in new if new[target] != old[target]}
    assert IMAGINE.graph == before
    assert graph.keys() == before.keys() - gone
    assert {target for target in changed if (source := link(old[target])) is None or source[0] not in gone} <= allowed
    assert all(new[target] == seed for target in IMAGINE.seeds)
    assert all(source[0] in graph for value in new.values() if (source := link(value)) is not None)
    assert all(
        {key: part for key, part in node.items() if key != "inputs"}
        == {key: part for key, part in before[id_].items() if key != "inputs"}
        for id_, node in graph.items()
    )


@relaxed
@given(values=imagine_values, seed=st.integers(0, 2**53 - 1))
def test_binding_twice_gives_the_same_graph_as_json_too(values: dict[str, Any], seed: int) -> None:
    first = bind(IMAGINE, check(IMAGINE, values), seed)

    assert bind(IMAGINE, check(IMAGINE, check(IMAGINE, values)), seed) == first
    assert json.loads(json.dumps(first, allow_nan=False)) == first


@relaxed
@given(text=st.text(max_size=200), graph=st.text(max_size=200))
def test_no_text_crashes_the_loader(text: str, graph: str) -> None:
    try_building(text, graph)
    try_building('description = "x"', graph)


@relaxed
@given(
    facts=st.dictionaries(
        st.sampled_from([*keys_of(Manifest), "x"]), anything | st.lists(st.dictionaries(KEYS, anything)), max_size=4
    ),
    graph=anything,
)
def test_no_odd_values_crash_the_loader(facts: dict[str, Any], graph: object) -> None:
    try_building(toml({"description": "x", **facts}), json.dumps(graph))


@settings(deadline=None, max_examples=200)
@given(graph=graphs, entries=st.lists(options, max_size=3), known=st.booleans())
def test_random_manifests_and_graphs_load_or_say_why(
    graph: dict[str, Any], entries: list[dict[str, Any]], known: bool
) -> None:
    try_building(manifest_of(entries), json.dumps(graph), core() if known else None)


@settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.filter_too_much])
@given(pair=workflows(), data=st.data(), seed=st.integers(0, 2**53 - 1), known=st.booleans())
def test_whatever_loads_binds_and_places_without_a_marker_left(
    pair: tuple[Graph, list[dict[str, Any]]], data: st.DataObject, seed: int, known: bool
) -> None:
    workflow = try_building(manifest_of(pair[1]), json.dumps(pair[0]))
    assume(workflow is not None)
    assert workflow is not None
    catalogue = core() if known else None
    before = deepcopy(workflow.graph)
    values = {}
    for name, option in workflow.options.items():
        values[name] = data.draw(st.none() | SOME[option.type], label=name)
    try:
        checked = check(workflow, values, catalogue)
    except OptionRefused:
        return

    bound = bind(workflow, checked, seed)

    assert workflow.graph == before
    json.dumps(bound, allow_nan=False)
    assert all(source[0] in bound for value in inputs_of(bound).values() if (source := link(value)) is not None)
    assert_no_text_names_a_file(workflow, bound, set(checked))
    uploads = dict.fromkeys(files_in(bound), "up.png")
    try:
        placed = place(bound, Facts(catalogue, "easel/1", uploads), recipe=recipe_of(workflow), values=checked)
    except JobFailed:
        return
    assert FILE_MARKER not in json.dumps(placed.graph)
    assert {value for target, value in inputs_of(placed.graph).items() if target.input == "filename_prefix"} <= {
        "easel/1"
    }


def assert_no_text_names_a_file(workflow: Workflow, graph: Graph, names: set[str]) -> None:
    for name in names:
        if workflow.options[name].type is OptionType.TEXT:
            for target in workflow.targets[name]:
                assert target.node not in graph or not is_list(graph, target)


@relaxed
@given(
    text=st.text(min_size=1, max_size=20).map(lambda text: f"../{text} [output]"),
    option=st.sampled_from(["model", "lora"]),
)
def test_no_path_ever_reaches_a_loader(text: str, option: str) -> None:
    """Even past `check`: what the server's list does not hold is not sent."""
    catalogue = Catalogue(
        {
            "CheckpointLoaderSimple": {
                "input": {"required": {"ckpt_name": [["a"]]}},
                "output": ["MODEL", "CLIP", "VAE"],
            },
            "LoraLoader": {"input": {"required": {"lora_name": [["b"]]}}, "output": ["MODEL", "CLIP"]},
        }
    )
    values = {"prompt": "x", option: text}

    try:
        placed = place(
            bind(IMAGINE, values, 0), Facts(catalogue, "easel/1", {}), recipe=recipe_of(IMAGINE), values=values
        )
    except JobFailed:
        return
    assert text not in json.dumps(placed.graph, ensure_ascii=False)
