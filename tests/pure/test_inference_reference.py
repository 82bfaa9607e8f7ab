"""Three graphs as people made them: inference alone finds what a command needs."""

import json

import pytest

from bot.comfy.simulator.catalogue import MODELS
from bot.comfy.simulator.catalogue import Catalogue as Simulated
from bot.comfy.simulator.validation import validate
from bot.comfy.simulator.versions import Version
from bot.workflow.binding import Facts, bind, check, place
from bot.workflow.catalogue import Catalogue
from bot.workflow.completing import complete
from bot.workflow.inference import infer
from bot.workflow.option import FILES, OptionType
from bot.workflow.recipe import recipe_of
from bot.workflow.workflow import Workflow, build_workflow
from tests.shared import shared_path

SHARED = {"size", "count", "steps", "cfg", "seed", "model", "sampler", "scheduler"}


def server() -> Simulated:
    return Simulated(MODELS, lambda: ["a.png"])


def workflow(name: str) -> Workflow:
    catalogue = Catalogue(server().classes)
    graph = json.loads(shared_path(f"reference/graphs/{name}.json").read_text("utf-8"))
    graph, _notes = complete(graph, catalogue)
    return build_workflow(infer(graph, catalogue, "draw", file="draw.json").manifest, graph, "draw.json", catalogue)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("text-to-image", {"prompt", "negative"}),
        ("lora-clip-skip", {"prompt", "negative", "lora", "lora_strength", "clip_skip"}),
        ("unclip-controlnet", {"negative", "image", "image_2", "control_net", "control_strength"}),
    ],
)
def test_it_offers_what_a_command_needs(name: str, more: set[str]) -> None:
    """In the last the text goes where it is said against; for it stand two pictures, and its words are zeroed out."""
    assert workflow(name).options.keys() == SHARED | more


@pytest.mark.parametrize("name", ["text-to-image", "lora-clip-skip", "unclip-controlnet"])
def test_binding_the_defaults_gives_the_graph_again(name: str) -> None:
    found = workflow(name)
    bound = bind(found, {}, 1)
    for target in found.seeds:
        bound[target.node]["inputs"][target.input] = found.graph[target.node]["inputs"][target.input]
    for key, node in found.graph.items():
        node["inputs"] |= {name: round(value, 9) for name, value in node["inputs"].items() if isinstance(value, float)}
        assert bound[key]["inputs"] == node["inputs"]


@pytest.mark.parametrize("name", ["text-to-image", "lora-clip-skip", "unclip-controlnet"])
def test_a_server_accepts_it_with_every_option_given(name: str) -> None:
    found, simulated = workflow(name), server()
    catalogue = Catalogue(simulated.classes)
    given: dict[str, object] = {
        **{each: "a.png" for each, option in found.options.items() if option.type in FILES},
        **{each: "a fox" for each, option in found.options.items() if option.type is OptionType.TEXT},
        "size": "640x448",
        "count": 3,
        "steps": 12,
        "seed": 5,
        "sampler": "heun",
    }
    values = check(found, given, catalogue)
    facts = Facts(catalogue, "easel/x", {"a.png": "a.png"})

    placed = place(bind(found, values, 5), facts, recipe=recipe_of(found), values=values)
    verdict = validate(
        placed.graph, None, catalogue=simulated, version=Version("0.33.0"), own_checks=lambda _name: None
    )

    assert (verdict.error, verdict.node_errors) == (None, {})
