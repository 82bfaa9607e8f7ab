"""Every example in docs/workflows.md is a manifest that loads, and every key there is has one."""

import re
from pathlib import Path

import pytest

from bot.workflow.graph import parse_graph
from bot.workflow.manifest import Manifest, Preset, Requires, Variant, keys_of
from bot.workflow.option import FOLDERS, Option, OptionType
from bot.workflow.reading import parse_manifest
from bot.workflow.safety import Safety
from bot.workflow.workflow import build_workflow

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/workflows.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
#: what stands for the reader's own exports
GRAPHS = {
    "draw.json": "workflows/imagine.json",
    "draw.flux.json": "workflows/imagine.flux.json",
    "picture.json": "tests/data/workflows/picture.json",
}
COMMAND = 'description = "An example"\ngraph = "draw.json"\n'
INNER = sorted({*keys_of(Variant), *keys_of(Preset), *keys_of(Requires), *keys_of(Safety)})


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_loads(example: str) -> None:
    manifest = parse_manifest(example if "description" in example else COMMAND + example, "example.toml")

    for variant in manifest.variants or (None,):
        name = variant.graph if variant is not None else manifest.graph
        graph = parse_graph((ROOT / GRAPHS[name]).read_text("utf-8"), name)
        assert build_workflow(manifest, graph, "example.toml", variant=variant).name


@pytest.mark.parametrize("key", sorted({*keys_of(Manifest), *keys_of(Option)} - {"option"}))
def test_every_key_has_a_heading_and_an_example(key: str) -> None:
    assert re.search(rf"^### .*`{key}`", TEXT, re.MULTILINE)
    assert any(re.search(rf"^({key} = |\[{key}\]|\[\[{key}\]\])", example, re.MULTILINE) for example in EXAMPLES)


@pytest.mark.parametrize("key", INNER)
def test_every_key_inside_another_is_listed_and_has_an_example(key: str) -> None:
    assert re.search(rf"^- .*`{key}`", TEXT, re.MULTILINE)
    assert any(re.search(rf"\b{key} = ", example) for example in EXAMPLES)


@pytest.mark.parametrize("kind", OptionType)
def test_every_type_is_in_the_table(kind: OptionType) -> None:
    assert re.search(rf"^\| `{kind}` \|", TEXT, re.MULTILINE)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_folder_of_models_is_named(folder: str) -> None:
    assert f"`{folder}`" in TEXT


def test_what_ships_is_in_the_table() -> None:
    shipped = {path.stem for path in (ROOT / "workflows").glob("*.toml")}

    assert set(re.findall(r"^\| `/(\w+)` \|", TEXT, re.MULTILINE)) == shipped
