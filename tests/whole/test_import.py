"""`python -m bot import`: whatever holds a workflow becomes a graph and a manifest in the folder."""

from __future__ import annotations

import json
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from PIL import Image, PngImagePlugin

from bot.comfy.simulator import Simulator
from bot.errors import WorkflowError
from bot.importing import Imported, import_workflow
from bot.ui.workflows import plain_text
from bot.workflow.catalogue import Catalogue
from bot.workflow.conversion import CONVERTER
from bot.workflow.hosts import hosts_of
from bot.workflow.library import Library
from tests.pure.test_formats import SAVED
from tests.whole.conftest import Easel
from tests.whole.making import entry

BLANK = {
    "1": entry("EmptyImage", "Canvas", width=64, height=32, batch_size=1, color=7),
    "2": entry("SaveImage", "Save", images=["1", 0], filename_prefix="a"),
}


@pytest.fixture
def home(easel: Easel, tmp_path: Path) -> Path:
    """WORKFLOWS_DIR, which is not there yet."""
    easel.changes["workflows_dir"] = tmp_path / "workflows"
    return tmp_path / "workflows"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "My Squares.json"
    path.write_text(json.dumps(BLANK), "utf-8")
    return path


async def run(easel: Easel, wanted: object, name: str | None = None) -> Imported:
    return await import_workflow(easel.settings(), str(wanted), name)


async def refusal(easel: Easel, wanted: object, name: str | None = None) -> str:
    with pytest.raises(WorkflowError) as raised:
        await run(easel, wanted, name)
    return raised.value.sentence()


async def save(comfyui: Simulator, name: str, saved: dict[str, Any]) -> None:
    """As ComfyUI's page does."""
    async with ClientSession() as session:
        url = f"{comfyui.url}/api/userdata/workflows%2F{name}.json"
        async with session.post(url, data=json.dumps(saved).encode()) as answer:
            assert answer.status == 200


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def written(home: Path) -> list[str]:
    return sorted(path.name for path in home.iterdir())


def loaded(easel: Easel, home: Path) -> Library:
    """The folder as the bot reads it, with what the simulator said of its nodes."""
    (kept,) = (easel.folder / "catalogues").iterdir()
    library = Library(home)
    library.load(hosts_of(Catalogue.load(kept)))
    return library


async def test_an_export_becomes_a_graph_and_a_manifest_that_load_as_they_were_shown(
    easel: Easel, home: Path, export: Path
) -> None:
    imported = await run(easel, export)
    library = loaded(easel, home)

    assert written(home) == ["my_squares.json", "my_squares.toml"]
    assert imported.files == (home / "my_squares.json", home / "my_squares.toml")
    assert library.problems == ()
    assert library.workflows["my_squares"].manifest == imported.entry.variants[0].manifest
    assert library.workflows["my_squares"].graph == BLANK


async def test_the_command_is_shown_as_members_will_see_it(easel: Easel, home: Path, export: Path) -> None:
    text = plain_text((await run(easel, export, "Big Boxes")).entry)

    assert text.startswith("/big_boxes  Run the workflow “big_boxes”\n  ")
    assert "left out: 64x32" in text
    assert "*" not in text


async def test_what_a_newer_server_asks_for_is_filled_in_and_told(easel: Easel, home: Path, export: Path) -> None:
    older = json.loads(json.dumps(BLANK))
    del older["1"]["inputs"]["color"]
    put(export, json.dumps(older))

    imported = await run(easel, export)

    assert "! “Canvas” has no “color”" in plain_text(imported.entry)
    assert "# “Canvas” has no “color”" in (home / "my_squares.toml").read_text("utf-8")
    assert json.loads((home / "my_squares.json").read_text("utf-8"))["1"]["inputs"]["color"] == 0


