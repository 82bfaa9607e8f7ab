"""Every template of the ComfyUI team that a recorded server knows becomes a command, but for reasons.

The table `REFUSED` says which do not and why; run with `-s` to see counts and times.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.comfy.simulator.validation import validate
from bot.comfy.simulator.versions import Version
from bot.errors import WorkflowError
from bot.ui.commands import CommandParameter, build_command, in_languages
from bot.ui.options import command_option
from bot.workflow.binding import bind
from bot.workflow.graph import Graph
from bot.workflow.inference.writing import write_manifest
from bot.workflow.manifest import Manifest
from bot.workflow.option import OptionType
from bot.workflow.presets import with_presets
from bot.workflow.reading import parse_manifest
from bot.workflow.workflow import Workflow
from tests.pure.templates import (
    Made,
    complaints,
    convert,
    make,
    package_version,
    recorded_catalogue,
    recorded_server,
    saved_names,
)

#: the package whose templates were counted and argued for, and how many of each part the recorded server knows
COUNTED = "0.1.123"
KNOWN = (64, 68, 67, 65, 67, 68, 63, 68)
PARTS = len(KNOWN)

NEWER = "a paid node is asked for a model or voice which the service offers since, with inputs of its own"
SHIFTED = "a paid node has inputs since, so that the saved values are one off: a seed that holds a text"
CONVERTER = "a subgraph hands a value to an input that is no widget, which the converter leaves away"
MACHINE = "it asks for a list entry which servers have only with other hardware or packages"
UNJOINED = "its save node is joined to an output of a subgraph that nothing is joined to inside"
#: what ComfyUI 0.33 itself would refuse; nothing that inference does could make it run
REFUSED = {
    **dict.fromkeys(
        (
            "api_anthropic_claude_fable5_1.json",
            "api_anthropic_claude_opus_5_5.json",
            "api_bytedance_seedream_5_0_flash_image_edit.json",
            "api_bytedance_seedream_5_0_flash_t2i.json",
            "api_elevenlabs_v4_text_to_speech.json",
            "api_fishaudio_drama3_dialogue.json",
            "api_fishaudio_drama3_directed.json",
            "api_minimax_h3_max_flf2v.json",
            "api_minimax_h3_max_i2v.json",
            "api_minimax_h3_max_r2v.json",
            "api_minimax_h3_max_t2v.json",
            "api_minimax_h3_max_turbo_i2v.json",
            "api_minimax_h3_max_turbo_t2v.json",
            "api_nano_banana_2_1_image_edit.json",
            "api_nano_banana_2_1_t2i.json",
            "api_openai_gpt_image_25_flare_image_edit.json",
            "api_openai_gpt_image_25_flare_t2i.json",
            "api_openai_gpt_image_25_sunburst_image_edit.json",
            "api_openai_gpt_image_25_sunburst_t2i.json",
            "api_recraft_v4_1_flash_t2i.json",
            "api_seedance2_5_draft_i2v.json",
            "api_seedance2_5_draft_r2v.json",
            "api_seedance2_5_draft_t2v.json",
        ),
        NEWER,
    ),
    **dict.fromkeys(
        (
            "api_bytedance_seedream_5_0_lite_image_edit.json",
            "api_meshy7_1_image_to_model.json",
            "api_meshy7_image_to_model.json",
            "api_meshy_image_to_model.json",
            "api_meshy_multi_image_to_model.json",
        ),
        SHIFTED,
    ),
    **dict.fromkeys(
        (
            "image_ernie_image.json",
            "image_ernie_image_turbo.json",
            "template_ltx2_3_ic_lora_ingredients.json",
            "video_ltx2_3_ic_lora.json",
        ),
        CONVERTER,
    ),
    **dict.fromkeys(
        (
            "image_ming_image_01_design_t2i.json",
            "image_minimax_h3_t2i.json",
            "image_moss_image_base_t2i.json",
            "image_moss_image_t2i.json",
        ),
        MACHINE,
    ),
    "video_ltx2_i2v_lora.json": UNJOINED,
}
#: they teach what primitives are, and call them so
LESSONS = {"basic_datatype_conversion.json"}


@dataclass(frozen=True)
class Part:
    """Some of the templates: what was made of those whose every node is known, and what was refused."""

    number: int
    converted: int
    known: tuple[str, ...]
    made: dict[str, Made]
    refused: dict[str, WorkflowError]


@pytest.fixture(scope="module", params=range(PARTS))
def part(request: pytest.FixtureRequest) -> Part:
    names = saved_names()[request.param :: PARTS]
    graphs = {name: convert(name) for name in names}
    catalogue = recorded_catalogue()
    known = [name for name in names if all(catalogue.has(node["class_type"]) for node in graphs[name].values())]
    made: dict[str, Made] = {}
    refused: dict[str, WorkflowError] = {}
    for name in known:
        try:
            made[name] = make(name, graphs[name])
        except WorkflowError as error:
            refused[name] = error
    return Part(request.param, len(graphs), tuple(known), made, refused)


def test_there_are_as_many_as_were_counted() -> None:
    if package_version() != COUNTED:
        pytest.skip(f"counted for {COUNTED}")

    assert len(saved_names()) == 644
    assert sum(KNOWN) == 530
    assert REFUSED.keys() <= set(saved_names())


def test_the_documentation_counts_the_same() -> None:
    text = (Path(__file__).parents[2] / "docs" / "workflows.md").read_text("utf-8")

    told = {why: int(count) for count, why in re.findall(r"^\| (\d+) \| (.+) \|$", text, re.MULTILINE)}

    assert told == Counter(REFUSED.values())
    assert f"{sum(KNOWN) - len(REFUSED)} of those become commands" in text
    assert COUNTED in text


def test_those_whose_nodes_are_known_become_commands_but_for_reasons(part: Part) -> None:
    print(f"\n{part.converted} converted, {len(part.known)} known, {len(part.made)} commands;", end=" ")  # noqa: T201
    print(f"the slowest took {max(made.seconds for made in part.made.values()):.3f} s;", end=" ")  # noqa: T201
    print("refused:", dict(Counter(REFUSED.get(name, "?") for name in part.refused)))  # noqa: T201

    if package_version() == COUNTED:
        assert len(part.known) == KNOWN[part.number]
        assert set(part.refused) == REFUSED.keys() & set(part.known)
    assert [name for name, error in part.refused.items() if "ComfyUI would refuse it: " not in error.problem] == []


def test_each_has_something_to_choose(part: Part) -> None:
    assert [name for name, made in part.made.items() if not made.workflow.options] == []


def test_binding_the_defaults_gives_the_graph_again(part: Part) -> None:
    """But for seeds, and for fractions such as 0.7000000000000001, which are 0.7 in the manifest."""
    changed = {name: list(changes(made.graph, made.workflow)) for name, made in part.made.items()}

    assert {name: found for name, found in changed.items() if found} == {}


def test_the_server_accepts_them_but_for_models_and_pictures(part: Part) -> None:
    refusals = {name: list(refused(made)) for name, made in part.made.items()}

    assert {name: found for name, found in refusals.items() if found} == {}


def test_discord_takes_the_commands(part: Part) -> None:
    tree = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))
    problems = {name: list(too_much(payload(made.workflow.manifest, tree))) for name, made in part.made.items()}

    assert {name: found for name, found in problems.items() if found} == {}


def test_names_say_something(part: Part) -> None:
    """Not `value_3`: what a member reads is a word."""
    empty = {"", "value", "option", "input", "string", "float", "int", "number"}
    words = {
        name: {re.sub(r"_?\d+$", "", option) for option in made.workflow.options} for name, made in part.made.items()
    }

    assert {name: found & empty for name, found in words.items() if found & empty and name not in LESSONS} == {}


def test_their_manifests_can_be_written_down_and_read_again(part: Part) -> None:
    for name, made in part.made.items():
        manifest = made.workflow.manifest
        assert parse_manifest(write_manifest(manifest, made.graph, made.notes), "made.toml") == manifest, name


def changes(graph: Graph, workflow: Workflow) -> Iterator[str]:
    """The inputs which another value is in."""
    seeds = {(target.node, target.input) for target in workflow.seeds}
    bound = bind(workflow, {}, 1)
    assert bound.keys() == graph.keys()
    for key, node in graph.items():
        for name, value in node["inputs"].items():
            found = bound[key]["inputs"].get(name)
            if (key, name) not in seeds and not alike(value, found):
                yield f"{key}.{name}: {value!r} -> {found!r}"
        assert bound[key].keys() == node.keys()
        assert bound[key]["inputs"].keys() == node["inputs"].keys()


def alike(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return isclose(one, other, rel_tol=1e-9)
    return one == other and type(one) is type(other)


def refused(made: Made) -> Iterator[str]:
    """What ComfyUI 0.33's own checks say, but for what no server can have by itself, and what the notes named."""
    verdict = validate(
        bind(made.workflow, {}, 1),
        None,
        catalogue=recorded_server(),
        version=Version("0.33.0"),
        own_checks=lambda _name: None,
    )
    if verdict.error is not None and not verdict.node_errors:
        yield str(verdict.error)
    yield from complaints(made, verdict.node_errors)


