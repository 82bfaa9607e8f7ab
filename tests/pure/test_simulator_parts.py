"""The simulator's parts on their own: order, validation, media, moments."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.comfy.simulator import media
from bot.comfy.simulator.catalogue import MODELS, Catalogue
from bot.comfy.simulator.folders import Folders
from bot.comfy.simulator.graph import GrowingGraph, Order
from bot.comfy.simulator.inputs import declared_inputs
from bot.comfy.simulator.moments import Moments
from bot.comfy.simulator.signatures import Signatures
from bot.comfy.simulator.validation import validate
from bot.comfy.simulator.versions import Version
from bot.comfy.simulator.wire import Graph

METADATA = {"prompt": '{"1": "a fox, naïvely"}', "workflow": "{}"}
FRAMES = [Image.new("RGB", (32, 24), (40 * step, 90, 120)) for step in range(3)]
GRAPH: Graph = {
    "3": {
        "class_type": "KSampler",
        "inputs": {
            "seed": 1,
            "steps": 4,
            "cfg": 7,
            "sampler_name": "euler",
            "scheduler": "normal",
            "denoise": 1,
            "model": ["4", 0],
            "positive": ["6", 0],
            "negative": ["7", 0],
            "latent_image": ["5", 0],
        },
    },
    "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": "dreamshaper_8.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": "a cat", "clip": ["4", 1]}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "bad", "clip": ["4", 1]}},
    "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
    "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "t2i", "images": ["8", 0]}},
}
CATALOGUE = Catalogue(MODELS, list)


def judge(graph: Graph, *, version: str = "0.33.0", targets: list[str] | None = None) -> Any:
    graph = json.loads(json.dumps(graph))
    return validate(graph, targets, catalogue=CATALOGUE, version=Version(version), own_checks=lambda *_: None)


def changed(node_id: str, **inputs: Any) -> Graph:
    node = GRAPH[node_id]
    return {**GRAPH, node_id: {**node, "inputs": {**node["inputs"], **inputs}}}


def test_nodes_run_in_the_recorded_order() -> None:
    order = Order(GrowingGraph(GRAPH, CATALOGUE), lambda _: False, lambda _: False)
    order.add("9")
    ran = []
    while order:
        ran.append(order.pick())
        order.done(ran[-1])

    assert ran == ["4", "5", "7", "6", "3", "8", "9"]


def test_signatures_do_not_depend_on_node_ids(tmp_path: Path) -> None:
    renamed = json.loads(json.dumps(GRAPH).replace('"4"', '"n4"').replace('"6"', '"n6"'))
    one, other, reseeded = (
        Signatures(GrowingGraph(graph, CATALOGUE), Folders(tmp_path), lambda _: False)["9"]
        for graph in (GRAPH, renamed, changed("3", seed=2))
    )

    assert one == other
    assert one != reseeded


@pytest.mark.parametrize(
    ("node_id", "inputs", "kind"),
    [
        ("5", {"width": 8}, "value_smaller_than_min"),
        ("5", {"width": 100_000}, "value_bigger_than_max"),
        ("5", {"width": "wide"}, "invalid_input_type"),
        ("4", {"ckpt_name": "gone.safetensors"}, "value_not_in_list"),
        ("8", {"samples": ["4", 0]}, "return_type_mismatch"),
        ("8", {"samples": ["4"]}, "bad_linked_input"),
        ("9", {"images": ["77", 0]}, "exception_during_validation"),
        ("8", {"samples": ["77", 0]}, "exception_during_inner_validation"),
        ("3", {"latent_image": ["3", 0]}, "dependency_cycle"),
    ],
)
def test_what_is_wrong_with_an_input_is_named(node_id: str, inputs: dict[str, Any], kind: str) -> None:
    verdict = judge(changed(node_id, **inputs))

    assert verdict.error["type"] == "prompt_outputs_failed_validation"
    assert kind in [error["type"] for entry in verdict.node_errors.values() for error in entry["errors"]]


def test_a_cycle_has_no_name_before_0_20() -> None:
    verdict = judge(changed("3", latent_image=["3", 0]), version="0.3.64")

    assert verdict.error["type"] == "prompt_outputs_failed_validation"
    assert "dependency_cycle" not in json.dumps(verdict.node_errors)


def test_values_are_coerced_in_place() -> None:
    graph = changed("3", seed="7", cfg=5)
    validate(graph, None, catalogue=CATALOGUE, version=Version("0.33.0"), own_checks=lambda *_: None)

    assert graph["3"]["inputs"]["seed"] == 7
    assert isinstance(graph["3"]["inputs"]["cfg"], float)


def test_one_good_output_is_enough() -> None:
    graph = {**GRAPH, "10": {"class_type": "SaveImage", "inputs": {"filename_prefix": "x"}}}
    verdict = judge(graph)

    assert verdict.error is None
    assert verdict.outputs == ["9"]
    assert list(verdict.node_errors) == ["10"]


def test_dynamic_combos_ask_for_their_choices_inputs() -> None:
    info = CATALOGUE["SaveVideo"]
    chosen = declared_inputs(info, {"format": "mp4", "format.codec": "h264"})

    assert chosen["format.codec"][1]
    assert "format.codec" not in declared_inputs(info, {})


@settings(max_examples=60)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5), lambda some: st.lists(some, max_size=3)
    )
)
def test_any_value_is_judged_or_accepted(value: Any) -> None:
    verdict = judge(changed("5", width=value))

    assert verdict.error is None or verdict.error["type"] == "prompt_outputs_failed_validation"


def test_files_are_numbered_on_and_kept_inside(tmp_path: Any) -> None:
    folders = Folders(tmp_path)
    first = folders.new("a/b/%width%x%height%", "_.png", size=(64, 32))
    first.path.touch()
    second = folders.new("a/b/64x32", "_.png")

    assert first.entry == {"filename": "64x32_00001_.png", "subfolder": "a/b", "type": "output"}
    assert second.entry["filename"] == "64x32_00002_.png"
    with pytest.raises(PermissionError):
        folders.new("../../x", "_.png")


@pytest.mark.parametrize(
    ("content", "start"),
    [
        (media.webm(FRAMES, 8, METADATA), b"\x1a\x45\xdf\xa3"),
        (media.mp4(FRAMES, 8, METADATA)[4:], b"ftyp"),
        (media.flac(0.1, 44_100, 2, (440.0,), METADATA), b"fLaC"),
        (media.flac(0.1, 44_100, 2, (), METADATA), b"fLaC"),
        (media.mp3(0.1, METADATA), b"ID3"),
        (media.opus(0.1, METADATA), b"OggS"),
    ],
)
def test_media_files_carry_the_graph(content: bytes, start: bytes) -> None:
    assert content.startswith(start)
    assert METADATA["prompt"].encode() in content


def test_a_3d_file_is_binary_gltf_with_the_graph_inside() -> None:
    content = media.glb(METADATA)
    length = int.from_bytes(content[12:16], "little")
    document = json.loads(content[20 : 20 + length])

    assert content[:12] == b"glTF" + (2).to_bytes(4, "little") + len(content).to_bytes(4, "little")
    assert document["asset"]["extras"] == METADATA
    assert document["buffers"][0]["byteLength"] == len(content) - 20 - length - 8


async def test_two_who_wait_for_one_moment_both_get_it() -> None:
    moments = Moments()
    waiting = [asyncio.create_task(moments.wait_for("step", value=2)) for _ in range(2)]
    await asyncio.sleep(0)
    await moments.tell("step", value=1)
    await moments.tell("step", value=2)

    assert await asyncio.gather(*waiting) == [{"value": 2}, {"value": 2}]