async def test_a_picture_comfyui_made_is_imported(easel: Easel, home: Path, tmp_path: Path) -> None:
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("prompt", json.dumps(BLANK))
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG", pnginfo=chunks)
    (tmp_path / "ComfyUI_00001_.png").write_bytes(out.getvalue())

    await run(easel, tmp_path / "ComfyUI_00001_.png", "card")

    assert written(home) == ["card.json", "card.toml"]
    assert loaded(easel, home).workflows["card"].graph == BLANK


@pytest.mark.skipif(find_spec(CONVERTER) is None, reason="missing comfy-cli")
async def test_a_workflow_saved_in_comfyui_is_imported_by_its_name(
    comfyui: Simulator, easel: Easel, home: Path
) -> None:
    await save(comfyui, "art%2FMy%20Squares", SAVED)

    imported = await run(easel, "server:my squares")

    assert written(home) == ["my_squares.json", "my_squares.toml"]
    assert [node["class_type"] for node in imported.entry.variants[0].graph.values()] == ["EmptyImage", "SaveImage"]


async def test_a_wrong_name_lists_what_comfyui_has_the_closest_first(
    comfyui: Simulator, easel: Easel, home: Path
) -> None:
    for name in ("portrait", "fox", "landscape"):
        await save(comfyui, name, SAVED)

    assert await refusal(easel, "server:landscap") == (
        "server:landscap: ComfyUI has no saved workflow of that name. It has: landscape, fox, portrait."
    )


async def test_where_nothing_is_saved_it_says_how_to(easel: Easel, home: Path) -> None:
    assert "There are no workflows saved in ComfyUI." in await refusal(easel, "server:fox")


@pytest.mark.parametrize("there", ["my_squares.json", "my_squares.toml", "My_Squares.png"])
async def test_nothing_is_overwritten(easel: Easel, home: Path, export: Path, *, there: str) -> None:
    put(home / there, "mine")

    sentence = await refusal(easel, export)

    assert sentence == f"{there}: It is already there, and nothing is overwritten. Choose another --name."
    assert written(home) == [there]
    assert (home / there).read_text("utf-8") == "mine"


async def test_a_graph_in_the_folder_gets_a_manifest_beside_it(easel: Easel, home: Path) -> None:
    put(home / "My Squares.json", json.dumps(BLANK))

    imported = await run(easel, home / "My Squares.json")

    assert written(home) == ["My Squares.json", "my_squares.toml"]
    assert imported.files == (home / "my_squares.toml",)
    assert list(loaded(easel, home).entries) == ["my_squares"]


async def test_while_comfyui_is_away_its_nodes_are_known_from_before(
    comfyui: Simulator, easel: Easel, home: Path, export: Path
) -> None:
    await run(easel, export, "first")
    await comfyui.close()
    await run(easel, export, "second")

    assert written(home) == ["first.json", "first.toml", "second.json", "second.toml"]
    assert f"No ComfyUI server answers: {comfyui.url}: " in await refusal(easel, "server:fox")


async def test_before_any_server_was_reached_it_says_so(
    comfyui: Simulator, easel: Easel, home: Path, export: Path
) -> None:
    await comfyui.close()

    sentence = await refusal(easel, export)

    assert "No ComfyUI server answers" in sentence
    assert "Start ComfyUI, or set COMFYUI_URLS." in sentence
    assert "workflows" not in written(home.parent)


async def test_files_that_cannot_be_used_are_one_sentence_and_leave_nothing(
    easel: Easel, home: Path, export: Path, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("hello", "utf-8")
    wrong = [await refusal(easel, path) for path in (tmp_path / "gone.json", tmp_path, tmp_path / "a.txt")]
    put(home, "a file")
    blocked = await refusal(easel, export)

    assert "gone.json: It cannot be read" in wrong[0]
    assert "It cannot be read" in wrong[1]
    assert "a.txt: It is not valid JSON" in wrong[2]
    assert "It cannot be written" in blocked
    assert "workflows" in written(home.parent)


async def test_a_name_that_windows_has_for_a_device_is_changed(easel: Easel, home: Path, export: Path) -> None:
    await run(easel, export, "con")

    assert written(home) == ["con_.json", "con_.toml"]
