"""Values go where the manifest says, nodes that are not asked for go, and a server's own facts are put in."""

import json
import random
from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from bot.errors import BadInput, MissingModel, OptionRefused
from bot.workflow.binding import Facts, bind, check, choices_for, choose_seed, files_in, place, roll_seed
from bot.workflow.catalogue import Catalogue
from bot.workflow.graph import Graph, parse_graph
from bot.workflow.library import Library, Workflow
from bot.workflow.manifest import Value
from bot.workflow.names import closest, match
from bot.workflow.reading import parse_manifest
from bot.workflow.workflow import build_workflow

ROOT = Path(__file__).parents[2]


def load(name: str, folder: str = "tests/data/workflows") -> Workflow:
    library = Library(ROOT / folder)
    library.load()
    return library.workflows[name]


def server(**lists: list[Any]) -> Catalogue:
    """A catalogue of loaders with these lists."""
    inputs = {
        "CheckpointLoaderSimple": ("ckpt_name", "MODEL"),
        "LoraLoader": ("lora_name", "MODEL"),
        "VAELoader": ("vae_name", "VAE"),
        "LoadImage": ("image", "IMAGE"),
    }
    return Catalogue(
        {
            class_type: {"input": {"required": {name: [lists.get(name, ["one.safetensors"])]}}, "output": [kind]}
            for class_type, (name, kind) in inputs.items()
        }
    )


def facts(catalogue: Catalogue | None = None, uploads: Mapping[str, str] | None = None) -> Facts:
    return Facts(catalogue=catalogue, prefix="easel/job", uploads=uploads or {})


def node(graph: Graph, title: str) -> dict[str, Any]:
    """The inputs of the node with that title."""
    (inputs,) = [node["inputs"] for node in graph.values() if node["_meta"]["title"] == title]
    found: dict[str, Any] = inputs
    return found


def titles(graph: Graph) -> set[str]:
    return {node["_meta"]["title"] for node in graph.values()}


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
    place(graph, facts(server()), workflow=workflow, values={"prompt": "a fox", "lora": "one"})

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


@pytest.mark.parametrize(
    ("values", "option", "words"),
    [
        ({}, "prompt", ["needed"]),
        ({"prompt": "x" * 1501}, "prompt", ["1501", "1500"]),
        ({"prompt": "x", "modle": "y"}, "modle", ["/imagine", "“model”"]),
        ({"prompt": "x", "steps": 101}, "steps", ["101", "1 to 100"]),
        ({"prompt": "x", "steps": 2.5}, "steps", ["whole number"]),
        ({"prompt": "x", "steps": True}, "steps", ["whole number"]),
        ({"prompt": "x", "cfg": float("nan")}, "cfg", ["number"]),
        ({"prompt": "x", "seed": -1}, "seed", ["0", str(2**53 - 1)]),
        ({"prompt": "x", "seed": 2**53}, "seed", [str(2**53 - 1)]),
        ({"prompt": "x", "size": "big"}, "size", ["“big”", "768x512", "`landscape`"]),
        ({"prompt": "x", "size": "641x448"}, "size", ["multiples of 8", "640x448"]),
        ({"prompt": "x", "size": "64x64"}, "size", ["256 to 2048"]),
        ({"prompt": "x", "size": "99999x512"}, "size", ["256 to 2048"]),
        ({"prompt": "x", "lora_strength": 0.5}, "lora_strength", ["without `lora`"]),
        ({"prompt": "x", "model": "twoo"}, "model", ["“twoo”", "`two.safetensors`"]),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_with_what_to_do(
    values: dict[str, object], option: str, words: list[str]
) -> None:
    workflow = load("imagine", "workflows")

    with pytest.raises(OptionRefused) as refused:
        check(workflow, values, server(ckpt_name=["one.safetensors", "two.safetensors"]))

    assert refused.value.option == option
    assert [word for word in words if word not in refused.value.problem] == []


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        ({"size": "Large Square "}, {"size": "large square"}),
        ({"size": " 640 × 448"}, {"size": "640x448"}),
        ({"size": "640*448"}, {"size": "640x448"}),
        ({"model": "Two"}, {"model": "sd/two.safetensors"}),
        ({"model": "sd\\two.safetensors"}, {"model": "sd/two.safetensors"}),
        ({"seed": 0}, {"seed": 0}),
        ({"steps": None}, {}),
    ],
)
def test_values_come_out_in_their_plain_form(given: dict[str, object], plain: dict[str, object]) -> None:
    workflow = load("imagine", "workflows")
    catalogue = server(ckpt_name=["one.safetensors", "sd/two.safetensors"])

    assert check(workflow, {"prompt": "x", **given}, catalogue) == {"prompt": "x", **plain}


