"""What a command asks for is held to the ceilings: what was given is refused, what was left out comes down."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.errors import OptionRefused
from bot.jobs.rules import Limits
from bot.workflow.binding import bind
from bot.workflow.ceilings import Ask, asks, hold
from bot.workflow.checking import check
from bot.workflow.manifest import Manifest
from bot.workflow.option import Value
from bot.workflow.presets import expand
from bot.workflow.sizes import parse_size
from bot.workflow.workflow import Workflow, build_workflow
from tests.pure.workflow_parts import load

GRAPH: dict[str, Any] = {
    "1": {
        "class_type": "EmptyLatentImage",
        "inputs": {"width": 1024, "height": 512, "batch_size": 2},
        "_meta": {"title": "Canvas"},
    },
    "2": {"class_type": "KSampler", "inputs": {"steps": 20, "latent_image": ["1", 0]}, "_meta": {"title": "Sampler"}},
    "3": {
        "class_type": "RepeatLatentBatch",
        "inputs": {"samples": ["2", 0], "amount": 3},
        "_meta": {"title": "Copies"},
    },
    "4": {
        "class_type": "ImageScaleToTotalPixels",
        "inputs": {"image": ["3", 0], "megapixels": 1.0},
        "_meta": {"title": "Fit"},
    },
    "5": {"class_type": "LoadImage", "inputs": {"image": "a.png"}, "_meta": {"title": "Picture"}},
    "6": {
        "class_type": "ImageScale",
        "inputs": {"image": ["5", 0], "width": 4096, "height": 4096, "upscale_method": "area", "crop": "disabled"},
        "_meta": {"title": "Enlarge"},
    },
    "8": {
        "class_type": "KSampler",
        "inputs": {"steps": 90, "latent_image": ["3", 0], "model": ["9", 0]},
        "_meta": {"title": "Again"},
    },
    "9": {"class_type": "UNETLoader", "inputs": {"unet_name": "a"}, "_meta": {"title": "Model"}},
    "10": {"class_type": "VAEDecode", "inputs": {"samples": ["8", 0]}, "_meta": {"title": "Decode"}},
    "7": {"class_type": "SaveImage", "inputs": {"images": ["6", 0]}, "_meta": {"title": "Save"}},
}
SIZE = {"name": "size", "type": "size", "targets": ["Canvas.width", "Canvas.height"], "default": "1024x1024"}
WIDTH = {"name": "width", "type": "integer", "targets": ["Canvas.width"]}
HEIGHT = {"name": "height", "type": "integer", "targets": ["Canvas.height"], "min": 64, "max": 4096}
#: left out, nothing is enlarged, and nothing drawn again
MORE = {"name": "more", "type": "integer", "targets": ["Again.steps"], "bypass": ["Again"]}
LARGE = {"name": "large", "type": "integer", "targets": ["Enlarge.width"], "bypass": ["Enlarge"]}
STEPS = {"name": "steps", "type": "integer", "targets": ["Sampler.steps"], "min": 1, "max": 100}


def workflow(*options: dict[str, Any], **more: Any) -> Workflow:
    manifest = Manifest.model_validate(
        {"name": "make", "description": "Make", "graph": "make.json", "option": list(options), **more}
    )
    return build_workflow(manifest, json.loads(json.dumps(GRAPH)), "make.toml")


def held(made: Workflow, values: dict[str, Value], **limits: int) -> dict[str, Value]:
    """With all the values given."""
    return hold(made, check(made, values), values.keys(), Limits(**limits))


def asked(made: Workflow, values: dict[str, Value] | None = None) -> dict[str, float]:
    return {ask.kind: ask.amount for ask in asks(made, values or {})}


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        (SIZE, "768x512", {"pixels": 768 * 512}),
        (SIZE, None, {"pixels": 1024 * 1024}),
        (SIZE | {"choices": {"wide": "1536x640"}}, "wide", {"pixels": 1536 * 640}),
        (WIDTH, 2048, {"pixels": 2048 * 512}),
        (HEIGHT, None, {"pixels": 1024 * 512}),
        (WIDTH | {"targets": ["Canvas.width", "Canvas.height"]}, 640, {"pixels": 640 * 640}),
        ({"name": "mp", "type": "number", "targets": ["Fit.megapixels"]}, 2.5, {"pixels": 2.5 * 2**20}),
        (STEPS, 30, {"steps": 30}),
        (STEPS, None, {"steps": 20}),
        (STEPS | {"multiply": 10}, 3, {"steps": 30}),
        (
            {"name": "speed", "type": "choice", "choices": {"slow": 40}, "targets": ["Sampler.steps"]},
            "slow",
            {"steps": 40},
        ),
        ({"name": "count", "type": "integer", "targets": ["Canvas.batch_size"]}, 4, {"count": 4}),
        ({"name": "count", "type": "integer", "targets": ["Copies.amount"]}, None, {"count": 3}),
        (LARGE, None, {}),
        (MORE, None, {}),
        (MORE, 60, {"steps": 60}),
        (LARGE, 2048, {"pixels": 2048 * 4096}),
    ],
)
def test_what_is_asked_for(option: dict[str, Any], value: Value | None, expected: dict[str, float]) -> None:
    made = workflow(option)

    assert asked(made, {} if value is None else {option["name"]: value}) == expected


@pytest.mark.parametrize(
    ("option", "value", "limits", "words"),
    [
        (SIZE, "1024x1024", {"pixels": 768 * 768}, ("1024x1024", "768x768")),
        (HEIGHT, 2048, {"pixels": 2**20}, ("1024x2048", "1024x1024")),
        (STEPS, 31, {"steps": 30}, ("31", "30")),
        ({"name": "count", "type": "integer", "targets": ["Canvas.batch_size"]}, 5, {"count": 4}, ("5", "4")),
        ({"name": "mp", "type": "number", "targets": ["Fit.megapixels"]}, 2, {"pixels": 2**20}, ("2 MP", "1 MP")),
    ],
)
def test_a_value_above_is_refused_with_the_limit_and_what_was_given(
    option: dict[str, Any], value: Value, limits: dict[str, int], words: tuple[str, ...]
) -> None:
    with pytest.raises(OptionRefused) as refused:
        held(workflow(option), {option["name"]: value}, **limits)

    assert refused.value.option == option["name"]
    assert all(word in refused.value.problem for word in words)


def test_a_value_at_the_ceiling_stays_as_it_is() -> None:
    made = workflow(SIZE, STEPS)
    values: dict[str, Value] = {"size": "768x512", "steps": 30}

    assert held(made, values, pixels=768 * 512, steps=30) == values


def test_no_ceiling_changes_nothing() -> None:
    assert hold(workflow(SIZE, STEPS), {}, (), Limits(pixels=0)) == {}


def test_what_a_preset_says_counts_as_given() -> None:
    made = workflow(STEPS, preset=[{"name": "fine", "values": {"steps": 60}}])
    given = expand(made.manifest, {"preset": "fine"})

    with pytest.raises(OptionRefused) as refused:
        hold(made, check(made, given), given.keys(), Limits(steps=30))
    assert refused.value.option == "steps"


@pytest.mark.parametrize(
    ("options", "limits", "expected"),
    [
        ([SIZE], {"pixels": 768 * 768}, {"size": "768x768"}),
        ([SIZE | {"default": "1536x640"}], {"pixels": 512 * 512}, {"size": "792x328"}),
        ([SIZE | {"step": 64}], {"pixels": 600 * 600}, {"size": "576x576"}),
        ([WIDTH, HEIGHT], {"pixels": 512 * 256}, {"width": 512, "height": 256}),
        ([HEIGHT], {"pixels": 1024 * 300}, {"height": 296}),
        ([STEPS], {"steps": 12}, {"steps": 12}),
        ([STEPS | {"default": 40, "step": 5, "min": 5}], {"steps": 12}, {"steps": 10}),
        ([STEPS | {"multiply": 10, "default": 8}], {"steps": 45}, {"steps": 4}),
        ([STEPS | {"multiply": 10, "round_to": 30, "default": 8, "min": 0}], {"steps": 45}, {"steps": 4}),
        (
            [{"name": "speed", "type": "choice", "choices": {"a": 8, "b": 40, "c": 20}, "targets": ["Sampler.steps"]}],
            {"steps": 19},
            {"speed": "a"},
        ),
        ([{"name": "mp", "type": "number", "targets": ["Fit.megapixels"]}], {"pixels": 2**19}, {"mp": 0.5}),
    ],
)
def test_what_is_left_out_comes_down_silently(
    options: list[dict[str, Any]], limits: dict[str, int], expected: dict[str, Value]
) -> None:
    assert hold(workflow(*options), {}, (), Limits(**limits)) == expected


def test_what_is_left_out_altogether_is_not_brought_in() -> None:
    assert hold(workflow(LARGE), {}, (), Limits(pixels=64 * 64)) == {}


def test_a_command_whose_least_is_too_much_is_refused() -> None:
    with pytest.raises(OptionRefused) as refused:
        hold(workflow(STEPS | {"min": 15}), {}, (), Limits(steps=10))

    assert "20 steps" in refused.value.problem


@given(
    sides=st.tuples(st.integers(8, 256), st.integers(8, 256)),
    step=st.sampled_from([8, 16, 64]),
    pixels=st.integers(64 * 64, 4_000_000),
)
def test_a_lowered_size_is_one_a_person_could_have_given(sides: tuple[int, int], step: int, pixels: int) -> None:
    width, height = (side * 8 // step * step for side in sides)
    assume(width and height and max(width, height) <= 2048 and min(width, height) >= 64)
    made = workflow(SIZE | {"default": f"{width}x{height}", "step": step})

    try:
        values = hold(made, {}, (), Limits(pixels=pixels))
    except OptionRefused:
        return
    check(made, values)
    (found,) = asks(made, values)
    assert found == Ask("pixels", found.amount, ("size", "size"), found.parts)
    assert found.amount <= pixels


@given(default=st.integers(0, 60), multiply=st.sampled_from([1, 2, 7]), ceiling=st.integers(1, 100))
def test_lowered_steps_are_as_many_as_fit(default: int, multiply: int, ceiling: int) -> None:
    made = workflow(STEPS | {"default": default, "min": 0, "multiply": multiply})

    values = hold(made, {}, (), Limits(steps=ceiling))

    steps = bind(made, check(made, values), 1)["2"]["inputs"]["steps"]
    assert steps == min(default * multiply, ceiling // multiply * multiply)


@pytest.mark.parametrize("name", ["imagine", "remix", "inpaint", "animate", "blend"])
def test_what_ships_comes_under_every_ceiling_but_a_tiny_one(name: str) -> None:
    made = load(name, "workflows")
    limits = Limits(pixels=352 * 352, steps=6, count=1)

    values = hold(made, {}, (), limits)

    amounts = list(asks(made, values))
    assert {"pixels", "steps"} <= {ask.kind for ask in amounts}
    assert all(ask.amount <= (getattr(limits, ask.kind) or 0) for ask in amounts)
    assert all(parse_size(value) for key, value in values.items() if key == "size")
