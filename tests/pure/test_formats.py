"""Whatever holds a workflow becomes a graph: exports, saved workflows through the converter, files ComfyUI made."""

from __future__ import annotations

import json
import os
import sys
import time
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from bot.comfy.simulator.catalogue import MODELS
from bot.comfy.simulator.catalogue import Catalogue as Simulated
from bot.errors import WorkflowError
from bot.workflow.catalogue import Catalogue, save_info
from bot.workflow.conversion import CONVERTER, UNUSED, Converter
from bot.workflow.folder import Folder
from bot.workflow.formats import read_source

GRAPH: dict[str, Any] = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 32, "batch_size": 1, "color": 7}},
    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "a"}},
}

#: the same as ComfyUI's page saves it
SAVED: dict[str, Any] = {
    "version": 0.4,
    "nodes": [
        {
            "id": 1,
            "type": "EmptyImage",
            "inputs": [],
            "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [1]}],
            "widgets_values": [64, 32, 1, 7],
            "mode": 0,
        },
        {
            "id": 2,
            "type": "SaveImage",
            "inputs": [{"name": "images", "type": "IMAGE", "link": 1}],
            "outputs": [],
            "widgets_values": ["a"],
            "mode": 0,
        },
    ],
    "links": [[1, 1, 0, 2, 0, "IMAGE"]],
}


def info() -> dict[str, Any]:
    return dict(Simulated(MODELS, list).classes)


@pytest.fixture
def catalogue() -> Catalogue:
    return Catalogue(info())


@pytest.fixture
def nodes_file(tmp_path: Path) -> Path:
    path = tmp_path / "nodes.json.gz"
    save_info(path, json.dumps(info()).encode())
    return path


def converter(tmp_path: Path, nodes_file: Path | None, **limits: Any) -> Converter:
    return Converter(lambda _classes: nodes_file, tmp_path / "converted", **limits)


def refusal(data: bytes, *rest: Any) -> str:
    with pytest.raises(WorkflowError) as raised:
        read_source(data, "a.json", *rest)
    assert raised.value.file == "a.json"
    return raised.value.problem


def png(**texts: str) -> bytes:
    chunks = PngImagePlugin.PngInfo()
    for key, text in texts.items():
        chunks.add_text(key, text)
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG", pnginfo=chunks)
    return out.getvalue()


def inputs(graph: dict[str, Any]) -> list[dict[str, Any]]:
    return [node["inputs"] for node in graph.values()]


needs_converter = pytest.mark.skipif(find_spec(CONVERTER) is None, reason="missing comfy-cli")


@pytest.mark.parametrize(
    "held",
    [
        GRAPH,
        {"prompt": GRAPH, "client_id": "x"},
        {"prompt": json.dumps(GRAPH), "workflow": json.dumps(SAVED)},
        {"output": None, "workflow": {"nodes": []}, "prompt": GRAPH},
    ],
)
def test_a_graph_is_found_in_an_export_and_in_what_holds_one(held: dict[str, Any]) -> None:
    assert read_source(json.dumps(held).encode(), "a.json").graph == GRAPH


def test_a_byte_order_mark_is_no_obstacle() -> None:
    assert read_source(b"\xef\xbb\xbf" + json.dumps(GRAPH).encode(), "a.json").graph == GRAPH


def test_a_picture_gives_its_graph_without_what_comfyui_noted_while_it_ran() -> None:
    noted = {key: {**node, "is_changed": [float("nan")]} for key, node in GRAPH.items()}

    source = read_source(png(prompt=json.dumps(noted), workflow=json.dumps(SAVED)), "a.png")

    assert source.graph == GRAPH
    assert source.saved == SAVED


def test_a_picture_without_a_workflow_says_where_to_find_one_that_has_it() -> None:
    assert "ComfyUI's output folder" in refusal(png(parameters="a fox"))


def test_without_the_extra_a_sentence_names_it(tmp_path: Path, nodes_file: Path, catalogue: Catalogue) -> None:
    missing = converter(tmp_path, nodes_file, package="no_such_converter")

    problem = refusal(json.dumps(SAVED).encode(), missing, catalogue)

    assert "easel[convert]" in problem
    assert "Export (API)" in problem


@needs_converter
def test_before_any_server_was_reached_a_saved_workflow_waits(tmp_path: Path) -> None:
    assert "once a ComfyUI server was reached" in refusal(json.dumps(SAVED).encode(), converter(tmp_path, None), None)


@needs_converter
def test_a_saved_workflow_is_converted_by_the_server_s_nodes(
    tmp_path: Path, nodes_file: Path, catalogue: Catalogue
) -> None:
    source = read_source(json.dumps(SAVED).encode(), "a.json", converter(tmp_path, nodes_file), catalogue)

    assert inputs(source.graph) == inputs(GRAPH)
    assert source.saved == SAVED


@needs_converter
def test_a_picture_with_the_saved_workflow_alone_is_converted(
    tmp_path: Path, nodes_file: Path, catalogue: Catalogue
) -> None:
    data = png(workflow=json.dumps(SAVED))

    source = read_source(data, "a.png", converter(tmp_path, nodes_file), catalogue)

    assert inputs(source.graph) == inputs(GRAPH)