def test_steps_between_two_values_are_refused_with_the_nearest() -> None:
    text = 'description="D"\n[[option]]\nname="o"\ntype="number"\nmin=1\nstep=0.5\ntargets="A.x"'
    workflow = build_workflow(parse_manifest(text, "d.toml"), {"1": {"class_type": "A", "inputs": {"x": 1}}}, "d.toml")

    assert check(workflow, {"o": 2.5}) == {"o": 2.5}
    with pytest.raises(OptionRefused, match=r"steps of 0\.5, such as 2\.5"):
        check(workflow, {"o": 2.6})


def test_choices_are_the_manifests_or_the_servers() -> None:
    workflow = load("imagine", "workflows")
    catalogue = server(lora_name=["a", "b"])

    assert choices_for(workflow.options["lora"], workflow, catalogue) == ("a", "b")
    assert choices_for(workflow.options["size"], workflow, None)[:2] == ("square", "portrait")
    assert choices_for(workflow.options["lora"], workflow, None) == ()
    assert choices_for(workflow.options["prompt"], workflow, catalogue) == ()


def test_every_save_node_saves_under_the_jobs_own_prefix() -> None:
    workflow = load("picture")
    bound = bind(workflow, {"picture": "picture"}, 0)
    bound["9"] = {"class_type": "SaveAnywhere", "inputs": {}}
    catalogue = Catalogue({"SaveAnywhere": {"input": {"optional": {"filename_prefix": ["STRING"]}}, "output": []}})

    placed = place(bound, facts(catalogue, {"picture": "x.png"}), workflow=workflow, values={})

    assert node_prefixes(placed.graph) == {"4": "easel/job", "9": "easel/job"}
    assert node_prefixes(bound) == {"4": "ComfyUI"}


def node_prefixes(graph: Graph) -> dict[str, object]:
    inputs = {key: node["inputs"] for key, node in graph.items()}
    return {key: found["filename_prefix"] for key, found in inputs.items() if "filename_prefix" in found}


def test_files_are_named_once_the_server_has_them() -> None:
    workflow = load("picture")
    bound = json.loads(json.dumps(bind(workflow, {"picture": "picture"}, 0)))

    placed = place(bound, facts(server(image=[]), {"picture": "easel-1.png"}), workflow=workflow, values={})

    assert files_in(bound) == {"picture"}
    assert files_in(placed.graph) == frozenset()
    assert node(placed.graph, "Picture")["image"] == "easel-1.png"


def test_a_file_the_server_does_not_have_stops_the_job() -> None:
    workflow = load("picture")

    with pytest.raises(BadInput, match="Picture"):
        place(bind(workflow, {"picture": "picture"}, 0), facts(), workflow=workflow, values={})


def test_a_model_nobody_chose_becomes_the_servers_first() -> None:
    workflow = load("imagine", "workflows")
    values = check(workflow, {"prompt": "x"})

    placed = place(bind(workflow, values, 0), facts(server(ckpt_name=["b", "a"])), workflow=workflow, values=values)

    assert node(placed.graph, "Checkpoint")["ckpt_name"] == "b"
    assert placed.used == {"model": "b"}


def test_what_was_chosen_while_no_server_was_known_is_found_once_there_is_one() -> None:
    workflow = load("imagine", "workflows")
    values = check(workflow, {"prompt": "x", "model": "two"})

    placed = place(
        bind(workflow, values, 0), facts(server(ckpt_name=["a", "sd/two.ckpt"])), workflow=workflow, values=values
    )

    assert placed.used["model"] == "sd/two.ckpt"


