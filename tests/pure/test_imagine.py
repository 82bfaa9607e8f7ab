"""/imagine for any checkpoint: Discord takes its command, a server takes its graph."""

import json

import pytest

from bot.comfy.simulator.catalogue import MODELS
from bot.comfy.simulator.catalogue import Catalogue as Simulated
from bot.comfy.simulator.validation import validate
from bot.comfy.simulator.versions import Version
from bot.workflow.binding import Facts, bind, check, place
from bot.workflow.catalogue import Catalogue
from bot.workflow.library import Workflow
from bot.workflow.option import OptionType, Value
from bot.workflow.recipe import recipe_of
from tests.pure.workflow_parts import load
from tests.shared import shared_path

OPTIONS = (
    *("prompt", "negative", "size", "count", "steps", "cfg", "seed", "sampler", "scheduler"),
    *("model", "vae", "lora", "lora_strength", "clip_skip"),
)
EVERYTHING: dict[str, Value] = {
    "prompt": "a fox",
    "negative": "snow",
    "size": "large wide",
    "count": 16,
    "steps": 100,
    "cfg": 0,
    "seed": 0,
    "sampler": "euler",
    "scheduler": "simple",
    "model": "sd_xl_base_1.0.safetensors",
    "vae": "sdxl_vae.safetensors",
    "lora": "styles/watercolour.safetensors",
    "lora_strength": -1,
    "clip_skip": 12,
}


@pytest.fixture(scope="module")
def imagine() -> Workflow:
    return load("imagine", "workflows")


@pytest.fixture(scope="module")
def simulated() -> Simulated:
    return Simulated(MODELS, list)


def test_its_options_are_these(imagine: Workflow) -> None:
    assert tuple(imagine.options) == OPTIONS
    assert [name for name, option in imagine.options.items() if option.required] == ["prompt"]


def test_its_node_titles_are_for_people(imagine: Workflow) -> None:
    titles = [node["_meta"]["title"] for node in imagine.graph.values()]

    assert len(set(titles)) == len(titles)
    assert not set(titles) & {node["class_type"] for node in imagine.graph.values()}


@pytest.mark.parametrize("name", OPTIONS)
def test_a_server_accepts_its_graph_with_each_option_and_with_the_rest_left_out(
    imagine: Workflow, simulated: Simulated, name: str
) -> None:
    needed = {"prompt", name, *(["lora"] if name == "lora_strength" else [])}

    assert refusals(imagine, simulated, {given: EVERYTHING[given] for given in OPTIONS if given in needed}) == {}


def test_a_server_accepts_its_graph_with_all_options(imagine: Workflow, simulated: Simulated) -> None:
    assert refusals(imagine, simulated, EVERYTHING) == {}


@pytest.mark.parametrize("name", ["square", "large portrait", "256x2048"])
def test_a_server_accepts_its_sizes(imagine: Workflow, simulated: Simulated, name: str) -> None:
    assert refusals(imagine, simulated, {"prompt": "x", "size": name}) == {}


def refusals(workflow: Workflow, simulated: Simulated, given: dict[str, Value]) -> dict[str, object]:
    """What the server's own checks say of the graph."""
    catalogue = Catalogue(simulated.classes)
    values = check(workflow, given, catalogue)
    placed = place(
        bind(workflow, values, 1), Facts(catalogue, "easel/x", {}), recipe=recipe_of(workflow), values=values
    )
    verdict = validate(placed.graph, None, catalogue=simulated, version=Version("0.33.0"), own_checks=lambda *_: None)
    return verdict.node_errors | ({"error": verdict.error} if verdict.error else {})


def test_every_input_it_sets_is_on_a_recorded_server(imagine: Workflow) -> None:
    catalogue = Catalogue(json.loads(shared_path("reference/traces/object_info.json").read_text("utf-8")))

    for node in imagine.graph.values():
        assert list(catalogue.input_types(node["class_type"]).keys() - node["inputs"].keys()) == []
        assert node["inputs"].keys() <= catalogue.input_types(node["class_type"]).keys()
    for name, option in imagine.options.items():
        if option.choices_from:
            (target,) = imagine.targets[name]
            assert catalogue.choices(imagine.graph[target.node]["class_type"], target.input) is not None


def test_a_recorded_server_runs_its_default_graph_with_its_own_model(imagine: Workflow) -> None:
    catalogue = Catalogue(json.loads(shared_path("reference/traces/object_info.json").read_text("utf-8")))
    values = check(imagine, {"prompt": "x"}, catalogue)

    placed = place(bind(imagine, values, 1), Facts(catalogue, "easel/x", {}), recipe=recipe_of(imagine), values=values)

    assert placed.used == {"sampler": "dpmpp_2m", "scheduler": "karras", "model": "tiny-sd15-random.safetensors"}


def test_its_sizes_have_both_sides_a_multiple_of_64(imagine: Workflow) -> None:
    sizes = imagine.options["size"]

    assert sizes.type is OptionType.SIZE
    for size in (sizes.choices or {}).values():
        assert [int(side) % 64 for side in str(size).split("x")] == [0, 0]
