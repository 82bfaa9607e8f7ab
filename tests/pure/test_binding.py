"""Values go where the manifest says, and nodes that are not asked for go."""

import json
import random
from collections.abc import Mapping
from copy import deepcopy

from bot.workflow.binding import bind, check, choose_seed, files_in, place, roll_seed
from bot.workflow.graph import Graph, parse_graph
from bot.workflow.option import Value
from bot.workflow.reading import parse_manifest
from bot.workflow.recipe import recipe_of
from bot.workflow.workflow import build_workflow
from tests.pure.workflow_parts import facts, load, node, server, titles


def draw(values: Mapping[str, Value], seed: int = 7) -> Graph:
    workflow = load("imagine", "workflows")
    return bind(workflow, check(workflow, {"prompt": "a fox", **values}), seed)


def test_values_land_in_their_targets() -> None:
    graph = draw({"negative": "snow", "size": "640x448", "count": 3, "steps": 9, "cfg": 4.5, "clip_skip": 2})

    assert node(graph, "Prompt")["text"] == "a fox"
    assert node(graph, "Negative prompt")["text"] == "snow"
    assert node(graph, "Canvas") == {"width": 640, "height": 448, "batch_size": 3}
    assert (node(graph, "Sampler")["steps"], node(graph, "Sampler")["cfg"]) == (9, 4.5)
    assert node(graph, "Clip skip")["stop_at_clip_layer"] == -2


def test_seed_zero_is_zero() -> None:
    assert node(draw({}, seed=0), "Sampler")["seed"] == 0


def test_what_is_left_out_is_bypassed_and_its_links_are_joined() -> None:
    graph = draw({})

    assert {"LoRA", "VAE", "Clip skip"}.isdisjoint(titles(graph))
    assert node(graph, "Sampler")["model"] == ["1", 0]
    assert node(graph, "Prompt")["clip"] == node(graph, "Negative prompt")["clip"] == ["1", 1]
    assert node(graph, "Decode")["vae"] == ["1", 2]


def test_a_node_whose_option_is_given_stays_joined_as_it_was() -> None:
    graph = draw({"lora": "one", "lora_strength": 0.5})

    assert node(graph, "LoRA") == {
        "lora_name": "one",
        "strength_model": 0.5,
        "strength_clip": 0.5,
        "model": ["1", 0],
        "clip": ["1", 1],
    }
    assert node(graph, "Prompt")["clip"] == ["3", 1]
    assert node(graph, "Sampler")["model"] == ["3", 0]


def test_a_switch_that_is_off_bypasses() -> None:
    workflow = load("picture")

    on = bind(workflow, {"picture": "picture", "invert": True}, 0)
    off = bind(workflow, {"picture": "picture", "invert": False}, 0)

    assert node(on, "Save")["images"] == ["2", 0]
    assert node(off, "Save")["images"] == ["1", 0]


def test_the_template_is_never_changed() -> None:
    workflow = load("imagine", "workflows")
    before = deepcopy(workflow.graph)

    graph = bind(workflow, {"prompt": "a fox", "lora": "one"}, 7)
    bound = deepcopy(graph)
    place(graph, facts(server()), recipe=recipe_of(workflow), values={"prompt": "a fox", "lora": "one"})

    assert workflow.graph == before
    assert graph == bound


def test_a_graph_without_a_seed_option_still_gets_a_new_seed() -> None:
    graph = {
        "1": {"class_type": "A", "inputs": {"seed": 1, "noise_seed": 2, "other": 3}},
        "2": {"class_type": "B", "inputs": {"seed": ["1", 0]}},
    }
    manifest = parse_manifest('description = "Roll"', "roll.toml")

    bound = bind(build_workflow(manifest, graph, "roll.toml"), {}, 9)

    assert bound["1"]["inputs"] == {"seed": 9, "noise_seed": 9, "other": 3}
    assert bound["2"]["inputs"] == {"seed": ["1", 0]}


def test_transforms_apply_on_the_way_into_the_graph() -> None:
    manifest = parse_manifest(
        """
        description = "Draw"
        [[option]]
        name = "animal"
        type = "text"
        prefix = "a photo of "
        suffix = ", wild"
        targets = "A.text"
        [[option]]
        name = "style"
        type = "choice"
        choices = { "Loud" = 11 }
        targets = "A.volume"
        [[option]]
        name = "percent"
        type = "integer"
        multiply = 0.01
        targets = "A.amount"
        """,
        "draw.toml",
    )
    graph: Graph = {"1": {"class_type": "A", "inputs": {"text": "", "volume": 1, "amount": 0.5}}}
    workflow = build_workflow(manifest, graph, "draw.toml")

    values = check(workflow, {"animal": "a fox", "style": "loud", "percent": 35})
    bound = bind(workflow, values, 0)

    assert values["style"] == "Loud"
    assert bound["1"]["inputs"] == {"text": "a photo of a fox, wild", "volume": 11, "amount": 0.35}


def test_titles_win_over_classes_and_classes_over_ids() -> None:
    graph = {
        "B": {"class_type": "A", "inputs": {"x": 0}},
        "2": {"class_type": "C", "inputs": {"x": 0}, "_meta": {"title": "B"}},
        "57:9": {"class_type": "D", "inputs": {"x.y": 0}, "_meta": {"title": "a.b"}},
    }
    text = (
        'description = "D"\n[[option]]\nname = "o"\ntype = "integer"\ntargets = ["B.x", "A.x", "57:9.x.y", "a.b.x.y"]'
    )

    workflow = build_workflow(parse_manifest(text, "d.toml"), parse_graph(json.dumps(graph), "d.json"), "d.toml")

    assert [target.node for target in workflow.targets["o"]] == ["2", "B", "57:9", "57:9"]


def test_text_that_looks_like_a_marker_stays_text() -> None:
    trick = '{"easel:file": "picture"}'
    bound = draw({"negative": trick})

    assert node(bound, "Negative prompt")["text"] == trick
    assert files_in(bound) == frozenset()


def test_seeds_are_what_discord_can_hold() -> None:
    rng = random.Random(1)

    assert all(0 <= roll_seed(rng) < 2**53 for _ in range(1000))


def test_a_given_seed_is_used_and_a_rolled_one_fits_the_node() -> None:
    text = 'description="D"\n[[option]]\nname="s"\ntype="seed"\nmax=3\ntargets="A.seed"'
    graph: Graph = {"1": {"class_type": "A", "inputs": {"seed": 0}}}
    workflow = build_workflow(parse_manifest(text, "d.toml"), graph, "d.toml")
    rng = random.Random(1)

    assert choose_seed(workflow, {"s": 0}, rng) == 0
    assert {choose_seed(workflow, {}, rng) for _ in range(100)} == {0, 1, 2, 3}
