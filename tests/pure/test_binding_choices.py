"""Which graph and which files are used: by what a person gave, what a graph requires and what a server has."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.errors import OptionRefused, WorkflowUnfit
from bot.ui.options import suggestions
from bot.workflow.binding import bind, check, place
from bot.workflow.catalogue import Catalogue
from bot.workflow.choosing import choose, offered
from bot.workflow.graph import Graph, Target
from bot.workflow.hosts import hosts_of
from bot.workflow.models import stand_in
from bot.workflow.names import matching
from bot.workflow.presets import expand, with_presets
from bot.workflow.reading import parse_manifest
from bot.workflow.recipe import Recipe, recipe_of
from bot.workflow.workflow import Workflow, build_workflow
from tests.pure.workflow_parts import facts

LOADER = {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "base"}, "_meta": {"title": "Model"}}
LORA = {
    "class_type": "LoraLoader",
    "inputs": {"lora_name": "x", "strength_model": 1.0, "strength_clip": 1.0, "model": ["1", 0], "clip": ["1", 1]},
    "_meta": {"title": "LoRA"},
}
PROMPT = {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["1", 1]}, "_meta": {"title": "Prompt"}}
GRAPH: Graph = {"1": LOADER, "2": PROMPT, "3": LORA}
TWO = """
description = "Draw"
[[option]]
name = "prompt"
type = "text"
targets = "Prompt.text"
[[option]]
name = "model"
type = "choice"
choices_from = "input"
targets = "Model.ckpt_name"
[[variant]]
name = "big"
graph = "big.json"
requires = { models = ["checkpoints/*xl*|!*refiner*"], comfyui = "0.20" }
without = ["prompt"]
[[variant]]
name = "small"
graph = "small.json"
requires = { models = ["checkpoints/*"] }
"""


def build(text: str) -> list[Workflow]:
    manifest = parse_manifest(text, "draw.toml")
    each = manifest.variants or (None,)
    return [build_workflow(manifest, GRAPH, "draw.toml", variant=variant) for variant in each]


def option(**keys: str) -> Workflow:
    facts = {"name": '"o"', "type": '"text"', "targets": '"Prompt.text"'} | keys
    lines = (f"{key} = {value}\n" for key, value in facts.items())
    return build('description = "Draw"\n[[option]]\n' + "".join(lines))[0]


def server(*checkpoints: str, loras: tuple[str, ...] = ()) -> Catalogue:
    def lists(name: str, values: tuple[str, ...], more: dict[str, Any], *gives: str) -> dict[str, Any]:
        return {"input": {"required": {name: [list(values)], **more}}, "output": list(gives)}

    strengths = {"strength_model": ["FLOAT"], "strength_clip": ["FLOAT"], "model": ["MODEL"], "clip": ["CLIP"]}
    return Catalogue(
        {
            "CheckpointLoaderSimple": lists("ckpt_name", checkpoints, {}, "MODEL", "CLIP", "VAE"),
            "CLIPTextEncode": {
                "input": {"required": {"text": ["STRING"], "clip": ["CLIP"]}},
                "output": ["CONDITIONING"],
            },
            "LoraLoader": lists("lora_name", loras, strengths, "MODEL", "CLIP"),
        }
    )


def chosen(given: dict[str, object], catalogue: Catalogue | None, version: str = "0.33.0") -> str:
    workflow, _values = choose(build(TWO), given, hosts_of(catalogue, version))
    assert workflow.variant is not None
    return workflow.variant.name


@pytest.mark.parametrize(
    ("given", "models", "version", "name"),
    [
        ({}, ("one", "xl"), "0.33.0", "big"),
        ({}, ("one", "xl"), "0.9.1", "small"),
        ({}, ("one", "xl"), "", "big"),
        ({}, ("one",), "0.33.0", "small"),
        ({}, ("xl_refiner", "one"), "0.33.0", "small"),
        ({"model": "one"}, ("one", "xl"), "0.33.0", "small"),
        ({"prompt": "a fox"}, ("one", "xl"), "0.33.0", "small"),
        ({"prompt": None}, ("one", "xl"), "0.33.0", "big"),
    ],
)
def test_the_first_graph_is_used_that_the_server_runs_and_that_takes_the_values(
    given: dict[str, object], models: tuple[str, ...], version: str, name: str
) -> None:
    assert chosen(given, server(*models), version) == name


def test_before_any_server_was_reached_the_least_demanding_graph_is_used() -> None:
    assert chosen({}, None) == "small"


def test_an_option_no_graph_that_runs_has_is_refused_by_the_graphs_name() -> None:
    with pytest.raises(OptionRefused, match="big has no use for it") as refused:
        choose(build(TWO)[:1], {"prompt": "a fox"}, hosts_of(server("xl"), "0.33.0"))

    assert refused.value.option == "prompt"


def test_a_model_that_is_nowhere_is_refused_with_the_closest_of_all_graphs() -> None:
    with pytest.raises(OptionRefused, match="`dreamshaper`"):
        choose(build(TWO), {"model": "dreamshape"}, hosts_of(server("dreamshaper", "xl"), "0.33.0"))


def test_a_command_no_graph_of_which_runs_says_what_each_lacks() -> None:
    with pytest.raises(WorkflowUnfit) as unfit:
        choose(build(TWO), {}, hosts_of(server(), "0.33.0"))

    assert [reason.partition(":")[0] for reason in unfit.value.reasons] == ["big", "small"]
    assert "“*xl*”" in unfit.value.reasons[0]


def test_models_are_offered_that_any_graph_takes() -> None:
    (first, second) = build(TWO)

    assert offered("model", [first], hosts_of(server("one", "xl", "xl_refiner"))) == ("xl",)
    assert offered("model", [first, second], hosts_of(server("one", "xl", "xl_refiner"))) == ("xl", "one", "xl_refiner")


def test_a_default_the_server_lacks_becomes_one_that_the_graph_requires() -> None:
    (big, _small) = build(TWO)

    placed = place(bind(big, {}, 0), facts(server("a", "my_xl")), recipe=recipe_of(big), values={})

    assert placed.used == {"model": "my_xl"}
    assert placed.graph["1"]["inputs"]["ckpt_name"] == "my_xl"


def test_a_default_the_server_lacks_becomes_one_that_the_option_offers() -> None:
    workflow = option(type='"choice"', choices_from='"input"', pattern='"sd15/*"', targets='"Model.ckpt_name"')

    placed = place(bind(workflow, {}, 0), facts(server("a", "sd15/b")), recipe=recipe_of(workflow), values={})

    assert placed.used == {"o": "sd15/b"}


@pytest.mark.parametrize(
    ("name", "found"),
    [("t5xxl_fp16", "t5xxl_fp8"), ("clip_l", "clip_l_new"), ("other", "clip_l_new"), ("x/t5xxl_fp8", "t5xxl_fp8")],
)
def test_of_several_required_files_of_a_folder_the_right_one_stands_in(name: str, found: str) -> None:
    requires = ("text_encoders/*clip_l*", "text_encoders/*t5xxl*", "vae/ae")

    assert stand_in(name, ("clip_l_new", "t5xxl_fp8", "zzz"), requires, "text_encoders") == found


def test_nothing_stands_in_where_nothing_is_required() -> None:
    assert stand_in("a", ("b",), ("vae/*",), "checkpoints") is None


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*xl*", ["SDXL", "xl/pony"]),
        ("*xl*|*one*", ["one", "SDXL", "xl/pony"]),
        ("*xl*|!*pony*", ["SDXL"]),
        ("!*xl*", ["one"]),
        ("XL\\*", ["xl/pony"]),
        ("", []),
    ],
)
def test_a_pattern_has_several_words_and_exceptions(pattern: str, names: list[str]) -> None:
    assert list(matching(("one", "SDXL", "xl/pony"), (pattern,)) or ()) == names


@pytest.mark.parametrize(
    ("given", "name", "strength"),
    [("one", "one", 1.0), ("one:0.8", "one", 0.8), ("ONE: -2", "one", -2.0), ("a:b", "a:b", 1.0)],
)
def test_a_lora_is_a_name_and_perhaps_a_strength(given: str, name: str, strength: float) -> None:
    workflow = option(type='"lora"', targets='"LoRA.lora_name"')
    values = check(workflow, {"o": given}, server(loras=("one", "a:b")))

    graph = bind(workflow, values, 0)

    assert graph["3"]["inputs"]["lora_name"] == name
    assert graph["3"]["inputs"]["strength_model"] == graph["3"]["inputs"]["strength_clip"] == strength


@pytest.mark.parametrize(("given", "words"), [("two", "`one`"), ("one:9", "-2 to 2"), ("one:nan", "out of range")])
def test_a_lora_that_is_not_there_or_too_strong_is_refused(given: str, words: str) -> None:
    workflow = option(type='"lora"', targets='"LoRA.lora_name"', min="-2", max="2")

    with pytest.raises(OptionRefused, match=words):
        check(workflow, {"o": given}, server(loras=("one",)))


def test_a_lora_is_offered_with_the_strength_typed_so_far() -> None:
    (lora,) = option(type='"lora"', targets='"LoRA.lora_name"').options.values()

    assert suggestions(lora, ["one", "two"], "on:0.") == [("one:0.", "one:0.")]
    assert suggestions(lora, ["one", "two"], "tw") == [("two", "two")]


@pytest.mark.parametrize(
    ("keys", "given", "made"),
    [
        ({"template": '"a {value}, 35 mm"'}, "fox", "a fox, 35 mm"),
        ({"template": '"{value}"'}, "{value}", "{value}"),
        ({"prefix": '"a "', "suffix": '"!"'}, "fox", "a fox!"),
        ({"type": '"integer"', "multiply": "24", "round_to": "8"}, 3, 72),
        ({"type": '"number"', "multiply": "24", "round_to": "8"}, 2.2, 56),
        ({"type": '"number"', "round_to": "0.25"}, 0.6, 0.5),
        ({"type": '"number"', "multiply": "0.1"}, 3, 0.3),
    ],
)
def test_a_value_is_put_into_words_or_scaled_on_its_way(keys: dict[str, str], given: object, made: object) -> None:
    workflow = option(**keys)

    found = bind(workflow, check(workflow, {"o": given}), 0)["2"]["inputs"]["text"]

    assert found == made
    assert type(found) is type(made)


PRESETS = """
description = "Draw"
[[option]]
name = "prompt"
type = "text"
required = true
targets = "Prompt.text"
[[option]]
name = "model"
type = "choice"
choices_from = "input"
targets = "Model.ckpt_name"
[[preset]]
name = "Night"
values = { model = "dark", prompt = "at night" }
"""


def test_a_preset_gives_what_the_person_did_not() -> None:
    manifest = parse_manifest(PRESETS, "draw.toml")

    assert expand(manifest, {"preset": "Night", "prompt": "a fox"}) == {"model": "dark", "prompt": "a fox"}
    assert expand(manifest, {"preset": "Night", "model": None, "prompt": "a"}) == {"model": "dark", "prompt": "a"}
    assert expand(manifest, {"preset": None, "prompt": "a fox"}) == {"prompt": "a fox"}
    assert [each.name for each in with_presets(manifest)] == ["prompt", "preset", "model", "repeat"]


def test_a_preset_there_is_not_is_refused_with_those_there_are() -> None:
    with pytest.raises(OptionRefused, match="`Night`"):
        expand(parse_manifest(PRESETS, "draw.toml"), {"preset": "Day"})


def test_a_presets_values_choose_the_graph_as_if_they_were_given() -> None:
    preset = '[[preset]]\nname = "plain"\nvalues = { model = "one" }\n'
    workflows = build(TWO + preset)
    given = expand(workflows[0].manifest, {"preset": "plain"})

    workflow, values = choose(workflows, given, hosts_of(server("one", "xl"), "0.33.0"))

    assert workflow.variant is not None
    assert (workflow.variant.name, values) == ("small", {"model": "one"})


def test_a_recipe_is_kept_whole_as_json() -> None:
    (big, _small) = build(TWO.replace('choices_from = "input"', 'choices_from = "input"\npattern = "*"'))
    recipe = recipe_of(big)

    assert Recipe.from_dict(json.loads(json.dumps(recipe.to_dict()))) == recipe
    assert recipe.variant == "big"
    assert recipe.models == ("checkpoints/*xl*|!*refiner*",)
    assert recipe.patterns == {"model": ("*",)}
    assert recipe.lists["model"] == (Target("1", "ckpt_name"),)


def test_a_recipe_of_an_earlier_version_is_read() -> None:
    old = {"lists": {"model": [["1", "ckpt_name"]]}, "defaults": {"steps": 20}, "outputs": ["9"]}

    recipe = Recipe.from_dict(old)

    assert recipe == Recipe({"model": (Target("1", "ckpt_name"),)}, {"steps": 20}, ("9",))
