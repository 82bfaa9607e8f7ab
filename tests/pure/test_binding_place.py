"""A server's own facts are put into a bound graph."""

import json

import pytest

from bot.failures import BadInput, MissingModel
from bot.workflow.binding import bind, check, files_in, place
from bot.workflow.catalogue import Catalogue
from bot.workflow.graph import Graph
from bot.workflow.option import Value
from bot.workflow.reading import parse_manifest
from bot.workflow.recipe import Recipe, recipe_of
from bot.workflow.workflow import build_workflow
from tests.pure.workflow_parts import facts, load, node, node_prefixes, server


def test_every_save_node_saves_under_the_jobs_own_prefix() -> None:
    workflow = load("picture")
    bound = bind(workflow, {"picture": "picture"}, 0)
    bound["9"] = {"class_type": "SaveAnywhere", "inputs": {}}
    catalogue = Catalogue({"SaveAnywhere": {"input": {"optional": {"filename_prefix": ["STRING"]}}, "output": []}})

    placed = place(bound, facts(catalogue, {"picture": "x.png"}), recipe=recipe_of(workflow), values={})

    assert node_prefixes(placed.graph) == {"4": "easel/job", "9": "easel/job"}
    assert node_prefixes(bound) == {"4": "ComfyUI"}


def test_files_are_named_once_the_server_has_them() -> None:
    workflow = load("picture")
    bound = json.loads(json.dumps(bind(workflow, {"picture": "picture"}, 0)))

    placed = place(bound, facts(server(image=[]), {"picture": "easel-1.png"}), recipe=recipe_of(workflow), values={})

    assert files_in(bound) == {"picture"}
    assert files_in(placed.graph) == frozenset()
    assert node(placed.graph, "Picture")["image"] == "easel-1.png"


def test_a_file_the_server_does_not_have_stops_the_job() -> None:
    workflow = load("picture")

    with pytest.raises(BadInput, match="Picture"):
        place(bind(workflow, {"picture": "picture"}, 0), facts(), recipe=recipe_of(workflow), values={})


def test_a_model_nobody_chose_becomes_the_servers_first() -> None:
    workflow = load("imagine", "workflows")
    values = check(workflow, {"prompt": "x"})

    placed = place(
        bind(workflow, values, 0), facts(server(ckpt_name=["b", "a"])), recipe=recipe_of(workflow), values=values
    )

    assert node(placed.graph, "Checkpoint")["ckpt_name"] == "b"
    assert placed.used == {"model": "b"}


def test_what_was_chosen_while_no_server_was_known_is_found_once_there_is_one() -> None:
    workflow = load("imagine", "workflows")
    values = check(workflow, {"prompt": "x", "model": "two"})

    placed = place(
        bind(workflow, values, 0),
        facts(server(ckpt_name=["a", "sd/two.ckpt"])),
        recipe=recipe_of(workflow),
        values=values,
    )

    assert placed.used["model"] == "sd/two.ckpt"


def test_the_graphs_model_is_found_in_another_folder() -> None:
    workflow = load("imagine", "workflows")
    catalogue = server(ckpt_name=["a", "sd15\\v1-5-pruned-emaonly-fp16.safetensors"])

    placed = place(
        bind(workflow, {"prompt": "x"}, 0), facts(catalogue), recipe=recipe_of(workflow), values={"prompt": "x"}
    )

    assert placed.used["model"] == "sd15\\v1-5-pruned-emaonly-fp16.safetensors"


def test_a_model_somebody_chose_and_the_server_lacks_fails_with_the_closest() -> None:
    workflow = load("imagine", "workflows")
    values: dict[str, Value] = {"prompt": "x", "lora": "watercolor.safetensors"}

    with pytest.raises(MissingModel) as missing:
        place(
            bind(workflow, values, 0),
            facts(server(lora_name=["ink.safetensors", "style/watercolour.safetensors"])),
            recipe=recipe_of(workflow),
            values=values,
        )

    assert (missing.value.title, missing.value.input) == ("LoRA", "lora_name")
    assert missing.value.closest == ("style/watercolour.safetensors",)


def test_a_server_without_any_model_is_said() -> None:
    workflow = load("imagine", "workflows")

    with pytest.raises(MissingModel) as missing:
        place(bind(workflow, {}, 0), facts(server(ckpt_name=[])), recipe=recipe_of(workflow), values={})

    assert missing.value.value == "v1-5-pruned-emaonly-fp16.safetensors"


def test_a_graph_can_be_placed_without_its_workflow() -> None:
    bound = bind(load("imagine", "workflows"), {"prompt": "x"}, 0)

    placed = place(bound, facts(server()), recipe=Recipe(), values={"prompt": "x"})

    assert node_prefixes(placed.graph) == {"10": "easel/job"}
    assert placed.used == {}


def test_text_that_slipped_through_stops_at_the_server() -> None:
    """A node that nothing was known about when its workflow was loaded turns out to read a file."""
    graph: Graph = {"1": {"class_type": "LoadAny", "inputs": {"image": "example.png"}, "_meta": {"title": "Any"}}}
    text = 'description="D"\n[[option]]\nname="o"\ntype="text"\ntargets="Any.image"'
    workflow = build_workflow(parse_manifest(text, "d.toml"), graph, "d.toml")
    catalogue = Catalogue({"LoadAny": {"input": {"required": {"image": ["COMBO", {"image_upload": True}]}}}})
    values = check(workflow, {"o": "../x [output]"})

    with pytest.raises(MissingModel):
        place(bind(workflow, values, 0), facts(catalogue), recipe=recipe_of(workflow), values=values)
