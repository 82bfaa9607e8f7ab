"""Presets of one's own, `repeat`, and what people prefer: put in where it fits, and only there."""

from __future__ import annotations

import pytest

from bot.errors import OptionRefused
from bot.workflow.hosts import hosts_of
from bot.workflow.option import OptionType
from bot.workflow.preferred import choose_preferred
from bot.workflow.presets import MOST_TIMES, expand, preset_names, takes, with_presets
from bot.workflow.reading import parse_manifest
from tests.pure.test_binding_choices import PRESETS, TWO, build, server

PLAIN = """
description = "Draw"
[[option]]
name = "prompt"
type = "text"
required = true
targets = "Prompt.text"
[[option]]
name = "steps"
type = "integer"
targets = "Sampler.steps"
"""
OWN: dict[str, dict[str, object]] = {"mine": {"steps": 9, "gone": 1}, "Night": {"model": "mine"}}


def named(count: int, name: str = "o{}", text: str = "x") -> str:
    option = '[[option]]\nname = "{name}"\ntype = "integer"\nhelp = "{text}"\ntargets = "Sampler.steps"\n'
    return 'description = "Draw"\n' + "".join(option.format(name=name.format(n), text=text) for n in range(count))


def options(text: str) -> list[str]:
    return [option.name for option in with_presets(parse_manifest(text, "draw.toml"))]


def test_every_command_with_room_has_presets_and_repeat() -> None:
    assert options(PLAIN) == ["prompt", "steps", "preset", "repeat"]
    assert options(named(23))[-2:] == ["preset", "repeat"]
    assert options(named(24))[-2:] == ["o23", "preset"]
    assert options(named(25))[-1] == "o24"


def test_what_would_make_a_command_longer_than_discord_takes_is_left_out() -> None:
    choices = ", ".join(f'"{"c" * 90}{n:02}"' for n in range(25))
    long = 'description = "Draw"\n' + "".join(
        f'[[option]]\nname = "o{n}"\ntype = "choice"\nchoices = [{choices}]\ntargets = "Prompt.text"\n'
        for n in range(1)
    )
    room = parse_manifest(long, "draw.toml")
    full = parse_manifest(long + named(1, "p{}", "h" * 100).partition("\n")[2], "draw.toml")

    assert [option.name for option in with_presets(room)] == ["o0", "preset", "repeat"]
    assert len(with_presets(full)) == 4


def test_a_workflows_own_option_of_that_name_wins() -> None:
    text = named(1, "repeat") + named(1, "preset").partition("\n")[2]
    manifest = parse_manifest(text, "draw.toml")

    assert options(text) == ["repeat", "preset"]
    assert not takes(manifest, "repeat")
    assert expand(manifest, {"preset": 3, "repeat": 2}) == {"preset": 3, "repeat": 2}


def test_repeat_is_a_whole_number_of_times() -> None:
    repeat = with_presets(parse_manifest(PLAIN, "draw.toml"))[-1]

    assert (repeat.type, repeat.min, repeat.max) == (OptionType.INTEGER, 1, MOST_TIMES)
    assert with_presets(parse_manifest(PLAIN, "draw.toml"), 3)[-1].max == 3
    assert with_presets(parse_manifest(PLAIN, "draw.toml"), 1)[-1].name != "repeat"


def test_ones_own_preset_gives_what_the_command_still_has() -> None:
    manifest = parse_manifest(PLAIN, "draw.toml")

    assert expand(manifest, {"prompt": "a", "preset": "mine"}, OWN) == {"prompt": "a", "steps": 9}
    assert expand(manifest, {"prompt": "a", "preset": "mine", "steps": 2}, OWN) == {"prompt": "a", "steps": 2}
    with pytest.raises(OptionRefused, match="/preset save"):
        expand(manifest, {"preset": "mine"})


def test_the_manifests_presets_come_first_and_keep_their_names() -> None:
    manifest = parse_manifest(PRESETS, "draw.toml")

    assert preset_names(manifest, OWN) == ["Night", "mine"]
    assert expand(manifest, {"preset": "Night"}, OWN)["model"] == "dark"
    assert len(preset_names(manifest, {str(n): dict[str, object]() for n in range(40)})) == 25


def test_a_preferred_model_chooses_the_graph_and_what_does_not_fit_is_left_out() -> None:
    workflows, lists = build(TWO), server("one", "xl")

    def chosen(given: dict[str, object], **wanted: str) -> tuple[str, dict[str, object]]:
        workflow, values = choose_preferred(workflows, given, wanted, hosts_of(lists, "0.33.0"))
        assert workflow.variant is not None
        return workflow.variant.name, dict(values)

    assert chosen({}) == ("big", {})
    assert chosen({}, model="one") == ("small", {"model": "one"})
    assert chosen({"model": "xl"}, model="one") == ("big", {"model": "xl"})
    assert chosen({}, model="nowhere", size="64x64", negative="x") == ("big", {})
    with pytest.raises(OptionRefused):
        chosen({"model": "nowhere"}, model="one")


def test_a_preferred_model_waits_until_the_servers_lists_are_known() -> None:
    _workflow, values = choose_preferred(build(TWO), {}, {"model": "nobody knows"}, ())

    assert values == {}


NEGATIVE = """
description = "Draw"
graph = "draw.json"
[[option]]
name = "negative"
type = "text"
targets = "Prompt.text"
[[variant]]
name = "first"
graph = "draw.json"
without = ["negative"]
[[variant]]
name = "second"
graph = "draw.json"
"""


def test_a_preferred_negative_never_takes_the_best_graph_away() -> None:
    workflows = build(NEGATIVE)
    lists = server("one", "xl")

    workflow, values = choose_preferred(workflows, {}, {"negative": "blurry"}, hosts_of(lists))
    other, given = choose_preferred(workflows, {"negative": "dark"}, {"negative": "blurry"}, hosts_of(lists))

    assert (workflow.variant and workflow.variant.name, values) == ("first", {})
    assert (other.variant and other.variant.name, given) == ("second", {"negative": "dark"})
