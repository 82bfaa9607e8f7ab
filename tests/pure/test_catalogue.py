"""What is kept of a server's object_info, and that it comes back from disk."""

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.comfy.simulator.catalogue import MODELS
from bot.comfy.simulator.catalogue import Catalogue as Simulated
from bot.workflow.catalogue import Catalogue, Input, fits, read_info, save_info
from bot.workflow.core import core
from bot.workflow.json_members import members
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


def test_a_saved_answer_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "server.json.gz"

    save_info(path, json.dumps(INFO).encode())

    assert read_info(path) == INFO
    assert Catalogue.load(path) == Catalogue(INFO)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("content", ["", "{", "[]", "3", "null", "[" * 10**5])
@pytest.mark.parametrize("packed", [True, False])
def test_an_unreadable_file_is_no_catalogue(tmp_path: Path, content: str, packed: bool) -> None:
    path = tmp_path / "server.json.gz"
    path.write_bytes(gzip.compress(content.encode()) if packed else content.encode())

    assert Catalogue.load(path) is None


def test_a_damaged_file_is_no_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "server.json.gz"
    save_info(path, json.dumps(INFO).encode())
    path.write_bytes(path.read_bytes()[:40] + b"\xff" * 60)

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
    info = json.loads(recorded.read_text("utf-8"))

    save_info(tmp_path / "server.json.gz", json.dumps(info).encode())

    catalogue = Catalogue.load(tmp_path / "server.json.gz")
    assert catalogue is not None
    assert len(catalogue) == 886
    assert catalogue.choices("CheckpointLoaderSimple", "ckpt_name") == ("tiny-sd15-random.safetensors",)
    assert (tmp_path / "server.json.gz").stat().st_size * 5 < recorded.stat().st_size


def test_servers_that_say_the_same_share_what_they_say() -> None:
    body = json.dumps({"Draw": {"input": {"required": {"size": ["INT", {}]}}}}).encode()
    first = Catalogue.read(body)

    assert Catalogue.read(bytes(bytearray(body))) is first
    assert Catalogue.read(body.replace(b"size", b"side")) != first


def test_bounds_help_and_uploads_are_kept() -> None:
    steps = ["INT", {"default": 20, "min": 1, "max": 10000, "step": 1, "tooltip": "How many steps."}]
    text = ["STRING", {"multiline": True, "default": "a fox"}]
    image = [["a.png"], {"image_upload": True}]
    catalogue = Catalogue(
        {"Node": {"input": {"required": {"steps": steps}, "optional": {"text": text, "image": image}}}}
    )

    assert catalogue.input("Node", "steps") == Input("INT", True, None, 20, 1, 10000, 1, help="How many steps.")
    assert catalogue.input("Node", "text") == Input("STRING", False, None, "a fox", multiline=True)
    assert catalogue.input("Node", "image") == Input("COMBO", False, ("a.png",), upload="image")


def test_what_is_no_number_is_no_bound() -> None:
    odd = {"default": float("nan"), "min": "0", "max": float("inf"), "step": True, "tooltip": 7}

    assert Catalogue({"Node": {"input": {"required": {"x": ["FLOAT", odd]}}}}).input("Node", "x") == Input("FLOAT")


def test_a_choice_brings_inputs_of_its_own() -> None:
    quality = ["INT", {"min": 0, "max": 51}]
    codec = ["COMFY_DYNAMICCOMBO_V3", {"options": [{"key": "h264", "inputs": {"required": {"crf": quality}}}]}]
    options = [{"key": "mp4", "inputs": {"required": {"codec": codec}}}, {"key": "gif", "inputs": {}}]
    catalogue = Catalogue(
        {"Save": {"input": {"required": {"format": ["COMFY_DYNAMICCOMBO_V3", {"options": options}]}}}}
    )

    assert catalogue.choices("Save", "format.codec") == ("h264",)
    assert catalogue.input("Save", "format.codec.crf", {"format": "mp4", "format.codec": "h264"}) == Input(
        "INT", min=0, max=51
    )
    assert catalogue.input("Save", "format.codec", {"format": "gif"}) is None
    assert catalogue.input("Save", "codec") is None


def test_paid_nodes_and_titles_are_known() -> None:
    catalogue = Catalogue({"Api": {"api_node": True, "display_name": "Draw for money"}, "Own": {}})

    assert [catalogue.node(name).paid for name in ("Api", "Own")] == [True, False]  # type: ignore[union-attr]  # both exist
    assert [catalogue.node(name).title for name in ("Api", "Own")] == ["Draw for money", "Own"]  # type: ignore[union-attr]  # both exist


def test_what_is_known_without_a_server_is_what_a_server_says() -> None:
    server = Catalogue(Simulated(MODELS, list).classes)

    for class_type in core().classes:
        assert core().input_types(class_type) == server.input_types(class_type), class_type
        assert core().outputs(class_type) == server.outputs(class_type), class_type


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "Expecting a delimiter"),
        (b"[]", "Expecting a delimiter"),
        (b"{", "Expecting value"),
        (b'{"a"', "Expecting a delimiter"),
        (b'{"a": 1', "Expecting a delimiter"),
        (b'{"a": 1,}', "Expecting value"),
        (b"{1: 2}", "Expecting a name"),
        (b'{"a": 1} x', "Extra data"),
        (b"\xff", "can't decode"),
    ],
)
def test_an_answer_that_is_no_object_is_refused(body: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Catalogue.read(body)


@given(st.dictionaries(st.text(), st.integers() | st.lists(st.text()) | st.dictionaries(st.text(), st.none())))
def test_members_are_read_as_json_would(found: dict[str, object]) -> None:
    for indent in (None, 2):
        assert list(members(json.dumps(found, indent=indent).encode())) == list(found.items())
