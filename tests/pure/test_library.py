"""The folder of workflows: what is good becomes a command, what is not says why and harms nothing else."""

import json
import shutil
from pathlib import Path

import pytest

from bot.comfy.simulator.catalogue import MODELS
from bot.comfy.simulator.catalogue import Catalogue as Simulated
from bot.workflow.catalogue import Catalogue
from bot.workflow.library import Library

DATA = Path(__file__).parents[1] / "data/workflows"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    return tmp_path


def load(folder: Path, catalogue: Catalogue | None = None) -> Library:
    library = Library(folder)
    library.load(catalogue)
    return library


def test_every_pair_becomes_a_command(folder: Path) -> None:
    library = load(folder)

    assert list(library.workflows) == ["blank", "picture"]
    assert library.problems == ()


def test_a_bad_workflow_disables_only_itself(folder: Path) -> None:
    (folder / "bad.toml").write_text('description = "Bad"\nsize = 3', "utf-8")
    (folder / "bad.json").write_text((DATA / "blank.json").read_text("utf-8"), "utf-8")

    library = load(folder)

    assert list(library.workflows) == ["blank", "picture"]
    assert [problem.file for problem in library.problems] == ["bad.toml"]


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        ("{", ["not valid JSON", "line 1"]),
        ("[]", ["no nodes", "Export (API)"]),
        ('{"nodes": [], "links": []}', ["not an API export", "Export (API)"]),
        ('{"1": {"inputs": {}}}', ["Node 1 has no class"]),
        ('{"1": {"class_type": "A"}}', ["Node 1 has no inputs"]),
        ('{"1": {"class_type": "A", "inputs": {"x": ["9", 0]}}}', ["“A”", "“x”", "node 9"]),
        ('{"1": {"class_type": "A", "inputs": {"x": NaN}}}', ["NaN"]),
        ('{"1": {"class_type": "A", "inputs": {"x": 1e999}}}', ["1e999"]),
        ('{"1": {"class_type": "A", "inputs": {"x": ' + "[" * 5000 + "]" * 5000 + "}}}", []),
        ('{"1": {"class_type": "A", "inputs": {"x": ' + "[" * 50 + "]" * 50 + "}}}", ["nested too deeply"]),
    ],
)
def test_a_broken_graph_gives_one_sentence_that_helps(folder: Path, graph: str, words: list[str]) -> None:
    (folder / "blank.json").write_text(graph, "utf-8")

    library = load(folder)

    (problem,) = library.problems
    assert problem.file == "blank.json"
    assert [word for word in words if word not in problem.sentence()] == []
    assert list(library.workflows) == ["picture"]


def test_a_graph_that_is_not_there_is_named(folder: Path) -> None:
    (folder / "blank.json").unlink()

    (problem,) = load(folder).problems

    assert "blank.json is not in the folder" in problem.sentence()


def test_a_graph_without_a_manifest_is_named(folder: Path) -> None:
    (folder / "blank.toml").unlink()

    (problem,) = load(folder).problems

    assert problem.sentence().startswith("blank.json: It has no manifest")


def test_the_second_of_one_name_is_refused(folder: Path) -> None:
    (folder / "other.toml").write_text('name = "blank"\ngraph = "blank.json"\ndescription = "Again"', "utf-8")

    library = load(folder)

    assert library.workflows["blank"].manifest.description != "Again"
    assert [problem.file for problem in library.problems] == ["other.toml"]


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"description = 'x'\n" + b"#" * (8 * 2**20)])
def test_a_file_that_is_no_text_or_far_too_large_is_refused(folder: Path, content: bytes) -> None:
    (folder / "blank.toml").write_bytes(content)

    library = load(folder)

    assert [problem.file for problem in library.problems] == ["blank.toml"]


def test_a_file_written_by_notepad_loads(folder: Path) -> None:
    manifest = (folder / "blank.toml").read_text("utf-8")
    (folder / "blank.toml").write_text("\ufeff" + manifest.replace("\n", "\r\n"), "utf-8")

    assert load(folder).problems == ()


def test_loading_again_forgets_what_was_removed(folder: Path) -> None:
    library = load(folder)
    (folder / "blank.toml").unlink()
    (folder / "blank.json").unlink()

    library.load()

    assert list(library.workflows) == ["picture"]


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert not load(tmp_path / "nowhere").workflows


def test_a_node_of_another_pack_can_be_bypassed_once_its_types_are_known(folder: Path) -> None:
    graph = json.loads((folder / "picture.json").read_text("utf-8"))
    graph["2"]["class_type"] = "PackInvert"
    (folder / "picture.json").write_text(json.dumps(graph), "utf-8")
    pack = {"PackInvert": {"input": {"required": {"image": ["IMAGE"]}}, "output": ["IMAGE"]}}
    server = Simulated(MODELS, list).classes

    before, after = load(folder), load(folder, Catalogue({**server, **pack}))

    assert "once a server that has it was reached" in before.problems[0].sentence()
    assert "picture" in after.workflows
