"""The workflows that ship: the right graph for each owner's models, and graphs that a server takes."""

from __future__ import annotations

import json

import pytest

from bot.errors import OptionRefused
from bot.workflow.catalogue import Catalogue
from bot.workflow.choosing import choose, offered
from bot.workflow.entry import Status
from bot.workflow.hosts import hosts_of
from bot.workflow.option import FILES, Option, OptionType, Value
from tests.pure.shipped_parts import (
    NEEDED,
    OWNERS,
    TRIED,
    WAYS,
    catalogue,
    library,
    placed,
    refusals,
    shipped,
    shipped_variant,
)
from tests.shared import shared_path


def some(option: Option) -> Value:
    """What a person may give for it."""
    values: dict[OptionType, Value] = {
        OptionType.TEXT: "snow",
        OptionType.SEED: 0,
        OptionType.SIZE: "640x448",
        OptionType.LORA: "one:0.5",
    }
    return option.name if option.type in FILES else values.get(option.type) or option.max or 0


def test_all_that_ships_can_be_used() -> None:
    assert library().problems == ()
    assert set(library().workflows) == set(TRIED) == set(NEEDED)


@pytest.mark.parametrize(("command", "variant", "owner"), WAYS)
def test_an_owner_gets_the_graph_for_their_models(command: str, variant: str, owner: str) -> None:
    workflow, _values = choose(shipped(command).variants, NEEDED[command], hosts_of(catalogue(owner), "0.33.0"))

    assert (workflow.variant.name if workflow.variant else "") == variant


@pytest.mark.parametrize(("command", "variant", "owner"), WAYS)
def test_a_server_takes_the_graph_with_nothing_but_what_is_needed(command: str, variant: str, owner: str) -> None:
    assert refusals(placed(shipped_variant(command, variant), NEEDED[command], owner), owner) == {}


@pytest.mark.parametrize(("command", "variant", "owner"), WAYS)
def test_a_server_takes_the_graph_with_every_option(command: str, variant: str, owner: str) -> None:
    workflow = shipped_variant(command, variant)
    given = {
        name: offered(name, [workflow], hosts_of(catalogue(owner)))[0]
        if option.type is OptionType.CHOICE
        else some(option)
        for name, option in workflow.options.items()
    }

    assert refusals(placed(workflow, given, owner), owner) == {}


@pytest.mark.parametrize("command", TRIED)
def test_without_its_models_a_command_is_hidden_with_a_reason_for_each_graph(command: str) -> None:
    entry = shipped(command, "nothing")

    assert entry.status is Status.UNFIT
    assert len(entry.reasons) >= len(TRIED[command])
    assert all("has no file “" in reason for reason in entry.reasons)


@pytest.mark.parametrize(("command", "variant", "owner"), WAYS)
def test_only_the_owners_own_files_of_the_right_kind_are_loaded(command: str, variant: str, owner: str) -> None:
    """Names differ from server to server; what the graph calls them stands for what there is."""
    graph = placed(shipped_variant(command, variant), NEEDED[command], owner)

    loaded = {str(value) for node in graph.values() for value in node["inputs"].values()}
    assert loaded & {name for names in OWNERS[owner].values() for name in names} == {
        name for name in loaded if name.endswith((".safetensors", ".ckpt", ".pth"))
    }


def test_flux_gets_each_of_its_text_encoders_where_it_belongs() -> None:
    graph = placed(shipped_variant("imagine", "Flux"), {"prompt": "x"}, "Flux")

    titled = {node["_meta"]["title"]: node["inputs"] for node in graph.values()}
    assert titled["Text encoder"]["clip_name1"] == "clip_l.safetensors"
    assert titled["Text encoder"]["clip_name2"] == "t5xxl_fp8_e4m3fn_scaled.safetensors"
    assert titled["VAE"]["vae_name"] == "FLUX1/ae.safetensors"
    assert titled["Model"]["unet_name"] == "flux1-krea-dev.safetensors"


@pytest.mark.parametrize(
    ("owner", "given", "variant"),
    [
        ("Z-Image-Turbo", {"negative": "snow"}, "any checkpoint"),
        ("Z-Image-Turbo", {"model": "dreamshaper_8"}, "any checkpoint"),
        ("Qwen-Image", {"negative": "snow"}, "Qwen-Image"),
        ("Qwen-Image", {"clip_skip": 2}, "SDXL"),
        ("Flux checkpoint", {"model": "v1-5-pruned-emaonly"}, "any checkpoint"),
        ("SDXL", {"model": "dreamshaper_8"}, "any checkpoint"),
    ],
)
def test_a_value_that_only_a_later_graph_takes_picks_that_graph(
    owner: str, given: dict[str, object], variant: str
) -> None:
    workflow, _values = choose(
        shipped("imagine").variants, {"prompt": "x", **given}, hosts_of(catalogue(owner), "0.33.0")
    )

    assert workflow.variant is not None
    assert workflow.variant.name == variant


@pytest.mark.parametrize(
    ("owner", "given", "option", "words"),
    [
        ("Flux", {"negative": "snow"}, "negative", "Flux has no use for it. Leave it out."),
        ("Flux checkpoint", {"negative": "x", "model": "flux1-dev-fp8"}, "negative", "Flux checkpoint has no use"),
        ("SDXL", {"model": "dreamshape"}, "model", "`dreamshaper_8.safetensors`"),
        ("SDXL", {"steps": 999, "model": "dreamshaper_8"}, "steps", "999 is out of range"),
    ],
)
def test_what_no_graph_takes_is_refused_with_what_helps(
    owner: str, given: dict[str, object], option: str, words: str
) -> None:
    with pytest.raises(OptionRefused) as refused:
        choose(shipped("imagine").variants, {"prompt": "x", **given}, hosts_of(catalogue(owner), "0.33.0"))

    assert refused.value.option == option
    assert words in refused.value.problem


def test_models_of_every_graph_are_offered_and_no_others() -> None:
    names = offered("model", shipped("imagine").variants, hosts_of(catalogue("Z-Image-Turbo"), "0.33.0"))

    assert set(names) == {"z_image_turbo_fp8.safetensors", "dreamshaper_8.safetensors"}


@pytest.mark.parametrize("command", TRIED)
def test_its_buttons_lead_to_pictures_of_commands_that_ship(command: str) -> None:
    workflows = library().workflows

    for goal in workflows[command].manifest.actions.values():
        name, _dot, option = goal.partition(".")
        assert workflows[name].options[option].type is OptionType.IMAGE


def test_all_nodes_are_those_of_a_recorded_comfyui() -> None:
    recorded = Catalogue(json.loads(shared_path("reference/traces/object_info.json").read_text("utf-8")))

    for command, variant, _owner in WAYS:
        for node in shipped_variant(command, variant).graph.values():
            assert recorded.has(node["class_type"])
            known = {name for name in node["inputs"] if recorded.input(node["class_type"], name, node["inputs"])}
            # SaveVideo has had its codec in both places
            assert node["inputs"].keys() - known <= {"codec"}


@pytest.mark.parametrize(("command", "variant", "owner"), WAYS)
def test_its_titles_are_for_people_and_each_is_there_once(command: str, variant: str, owner: str) -> None:
    nodes = shipped_variant(command, variant).graph.values()
    titles = [node["_meta"]["title"] for node in nodes]

    assert len(set(titles)) == len(titles)
    assert not set(titles) & {node["class_type"] for node in nodes}


@pytest.mark.parametrize("command", TRIED)
def test_every_option_has_a_line_for_members(command: str) -> None:
    assert all(option.help for option in shipped(command).variants[0].manifest.options)