def payload(manifest: Manifest, tree: app_commands.CommandTree[Any]) -> dict[str, Any]:
    """What Discord gets, built as the bot builds it."""

    async def nothing(*_given: object) -> Any:
        return ()

    options = {
        option.name: CommandParameter(
            in_languages(option.name, option.names),
            in_languages(option.description, option.helps),
            command_option(option, nothing),
            option.required,
        )
        for option in with_presets(manifest)
    }
    name, description = in_languages(manifest.name, manifest.names), manifest.description
    return build_command(name, in_languages(description, manifest.descriptions), options, nothing).to_dict(tree)


def too_much(command: dict[str, Any]) -> Iterator[str]:
    """What Discord would refuse."""
    options = command["options"]
    if len(options) > 25:
        yield f"{len(options)} options"
    if sum(len(each["name"]) + len(each["description"]) for each in [command, *options]) > 8000:
        yield "more than 8000 characters"
    if [option["required"] for option in options] != sorted((option["required"] for option in options), reverse=True):
        yield "a required option after another"
    for option in options:
        if not (1 <= len(option["name"]) <= 32 and 1 <= len(option["description"]) <= 100):
            yield option["name"]
        if abs(option.get("max_value", 0)) > 2**53 or abs(option.get("min_value", 0)) > 2**53:
            yield f"{option['name']}: bounds"
    if len({option["name"] for option in options}) != len(options):
        yield "a name twice"


def test_only_one_seed_is_asked_for(part: Part) -> None:
    kinds = {name: [option.type for option in made.workflow.options.values()] for name, made in part.made.items()}

    assert [name for name, found in kinds.items() if found.count(OptionType.SEED) > 1] == []