def test_the_graphs_model_is_found_in_another_folder() -> None:
    workflow = load("imagine", "workflows")
    catalogue = server(ckpt_name=["a", "sd15\\v1-5-pruned-emaonly-fp16.safetensors"])

    placed = place(bind(workflow, {"prompt": "x"}, 0), facts(catalogue), workflow=workflow, values={"prompt": "x"})

    assert placed.used["model"] == "sd15\\v1-5-pruned-emaonly-fp16.safetensors"


def test_a_model_somebody_chose_and_the_server_lacks_fails_with_the_closest() -> None:
    workflow = load("imagine", "workflows")
    values: dict[str, Value] = {"prompt": "x", "lora": "watercolor.safetensors"}

    with pytest.raises(MissingModel) as missing:
        place(
            bind(workflow, values, 0),
            facts(server(lora_name=["ink.safetensors", "style/watercolour.safetensors"])),
            workflow=workflow,
            values=values,
        )

    assert (missing.value.title, missing.value.input) == ("LoRA", "lora_name")
    assert missing.value.closest == ("style/watercolour.safetensors",)


def test_a_server_without_any_model_is_said() -> None:
    workflow = load("imagine", "workflows")

    with pytest.raises(MissingModel) as missing:
        place(bind(workflow, {}, 0), facts(server(ckpt_name=[])), workflow=workflow, values={})

    assert missing.value.value == "v1-5-pruned-emaonly-fp16.safetensors"


def test_a_graph_can_be_placed_without_its_workflow() -> None:
    bound = bind(load("imagine", "workflows"), {"prompt": "x"}, 0)

    placed = place(bound, facts(server()), workflow=None, values={"prompt": "x"})

    assert node_prefixes(placed.graph) == {"10": "easel/job"}
    assert placed.used == {}


TRICKS = [
    "../x [output]",
    "x.png [output]",
    "..\\x",
    "/etc/passwd",
    "C:x",
    "a//b",
    "x.png [input]",
    "models/../../x",
    "",
]


@pytest.mark.parametrize("text", TRICKS)
@pytest.mark.parametrize("option", ["model", "vae", "lora", "sampler"])
@pytest.mark.parametrize("catalogue", [None, server()], ids=["never up", "up"])
def test_text_from_a_person_never_names_a_file(text: str, option: str, catalogue: Catalogue | None) -> None:
    workflow = load("imagine", "workflows")

    with pytest.raises(OptionRefused) as refused:
        check(workflow, {"prompt": "x", option: text}, catalogue)

    assert refused.value.option == option


def test_text_that_slipped_through_stops_at_the_server() -> None:
    """A node that nothing was known about when its workflow was loaded turns out to read a file."""
    graph: Graph = {"1": {"class_type": "LoadAny", "inputs": {"image": "example.png"}, "_meta": {"title": "Any"}}}
    text = 'description="D"\n[[option]]\nname="o"\ntype="text"\ntargets="Any.image"'
    workflow = build_workflow(parse_manifest(text, "d.toml"), graph, "d.toml")
    catalogue = Catalogue({"LoadAny": {"input": {"required": {"image": ["COMBO", {"image_upload": True}]}}}})
    values = check(workflow, {"o": "../x [output]"})

    with pytest.raises(MissingModel):
        place(bind(workflow, values, 0), facts(catalogue), workflow=workflow, values=values)


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


def test_names_match_as_people_type_them() -> None:
    names = ("sd/Dream_8.safetensors", "xl/base.safetensors", "old/base.safetensors", "v1.5.ckpt")

    assert match("dream_8", names) == "sd/Dream_8.safetensors"
    assert match("base.safetensors", names) is None
    assert match("v1.5", names) == "v1.5.ckpt"
    assert closest("base", names) == ("xl/base.safetensors", "old/base.safetensors")
    assert closest("dreem_8", names) == ("sd/Dream_8.safetensors",)
    assert closest("", ()) == ()
