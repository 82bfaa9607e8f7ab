"""An inferred manifest written as TOML: it reads back the same, and says what each option sets."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.workflow.inference.writing import write_manifest
from bot.workflow.manifest import Manifest
from bot.workflow.reading import parse_manifest
from tests.pure.graphs import drawing, inferred, node
from tests.pure.workflow_parts import ROOT, load

SHIPPED = sorted(path.stem for path in (ROOT / "workflows").glob("*.toml"))


def test_what_is_written_reads_back_the_same() -> None:
    found = inferred(drawing(load=node("LoadImage", image="a.png"), look=node("PreviewImage", images=("load", 0))))

    text = write_manifest(found.manifest, drawing(), found.notes)

    assert parse_manifest(text, "draw.toml") == found.manifest


@pytest.mark.parametrize("name", SHIPPED)
def test_manifests_with_every_kind_of_table_read_back_the_same(name: str) -> None:
    manifest = parse_manifest((Path(ROOT) / "workflows" / f"{name}.toml").read_text("utf-8"), f"{name}.toml")

    assert parse_manifest(write_manifest(manifest, {}), f"{name}.toml") == manifest


def test_every_option_says_which_node_it_sets() -> None:
    graph = drawing(canvas=node("EmptyLatentImage", "Canvas", width=512, height=512, batch_size=1))
    text = write_manifest(inferred(graph).manifest, graph)

    assert "# sets “width” of node canvas: “Canvas” (EmptyLatentImage)" in text
    assert "# sets “steps” of node sampler: KSampler" in text


def test_keys_that_one_may_want_stand_there_commented_out() -> None:
    graph = drawing(load=node("LoadImage", image="a.png"), look=node("PreviewImage", images=("load", 0)))
    lines = write_manifest(inferred(graph).manifest, graph).splitlines()

    for key in ("group", "cooldown", "roles", "nsfw", "outputs", "pattern", "choices", "bypass", "max"):
        assert [line for line in lines if line.startswith(f"# {key} = ")], key


def test_every_commented_out_key_is_toml() -> None:
    graph = drawing(load=node("LoadImage", image="a.png"), look=node("PreviewImage", images=("load", 0)))
    lines = write_manifest(inferred(graph).manifest, graph).splitlines()
    keys = [line.removeprefix("# ") for line in lines if line.startswith("# ") and " = " in line]

    assert len(keys) > 10
    assert [key for key in keys if len(tomllib.loads(key)) != 1] == []


def test_notes_stand_on_top_each_on_a_line_of_its_own() -> None:
    text = write_manifest(inferred(drawing()).manifest, drawing(), ["One\nnote", "Another"])

    assert text.splitlines()[1:3] == ["# One note", "# Another"]


@given(words=st.text(max_size=200), note=st.text(max_size=50))
def test_no_text_breaks_out_of_its_line(words: str, note: str) -> None:
    graph = drawing(**{"for": node("CLIPTextEncode", words, text=words, clip=("model", 1))})
    manifest = inferred(graph).manifest.model_copy(update={"description": words[:100] or "x"})

    assert parse_manifest(write_manifest(manifest, graph, [note]), "draw.toml") == manifest


def test_a_workflow_of_the_tests_is_written_with_its_graph() -> None:
    workflow = load("picture")

    assert parse_manifest(write_manifest(workflow.manifest, workflow.graph), "picture.toml") == workflow.manifest


def test_a_manifest_needs_no_options() -> None:
    manifest = Manifest(name="x", description="y", graph="z.json")

    assert parse_manifest(write_manifest(manifest, {}), "x.toml") == manifest
