"""What is kept of a server's object_info, and that it comes back from disk."""

import json
from pathlib import Path

import pytest

from bot.comfy.simulator.catalogue import MODELS
from bot.comfy.simulator.catalogue import Catalogue as Simulated
from bot.workflow.catalogue import Catalogue, fits
from bot.workflow.core import core
from tests.shared import shared_path

INFO = {
    "Legacy": {
        "input": {
            "required": {"model": [["b", "a"], {"tooltip": "…"}], "many": [[], {}], "image": ["IMAGE"]},
            "optional": {"mask": ["MASK", {}]},
        },
        "output": ["IMAGE", ["b", "a"]],
        "output_node": True,
    },
    "Newer": {
        "input": {
            "required": {
                "model": ["COMBO", {"multiselect": False, "options": ["a", "b"]}],
                "seconds": ["COMBO", {"options": [5, 10]}],
                "file": ["COMBO", {"image_upload": True, "remote": {}}],
                "format": ["COMFY_DYNAMICCOMBO_V3", {"options": [{"key": "mp4", "inputs": {}}, {"key": "webm"}]}],
                "text": ["STRING", {"multiline": True}],
            }
        },
        "output": [],
        "output_node": False,
    },
}


@pytest.mark.parametrize(
    ("class_type", "name", "choices"),
    [
        ("Legacy", "model", ("b", "a")),
        ("Legacy", "many", ()),
        ("Legacy", "image", None),
        ("Legacy", "nothing", None),
        ("Newer", "model", ("a", "b")),
        ("Newer", "seconds", ("5", "10")),
        ("Newer", "file", ()),
        ("Newer", "format", ("mp4", "webm")),
        ("Newer", "text", None),
        ("Nowhere", "model", None),
    ],
)
def test_lists_are_read_in_every_form(class_type: str, name: str, choices: tuple[str, ...] | None) -> None:
    assert Catalogue(INFO).choices(class_type, name) == choices


def test_a_choice_goes_back_as_the_lists_own_value() -> None:
    catalogue = Catalogue(INFO)

    assert catalogue.scalar("Newer", "seconds", "5") == 5
    assert catalogue.scalar("Legacy", "model", "a") == "a"


def test_types_are_kept() -> None:
    catalogue = Catalogue(INFO)

    assert catalogue.outputs("Legacy") == ("IMAGE", "COMBO")
    assert list(catalogue.input_types("Legacy").items()) == [
        ("model", "COMBO"),
        ("many", "COMBO"),
        ("image", "IMAGE"),
        ("mask", "MASK"),
    ]
    assert catalogue.optional("Legacy", "mask")
    assert not catalogue.optional("Legacy", "image")
    assert (catalogue.output_node("Legacy"), catalogue.output_node("Newer")) == (True, False)
    assert (catalogue.has("Legacy"), catalogue.has("Nowhere")) == (True, False)
    assert (catalogue.outputs("Nowhere"), dict(catalogue.input_types("Nowhere"))) == ((), {})


def test_a_saved_catalogue_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "server.json"

    Catalogue(INFO).save(path)

    assert Catalogue.load(path) == Catalogue(INFO)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize(
    "content", ["", "{", "[]", "3", "null", '{"format": 0, "classes": {}}', '{"format": 1, "classes": []}', "[" * 10**5]
)
def test_an_unreadable_file_is_no_catalogue(tmp_path: Path, content: str) -> None:
    path = tmp_path / "server.json"
    path.write_text(content, "utf-8")

    assert Catalogue.load(path) is None


def test_an_absent_file_is_no_catalogue(tmp_path: Path) -> None:
    assert Catalogue.load(tmp_path / "server.json") is None


@pytest.mark.parametrize(
    "info",
    [
        {"A": None},
        {"A": {}},
        {"A": {"input": None, "output": None}},
        {"A": {"input": {"required": None, "optional": {"x": None, "y": [], "z": [None], "q": ["COMBO", None]}}}},
        {"A": {"input": {"required": {"x": [[None, {}, [1]]]}}, "output": [None]}},
    ],
)
def test_odd_answers_do_not_break_it(info: dict[str, object]) -> None:
    catalogue = Catalogue(info)

    assert catalogue.choices("A", "x") in {None, ()}


@pytest.mark.parametrize(
    ("given", "wanted", "fit"),
    [
        ("IMAGE", "IMAGE", True),
        ("IMAGE", "MASK", False),
        ("*", "MASK", True),
        ("IMAGE", "*", True),
        ("INT", "FLOAT,INT", True),
        ("COMFY_MATCHTYPE_V3", "LATENT", True),
    ],
)
def test_types_fit(given: str, wanted: str, fit: bool) -> None:
    assert fits(given, wanted) is fit


def test_a_recorded_answer_is_read_and_shrinks_on_disk(tmp_path: Path) -> None:
    recorded = shared_path("reference/traces/object_info.json")
    catalogue = Catalogue(json.loads(recorded.read_text("utf-8")))

    catalogue.save(tmp_path / "server.json")

    assert len(catalogue) == 886
    assert catalogue.choices("CheckpointLoaderSimple", "ckpt_name") == ("tiny-sd15-random.safetensors",)
    assert Catalogue.load(tmp_path / "server.json") == catalogue
    assert (tmp_path / "server.json").stat().st_size * 5 < recorded.stat().st_size


def test_what_is_known_without_a_server_is_what_a_server_says() -> None:
    server = Catalogue(Simulated(MODELS, list).classes)

    for class_type in core().classes:
        assert core().input_types(class_type) == server.input_types(class_type), class_type
        assert core().outputs(class_type) == server.outputs(class_type), class_type
