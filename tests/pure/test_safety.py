"""What a judging workflow's text means, and which commands have a judge that can."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.comfy.events import Output
from bot.doctor.shelf import examine_workflows
from bot.errors import WorkflowError
from bot.jobs.job import Outcome, Verdict
from bot.settings import Settings
from bot.ui.withheld import withheld
from bot.workflow.entry import Status
from bot.workflow.library import Library
from bot.workflow.reading import parse_manifest
from bot.workflow.recipe import Recipe, recipe_of
from bot.workflow.safety import Safety, is_unsafe
from tests.pure.jobs import make_job, open_store

TAKES_PICTURE = '[[option]]\nname = "{name}"\ntype = "image"\nrequired = true\ntargets = ["Picture.image"]\n'
GRAPH = {
    "1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}, "_meta": {"title": "Picture"}},
    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "a"}, "_meta": {}},
}


@pytest.mark.parametrize(
    ("text", "unsafe"),
    [
        ("unsafe", True),
        ("This is NSFW, sorry.", True),
        ("safe", False),
        ("nsfwish", False),
        ("sfw", False),
        ("", False),
    ],
)
def test_words_are_looked_for_in_the_text(text: str, unsafe: bool) -> None:
    assert is_unsafe(text, Safety().unsafe) is unsafe


@pytest.mark.parametrize(
    ("text", "pattern", "unsafe"),
    [
        ("label: bad (0.93)", "label: bad*", True),
        ("the label: bad (0.93)", "label: bad*", False),
        ("some  Nudity\nhere", "no hands|nudity here", True),
        ("no nudity here", "nudity|!no nudity", False),
        ("no nudity, but gore", "nudity|gore|!no nudity", False),
    ],
)
def test_a_pattern_is_for_all_of_the_text_and_some_words_speak_against_it(
    text: str, pattern: str, unsafe: bool
) -> None:
    assert is_unsafe(text, (pattern,)) is unsafe


def test_any_of_several_patterns_is_enough() -> None:
    assert is_unsafe("no nudity, but gore", ("nudity|!no nudity", "gore"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("workflw = 'a'", ["Safety:", "“workflw”", "Did you mean “workflow”?"]),
        ("unjudged = 'keep'", ["Safety:", "“unjudged”", "pass", "withhold"]),
        ("strike = 'yes'", ["Safety:", "“strike” must be true or false"]),
        ("unsafe = 5", ["Safety:", "“unsafe” must be words"]),
        ("unsafe = '!safe'", ["Safety:", "what the text says"]),
        ("unsafe = []", ["Safety:", "what the text says"]),
        ("unsafe = '*'", ["Safety:", "what the text says"]),
        ("option = 5", ["Safety:", "“option” must be the name of one"]),
        ("workflow = 5", ["Safety:", "“workflow” must be text in quotes"]),
    ],
)
def test_a_mistake_in_it_is_said(line: str, words: list[str]) -> None:
    with pytest.raises(WorkflowError) as refused:
        parse_manifest(f'description = "Draw"\n[safety]\n{line}', "draw.toml")

    assert all(word in refused.value.problem for word in words), refused.value.problem


def test_it_is_a_table() -> None:
    with pytest.raises(WorkflowError, match=r"“safety” must be a table"):
        parse_manifest('description = "Draw"\nsafety = "classify"', "draw.toml")


def library(folder: Path, *, default: str = "", **manifests: str) -> Library:
    """Of workflows with these manifests, all on one graph."""
    for name, text in manifests.items():
        (folder / f"{name}.toml").write_text(f'description = "One"\ngraph = "graph.json"\n{text}', "utf-8")
    (folder / "graph.json").write_text(json.dumps(GRAPH), "utf-8")
    found = Library(folder, safety=default)
    found.load()
    return found


JUDGE = TAKES_PICTURE.format(name="image")
NEEDED = '[[option]]\nname = "a"\ntype = "text"\nrequired = true\ntargets = "2.filename_prefix"\n'


def test_a_job_keeps_all_that_is_said_of_its_judge(tmp_path: Path) -> None:
    found = library(
        tmp_path,
        draw='[safety]\nworkflow = "judge"\nstrike = true\n',
        judge='enabled = false\n[safety]\nworkflow = "judge"\nunsafe = "bad"\nunjudged = "pass"\n' + JUDGE,
    )

    (draw,) = found.variants("draw")
    kept = Recipe.from_dict(json.loads(json.dumps(recipe_of(draw).to_dict()))).safety

    assert kept == Safety(workflow="judge", unsafe=("bad",), strike=True, unjudged="pass")
    assert found.entries["judge"].status is Status.OFF
    assert [workflow.name for workflow in found.judges("judge")] == ["judge"]
    assert found.judges("judge")[0].safety is None


def test_one_judge_may_be_there_for_all(tmp_path: Path) -> None:
    found = library(
        tmp_path, default="judge", draw="", other='[safety]\nworkflow = "second"\n', judge=JUDGE, second=JUDGE
    )

    judges = {name: workflow.safety for name, workflow in found.workflows.items()}

    assert {name: safety.workflow if safety else None for name, safety in judges.items()} == {
        "draw": "judge",
        "other": "second",
        "judge": None,
        "second": "judge",
    }


@pytest.mark.parametrize(
    ("manifests", "reason"),
    [
        ({"judge_": JUDGE}, "there is none of that name. Did you mean “judge_”?"),
        ({"judge": "nonsense"}, "The workflow “judge” is to judge its pictures"),
        ({"judge": ""}, "has no option “image” that takes a picture"),
        ({"judge": TAKES_PICTURE.format(name="picture")}, "has no option “image” that takes a picture"),
        (
            {
                "judge": JUDGE
                + '[[option]]\nname = "a"\ntype = "text"\nrequired = true\ntargets = "2.filename_prefix"\n'
            },
            "also requires: a.",
        ),
    ],
)
def test_a_command_whose_judge_cannot_judge_is_hidden(tmp_path: Path, manifests: dict[str, str], reason: str) -> None:
    found = library(tmp_path, draw='[safety]\nworkflow = "judge"\n', **manifests)

    entry = found.entries["draw"]
    assert entry.status is Status.UNFIT
    assert reason in entry.reasons[0]
    assert "draw" not in found.workflows


def test_a_table_that_names_nobody_hides_the_command_rather_than_letting_all_through(tmp_path: Path) -> None:
    found = library(tmp_path, draw="[safety]\nstrike = true\n")

    assert found.entries["draw"].status is Status.UNFIT
    assert "SAFETY_WORKFLOW" in found.entries["draw"].reasons[0]


def test_a_stored_judge_that_cannot_be_read_lets_nothing_through() -> None:
    recipe = Recipe.from_dict({**Recipe().to_dict(), "safety": {"workflow": 5}})

    assert recipe.safety == Safety()


def test_the_doctor_says_why_a_command_is_hidden(tmp_path: Path) -> None:
    library(tmp_path, draw="", judge=JUDGE)
    settings = Settings(_env_file=None, workflows_dir=tmp_path, data_dir=tmp_path, safety_workflow="jugde")

    found = {finding.subject: finding.text for finding in examine_workflows(settings, [])}

    assert "The workflow “jugde” is to judge its pictures, but there is none of that name." in found["/draw"]
    assert "Did you mean “judge”?" in found["/judge"]


OUTPUTS = tuple(Output("1", "file", f"{number}.png") for number in range(4))


def test_what_was_not_judged_is_not_shown() -> None:
    job = make_job(outcome=Outcome(outputs=OUTPUTS), recipe=Recipe(safety=Safety(workflow="judge")))

    assert job.shown == ()
    assert replace(job, recipe=Recipe()).shown == OUTPUTS
    assert withheld(job)[0].startswith("All 4 pictures were withheld: they could not be checked.")


def test_only_what_is_safe_is_shown_and_the_rest_is_counted() -> None:
    verdicts = (Verdict.SAFE, Verdict.UNSAFE, Verdict.UNJUDGED, Verdict.FAILED)
    job = make_job(outcome=Outcome(OUTPUTS, verdicts), recipe=Recipe(safety=Safety(workflow="judge")))

    assert job.shown == OUTPUTS[:1]
    assert [line.split(":")[0] for line in withheld(job)] == [
        "1 of 4 pictures was withheld",
        "1 of 4 pictures was withheld",
        "1 of 4 files was withheld",
    ]


async def test_verdicts_and_judge_are_stored(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    outcome = Outcome(OUTPUTS[:2], (Verdict.SAFE, Verdict.UNSAFE))
    job = make_job(outcome=outcome, recipe=Recipe(safety=Safety(workflow="judge", unsafe=("a", "b"))))

    await store.add(job)

    assert await store.get(job.id) == job
    await store.close()
