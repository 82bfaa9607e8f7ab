"""Outputs are collected whatever their nodes call them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.comfy.events import Output
from bot.comfy.outputs import collect
from tests.shared import shared_path


def entry(name: str, kind: str = "output", subfolder: str = "", **more: Any) -> dict[str, Any]:
    return {"filename": name, "subfolder": subfolder, "type": kind, **more}


@pytest.mark.parametrize(
    ("payload", "names"),
    [
        ({"images": [entry("a.png"), entry("b.png")]}, ["a.png", "b.png"]),
        ({"images": [entry("clip.mp4")], "animated": [True]}, ["clip.mp4"]),
        ({"audio": [entry("a.flac")]}, ["a.flac"]),
        ({"latents": [entry("a.latent")]}, ["a.latent"]),
        ({"3d": [entry("a.glb")]}, ["a.glb"]),
        ({"gifs": [entry("v.mp4", format="video/h264-mp4", frame_rate=8.0, fullpath="/opt/v.mp4")]}, ["v.mp4"]),
        ({"a_images": [entry("a.png")], "b_images": [entry("b.png")]}, ["a.png", "b.png"]),
        ({"video": entry("one.webm")}, ["one.webm"]),
        ({"images": [entry("a.png", id="x", preview_id="y")]}, ["a.png"]),
        ({"images": None, "result": ["/opt/mesh.glb", {"camera": 1}], "tags": [["cat"]]}, []),
        ({"images": [{"filename": None}, {"filename": ""}, "a.png", 3]}, []),
    ],
)
def test_files_come_from_any_key(payload: dict[str, Any], names: list[str]) -> None:
    outputs = collect({"9": payload}, {"9": {}})

    assert [output.filename for output in outputs] == names
    assert all(output.kind == "file" and output.node == "9" for output in outputs)


def test_texts_come_from_text_and_string_only() -> None:
    outputs = collect({"1": {"text": ["a fox"], "string": "a cat", "note": ["not this"], "images": ["nor this"]}}, {})

    assert outputs == (Output("1", "text", text="a fox"), Output("1", "text", text="a cat"))


def test_saved_files_come_without_temporary_ones() -> None:
    outputs = collect(
        {"1": {"images": [entry("t.png", "temp")]}, "2": {"images": [entry("s.png")]}}, {"1": {}, "2": {}}
    )

    assert [output.filename for output in outputs] == ["s.png"]


def test_temporary_files_count_where_there_are_no_others() -> None:
    outputs = collect({"1": {"images": [entry("t.png", "temp")], "text": ["a fox"]}}, {"1": {}})

    assert [output.filename or output.text for output in outputs] == ["t.png", "a fox"]


def test_a_file_named_twice_comes_once() -> None:
    outputs = collect(
        {"1": {"images": [entry("a.png")]}, "2": {"images": [entry("a.png"), entry("a.png", subfolder="x")]}}, {}
    )

    assert [(output.filename, output.subfolder) for output in outputs] == [("a.png", ""), ("a.png", "x")]


def test_outputs_stand_in_the_graphs_order_not_in_that_of_completion() -> None:
    outputs = collect({"30": {"images": [entry("late.png")]}, "4": {"images": [entry("b.png")]}}, {"4": {}, "30": {}})

    assert [output.filename for output in outputs] == ["b.png", "late.png"]


def test_a_node_made_while_running_stands_for_the_one_in_the_graph() -> None:
    meta = {"2.0.0.3": {"node_id": "2.0.0.3", "display_node": "2"}}
    outputs = collect({"2.0.0.3": {"images": [entry("a.png")]}, "7.0": {"text": ["b"]}}, {"2": {}, "7": {}}, meta=meta)

    assert [output.node for output in outputs] == ["2", "7"]


def test_a_subgraphs_node_keeps_its_id() -> None:
    assert collect({"57:9": {"text": ["b"]}}, {"57:9": {}})[0].node == "57:9"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["images", "filename", "text", "type"]), inner)
    ),
    max_leaves=12,
)


@given(JSON | st.dictionaries(st.text(max_size=3), JSON), JSON)
def test_nothing_a_node_reports_makes_it_raise(outputs: object, meta: object) -> None:
    collect(outputs, {"1": {}}, meta=meta)


def test_every_recorded_file_is_collected() -> None:
    for trace in sorted(shared_path("reference/traces").glob("*.jsonl")):
        for line in trace.read_text("utf-8").splitlines():
            message = json.loads(line).get("json")
            if isinstance(message, dict) and message.get("type") == "executed" and message["data"]["output"]:
                output = message["data"]["output"]
                files = {item["filename"] for items in output.values() for item in items if isinstance(item, dict)}
                kinds = {item["type"] for items in output.values() for item in items if isinstance(item, dict)}

                found = {one.filename for one in collect({"1": output}, {}) if one.kind == "file"}

                assert found == files or kinds == {"output", "temp"}