@needs_converter
def test_a_workflow_is_converted_once_for_what_its_nodes_are(
    tmp_path: Path, nodes_file: Path, catalogue: Catalogue
) -> None:
    """A converter without any time left can only say what is kept."""
    data = json.dumps(SAVED).encode()
    first = read_source(data, "a.json", converter(tmp_path, nodes_file), catalogue)
    others = Catalogue({**info(), "Another": {"input": {}, "output": []}})
    changed = info()
    changed["EmptyImage"] = {**changed["EmptyImage"], "display_name": "Something else"}
    hurried = converter(tmp_path, nodes_file, seconds=0)

    assert read_source(data, "a.json", hurried, others).graph == first.graph
    assert "more than 0 seconds" in refusal(data, hurried, Catalogue(changed))


@needs_converter
def test_a_kept_result_that_was_cut_short_is_made_again(tmp_path: Path, nodes_file: Path, catalogue: Catalogue) -> None:
    data = json.dumps(SAVED).encode()
    first = read_source(data, "a.json", converter(tmp_path, nodes_file), catalogue)
    (kept,) = (tmp_path / "converted").iterdir()
    kept.write_text(kept.read_text("utf-8")[:20], "utf-8")

    assert read_source(data, "a.json", converter(tmp_path, nodes_file), catalogue).graph == first.graph


@needs_converter
def test_results_that_nobody_needs_any_more_are_forgotten(
    tmp_path: Path, nodes_file: Path, catalogue: Catalogue
) -> None:
    read_source(json.dumps(SAVED).encode(), "a.json", converter(tmp_path, nodes_file), catalogue)
    (old,) = (tmp_path / "converted").glob("*.json")
    unused = time.time() - UNUSED - 60
    os.utime(old, (unused, unused))
    read_source(json.dumps({**SAVED, "version": 9}).encode(), "b.json", converter(tmp_path, nodes_file), catalogue)
    (left,) = (tmp_path / "converted").glob("*.json")

    assert left != old


@needs_converter
def test_a_folder_for_results_that_cannot_be_made_is_no_obstacle(
    tmp_path: Path, nodes_file: Path, catalogue: Catalogue
) -> None:
    (tmp_path / "converted").write_text("a file", "utf-8")

    source = read_source(json.dumps(SAVED).encode(), "a.json", converter(tmp_path, nodes_file), catalogue)

    assert inputs(source.graph) == inputs(GRAPH)


@needs_converter
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to the limit")
def test_a_conversion_that_needs_too_much_memory_is_ended(
    tmp_path: Path, nodes_file: Path, catalogue: Catalogue
) -> None:
    small = converter(tmp_path, nodes_file, memory=1024)

    assert "more memory than it may" in refusal(json.dumps(SAVED).encode(), small, catalogue)


@needs_converter
def test_what_the_converter_complains_of_is_told(tmp_path: Path, nodes_file: Path, catalogue: Catalogue) -> None:
    problem = refusal(json.dumps({"nodes": []}).encode(), converter(tmp_path, nodes_file), catalogue)

    assert "It could not be converted (Workflow is missing" in problem


@needs_converter
def test_a_workflow_of_nothing_but_notes_holds_nothing_to_run(
    tmp_path: Path, nodes_file: Path, catalogue: Catalogue
) -> None:
    notes = {"nodes": [{"id": 1, "type": "Note", "widgets_values": ["Hello"]}], "links": []}

    assert "no nodes" in refusal(json.dumps(notes).encode(), converter(tmp_path, nodes_file), catalogue)


@needs_converter
def test_after_the_end_nothing_is_converted_any_more(tmp_path: Path, nodes_file: Path, catalogue: Catalogue) -> None:
    stopped = converter(tmp_path, nodes_file)
    stopped.stop()

    assert "ended by the system" in refusal(json.dumps(SAVED).encode(), stopped, catalogue)


@needs_converter
def test_the_converter_sees_no_token(
    tmp_path: Path, nodes_file: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python runs what PYTHONPATH has as `sitecustomize` first: here it refuses to live beside a token."""
    (tmp_path / "sitecustomize.py").write_text("import os\nif 'DISCORD_TOKEN' in os.environ: os._exit(9)\n", "utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("DISCORD_TOKEN", "secret")

    source = read_source(json.dumps(SAVED).encode(), "a.json", converter(tmp_path, nodes_file), catalogue)

    assert inputs(source.graph) == inputs(GRAPH)


def test_a_folder_reads_a_file_again_only_when_it_changed(tmp_path: Path, catalogue: Catalogue) -> None:
    folder = Folder(tmp_path)
    (tmp_path / "a.json").write_text(json.dumps(GRAPH), "utf-8")
    first = folder.source("a.json", catalogue)
    same = folder.source("a.json", catalogue)
    (tmp_path / "a.json").write_text(json.dumps({**GRAPH, "3": GRAPH["2"]}), "utf-8")

    assert same is first
    assert list(folder.source("a.json", catalogue).graph) == ["1", "2", "3"]


def test_a_folder_s_state_follows_files_links_and_nothing_else(tmp_path: Path) -> None:
    home, folder = tmp_path / "home", Folder(tmp_path / "workflows")
    home.mkdir()
    before = folder.state()
    folder.path.mkdir()
    (home / "a.json").write_text("{}", "utf-8")
    for name, goal in (("a.json", "a.json"), ("gone.json", "nothing.json")):
        (folder.path / name).symlink_to(home / goal)
    for name in (".a.json.swp", ".hidden.json", "notes.txt", "b.json~"):
        (folder.path / name).write_text("x", "utf-8")
    (folder.path / "c.json").mkdir()
    linked = folder.state()
    (home / "a.json").write_text("{ }", "utf-8")

    assert before == {}
    assert list(linked) == ["a.json"]
    assert folder.state() != linked
