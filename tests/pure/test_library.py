"""The folder of workflows: what is good becomes a command, what is not says why and harms nothing else."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from bot.comfy.simulator.catalogue import MODELS
from bot.comfy.simulator.catalogue import Catalogue as Simulated
from bot.workflow.catalogue import Catalogue
from bot.workflow.hosts import hosts_of
from bot.workflow.library import Library, Status
from bot.workflow.node_class import NodeClass

DATA = Path(__file__).parents[1] / "data/workflows"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(DATA, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def server() -> Catalogue:
    return Catalogue(info())


def info() -> dict[str, Any]:
    return dict(Simulated(MODELS, list).classes)


def blank() -> dict[str, Any]:
    graph: dict[str, Any] = json.loads((DATA / "blank.json").read_text("utf-8"))
    return graph


def picture(path: Path, graph: dict[str, Any]) -> None:
    """A picture as ComfyUI saves it, with its graph inside."""
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("prompt", json.dumps(graph))
    Image.new("RGB", (8, 8)).save(path, "PNG", pnginfo=chunks)


def load(folder: Path, catalogue: Catalogue | None = None) -> Library:
    library = Library(folder)
    library.load(hosts_of(catalogue))
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


def test_a_graph_without_a_manifest_waits_for_a_server(folder: Path) -> None:
    (folder / "blank.toml").unlink()

    entry = load(folder).entries["blank"]

    assert entry.status is Status.UNFIT
    assert entry.reasons[0].startswith("It has no manifest: it becomes a command once a ComfyUI was reached")


def test_the_second_of_one_name_is_refused(folder: Path) -> None:
    (folder / "other.toml").write_text('name = "blank"\ngraph = "blank.json"\ndescription = "Again"', "utf-8")

    library = load(folder)

    assert library.workflows["blank"].manifest.description != "Again"
    assert [problem.file for problem in library.problems] == ["other.toml"]
    assert library.entries["other.toml"].reasons == (
        "Another file has the command “blank”: blank.toml. Rename one of them.",
    )


def test_a_graph_and_a_picture_of_one_name_are_told_apart_by_their_files(folder: Path, server: Catalogue) -> None:
    picture(folder / "new.png", blank())
    (folder / "new.json").write_text(json.dumps(blank()), "utf-8")

    library = load(folder, server)

    assert library.entries["new"].file == "new.json"
    assert library.entries["new.png"].status is Status.BROKEN


def test_a_graph_without_a_manifest_becomes_a_command_once_a_server_s_nodes_are_known(
    folder: Path, server: Catalogue
) -> None:
    (folder / "My Squares.json").write_text(json.dumps(blank()), "utf-8")
    library = Library(folder)

    library.load()
    before = dict(library.workflows)
    library.load(hosts_of(server))

    assert "my_squares" not in before
    assert library.entries["my_squares"].inferred
    assert "my_squares" in library.workflows


def test_a_picture_becomes_a_command(folder: Path, server: Catalogue) -> None:
    picture(folder / "postcard.png", blank())

    assert "postcard" in load(folder, server).workflows


def test_a_manifest_may_name_a_picture(folder: Path, server: Catalogue) -> None:
    picture(folder / "postcard.png", blank())
    (folder / "card.toml").write_text('graph = "postcard.png"\ndescription = "A card"', "utf-8")

    assert [name for name in load(folder, server).workflows if "card" in name] == ["card"]


@pytest.mark.parametrize("manifest", ["descripton = 3", "[[option", b"\xff"])
def test_the_graphs_of_a_broken_manifest_are_no_commands_of_their_own(
    folder: Path, server: Catalogue, manifest: str | bytes
) -> None:
    (folder / "blank.toml").write_bytes(manifest if isinstance(manifest, bytes) else manifest.encode())
    (folder / "blank.flux.json").write_text(json.dumps(blank()), "utf-8")

    library = load(folder, server)

    assert list(library.workflows) == ["picture"]
    assert list(library.entries) == ["blank.toml", "picture"]


def test_a_graph_written_in_other_letters_is_named_and_no_command_of_its_own(folder: Path, server: Catalogue) -> None:
    """On systems that tell the letters apart; on the others it is the same file."""
    (folder / "blank.json").rename(folder / "Blank.json")

    library = load(folder, server)

    assert "blank_2" not in library.workflows
    assert "Blank.json" not in library.entries
    if not (folder / "blank.json").exists():
        assert "Did you mean “Blank.json”?" in library.problems[0].sentence()


class Faulty(Catalogue):
    """Stands for a mistake of ours that one kind of node brings to light."""

    def node(self, class_type: str) -> NodeClass | None:
        if class_type == "Trap":
            raise RuntimeError("a mistake")
        return super().node(class_type)


def test_a_mistake_of_ours_takes_only_the_one_workflow_away(folder: Path) -> None:
    trap = blank()
    next(iter(trap.values()))["class_type"] = "Trap"
    (folder / "trap.json").write_text(json.dumps(trap), "utf-8")

    library = load(folder, Faulty(Simulated(MODELS, list).classes))

    assert list(library.workflows) == ["blank", "picture"]
    assert "mistake in Easel" in library.entries["trap.json"].reasons[0]


def test_what_discord_has_no_room_for_is_no_command_until_the_folder_is_read_again(folder: Path) -> None:
    library = load(folder)

    library.leave_out("blank", "There is no room.")
    left_out = library.entries["blank"], list(library.workflows), library.variants("blank")
    library.load()

    assert (left_out[0].status, left_out[0].reasons) == (Status.LEFT_OUT, ("There is no room.",))
    assert left_out[1:] == (["picture"], ())
    assert "blank" in library.workflows


def test_a_paid_workflow_stays_off_until_it_is_turned_on(folder: Path) -> None:
    paid = Catalogue({**info(), "PaidNode": {"input": {}, "output": ["IMAGE"], "api_node": True}})
    graph = blank()
    graph["9"] = {"class_type": "PaidNode", "inputs": {}}
    next(node for node in graph.values() if node["class_type"] == "SaveImage")["inputs"]["images"] = ["9", 0]
    (folder / "dear.json").write_text(json.dumps(graph), "utf-8")
    library = Library(folder)

    library.load(hosts_of(paid))
    before = library.entries["dear"]
    library.load(hosts_of(paid), switches={"dear": True})
    on = library.entries["dear"]
    library.load(hosts_of(paid), switches={"dear": False})

    assert (before.status, before.paid) == (Status.PAID, ("PaidNode",))
    assert "stays off until whoever runs the bot turns it on" in before.reasons[0]
    assert (on.status, on.paid) == (Status.READY, ("PaidNode",))
    assert library.entries["dear"].status is Status.OFF


def test_notes_and_problems_are_logged_once(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    (folder / "bad.toml").write_text("size = 3", "utf-8")
    library = Library(folder)

    with caplog.at_level("WARNING"):
        library.load()
        library.load()

    assert len([record for record in caplog.records if "bad.toml" in record.getMessage()]) == 1


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

    before, after = load(folder), load(folder, Catalogue({**info(), **pack}))

    assert "once a server that has it was reached" in before.problems[0].sentence()
    assert "picture" in after.workflows
