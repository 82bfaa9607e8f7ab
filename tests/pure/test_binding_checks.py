"""What a person gives is used, or refused with what to do."""

import pytest

from bot.errors import OptionRefused
from bot.workflow.binding import check, choices_for
from bot.workflow.catalogue import Catalogue
from bot.workflow.names import closest, match
from bot.workflow.reading import parse_manifest
from bot.workflow.workflow import build_workflow
from tests.pure.workflow_parts import load, server


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


def test_names_match_as_people_type_them() -> None:
    names = ("sd/Dream_8.safetensors", "xl/base.safetensors", "old/base.safetensors", "v1.5.ckpt")

    assert match("dream_8", names) == "sd/Dream_8.safetensors"
    assert match("base.safetensors", names) is None
    assert match("v1.5", names) == "v1.5.ckpt"
    assert closest("base", names) == ("xl/base.safetensors", "old/base.safetensors")
    assert closest("dreem_8", names) == ("sd/Dream_8.safetensors",)
    assert closest("", ()) == ()
