"""What results go on to: goals, the rows of buttons, values carried over, what changed since, and double clicks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from bot.comfy.events import Output
from bot.content.wildcards import literal
from bot.errors import OptionRefused
from bot.jobs.job import Job, JobState, Outcome
from bot.ui.buttons import Rows
from bot.ui.carrying import ancestors_of, carried, fitted
from bot.ui.changed import changes
from bot.ui.clicks import KEPT, Clicks
from bot.ui.controls import job_rows
from bot.ui.details import command_of
from bot.ui.page import Page
from bot.workflow.binding import bind
from bot.workflow.goals import Strength, amount, goal_by_key, goals_of
from bot.workflow.hosts import hosts_of
from bot.workflow.library import Library
from bot.workflow.option import Option
from bot.workflow.recipe import recipe_of
from tests.pure.graphs import nodes
from tests.pure.jobs import Clock, make_job, make_place, open_store
from tests.pure.workflow_parts import ROOT


@cache
def shipped() -> Library:
    library = Library(ROOT / "workflows")
    library.load()
    return library


@dataclass
class Shelf:
    """A client that knows the shipped workflows, and ComfyUI's own nodes."""

    library: Library = field(default_factory=shipped)
    pool: Any = field(default_factory=lambda: SimpleNamespace(catalogue=nodes(), hosts=hosts_of(nodes(), "0.33.0")))
    wording: Any = field(default_factory=lambda: SimpleNamespace(literal=literal))
    helper: object | None = field(default_factory=object)


def made(pictures: int, *others: str, **fields: Any) -> Job:
    """A job of /imagine that is done."""
    names = [*(f"a_{number:05}_.png" for number in range(pictures)), *others]
    outputs = tuple(Output("9", "file", name, "", "output") for name in names)
    facts: dict[str, Any] = {"state": JobState.DONE, "outcome": Outcome(outputs=outputs), **fields}
    return make_job(**facts)


def file_names(job: Job) -> list[str]:
    """What its files are called in its messages."""
    suffixes = (Path(output.filename).suffix for output in job.outcome.outputs)
    return [f"easel-{job.id[:8]}-{number}{suffix}" for number, suffix in enumerate(suffixes, start=1)]


def rows(job: Job, **others: Any) -> Rows:
    return job_rows(Shelf(), job, file_names(job)[:10], **others)


def labels(found: Rows) -> list[list[str]]:
    items = [[each.item().item for each in row] for row in found]
    return [[getattr(item, "label", None) or item.placeholder for item in row] for row in items]


def entries(found: Rows) -> list[list[str]]:
    selects = [each.item().item for row in found for each in row if hasattr(each.item().item, "options")]
    return [[option.label for option in select.options] for select in selects]


def test_the_goals_of_a_workflow_are_its_actions_in_order_and_one_of_them_varies() -> None:
    goals = goals_of(shipped(), "imagine")

    assert [(goal.label, goal.varies, goal.enlarges) for goal in goals] == [
        ("Remix", True, False),
        ("Upscale", False, True),
        ("Animate", False, False),
        ("Describe", False, False),
    ]
    found = goal_by_key(shipped(), goals[0].key)
    assert found is not None
    assert (found.workflow, found.option.name, found.varies) == ("remix", "image", True)


def test_a_workflow_that_cannot_run_is_no_goal() -> None:
    library = Library(ROOT / "workflows")
    library.load(switches={"upscale": False})
    key = next(goal.key for goal in goals_of(shipped(), "imagine") if goal.enlarges)

    assert [goal.label for goal in goals_of(library, "imagine")] == ["Remix", "Animate", "Describe"]
    assert goal_by_key(library, key) is None
    assert goals_of(library, "gone") == ()


@pytest.mark.parametrize(
    ("facts", "subtle", "strong"),
    [
        ({}, 0.35, 0.75),
        ({"min": 0.5, "max": 0.6}, 0.5, 0.6),
        ({"min": 0, "max": 100, "multiply": 0.01}, 35, 75),
        ({"min": 0.1, "max": 1, "step": 0.2}, 0.3, 0.7),
    ],
)
def test_both_strengths_are_values_that_the_option_takes(
    facts: Mapping[str, Any], subtle: float, strong: float
) -> None:
    option = Option.model_validate({"name": "change", "type": "number", "targets": ["Sampler.denoise"], **facts})

    assert [amount(option, strength) for strength in Strength] == pytest.approx([subtle, strong])


def test_one_picture_has_a_button_for_everything() -> None:
    first, others, *tools = labels(rows(made(1)))

    assert [label for label in first if label != "Edit"] == ["Again", "Vary (subtle)", "Vary (strong)", "Upscale"]
    assert others[:3] == ["Remix", "Animate", "Describe"]
    assert all(len(row) <= 5 for row in (first, others, *tools))


def test_four_pictures_have_the_letters_in_their_order_and_a_select_for_the_rest() -> None:
    found = rows(made(4))

    above, below, *_rest = labels(found)
    assert above == ["U1", "U2", "U3", "U4", "Again"]
    assert below[:4] == ["V1", "V2", "V3", "V4"]
    (select,) = entries(found)
    assert select[0] == "Picture 1: Vary (subtle)"
    assert {"Picture 4: Remix", "Picture 4: Animate", "Picture 4: Describe"} < set(select)
    assert not any("Upscale" in entry for entry in select)


def test_more_pictures_have_selects_that_say_which_and_what() -> None:
    found = rows(made(10))

    upscale, vary, *others = entries(found)
    assert upscale == [f"Picture {number}: Upscale" for number in range(1, 11)]
    assert vary[:3] == ["Picture 1: Vary (subtle)", "Picture 1: Vary (strong)", "Picture 2: Vary (subtle)"]
    assert "Picture 10: Describe" in [entry for select in others for entry in select]
    assert labels(found)[1] == ["Upscale: choose a picture"]


def test_a_follow_up_has_buttons_for_its_own_pictures_only() -> None:
    job = made(12)

    found = job_rows(Shelf(), job, file_names(job)[10:], first=False)

    assert labels(found)[:2] == [["U11", "U12"], ["V11", "V12"]]
    assert "Again" not in [label for row in labels(found) for label in row]


def test_a_sheet_has_the_buttons_of_the_pictures_on_it() -> None:
    job = made(3, "clip.mp4")
    names = [f"easel-{job.id[:8]}-sheet.webp", f"easel-{job.id[:8]}-4.mp4"]

    found = job_rows(Shelf(), job, names, on_sheet=3)

    assert labels(found)[0][:3] == ["U1", "U2", "U3"]
    assert not any(entry.startswith("File 4") for select in entries(found) for entry in select)


@pytest.mark.parametrize("ending", [JobState.FAILED, JobState.CANCELLED])
def test_what_made_nothing_can_be_made_again(ending: JobState) -> None:
    found = labels(rows(made(0, state=ending)))

    assert found == [["Again", "Edit", "Details", "Delete"]]


def test_few_buttons_are_one_row() -> None:
    assert labels(rows(made(1, workflow="other"))) == [["Again", "Use as input", "Details", "Save to DMs", "Delete"]]
    assert labels(rows(made(1, workflow="describe"))) == [
        ["Again", "Edit", "Use as input"],
        ["Details", "Save to DMs", "Delete"],
    ]


def test_a_text_has_no_buttons_for_pictures() -> None:
    job = made(0, outcome=Outcome(outputs=(Output("1", "text", text="a fox"),)))

    assert "Vary (subtle)" not in [label for row in labels(rows(job)) for label in row]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5, 9, 10, 16, 40])
@pytest.mark.parametrize("on_sheet", [False, True])
def test_every_message_fits_into_what_discord_takes(count: int, on_sheet: bool) -> None:
    job = made(count)

    names = [f"easel-{job.id[:8]}-sheet.webp"] if on_sheet else file_names(job)[:10]

    found = job_rows(Shelf(), job, names, on_sheet=count if on_sheet else 0)

    view = Page("what", ("body",), "footer", rows=found).view()
    assert view.total_children_count + 11 <= 40  # ten files and what holds them
    assert all(len(each.item().custom_id) <= 100 for row in found for each in row)
    ids = [each.item().custom_id for row in found for each in row]
    assert len(ids) == len(set(ids))
    for select in entries(found):
        assert 1 <= len(select) <= 25
        assert len(set(select)) == len(select)


def test_a_page_is_another_when_its_buttons_are() -> None:
    job = made(1)

    page = Page("what", rows=rows(job))

    assert page.key == Page("what", rows=rows(job)).key
    assert page.key != replace(page, rows=page.rows[:1]).key


def test_texts_come_from_the_nearest_that_could_say_them() -> None:
    imagined = made(1, values={"prompt": "a fox", "negative": "snow"})
    remixed = made(1, workflow="remix", values={"prompt": "a wolf", "image": "image"})
    upscaled = made(1, workflow="upscale", values={"image": "image"})

    assert carried(Shelf(), [upscaled, imagined], "remix", {}) == {"prompt": "a fox", "negative": "snow"}
    assert carried(Shelf(), [upscaled, remixed, imagined], "remix", {}) == {"prompt": "a wolf"}
    assert carried(Shelf(), [upscaled], "remix", {"change": 0.3}) == {"change": 0.3}
    rolled = {"prompt": "a cat, in oil", "style suffix": "in oil"}
    drawn = replace(imagined, values={"prompt": "a __animal__"}, expanded=rolled)
    assert carried(Shelf(), [drawn], "remix", {}) == {"prompt": "a cat"}
    assert carried(Shelf(), [upscaled, drawn], "remix", {}) == {"prompt": "a cat, in oil"}
    escaped = replace(imagined, values={"prompt": r"a __animal__ \{x|y}"}, expanded={"prompt": "a cat {x|y}"})
    assert carried(Shelf(), [escaped], "remix", {}) == {"prompt": r"a cat \{x\|y\}"}


def test_a_command_to_copy_has_what_the_command_still_takes() -> None:
    job = made(1, values={"prompt": "a fox", "colour": "red"})
    shelf = Shelf()

    assert command_of(job, shelf.library, shelf.wording) == f"/imagine prompt:a fox seed:{job.seed}"


async def test_nobody_learns_what_only_others_saw(tmp_path: Path) -> None:
    store = await open_store(tmp_path)
    there, hidden = make_place(user_id=1), make_place(user_id=1, visible=False)
    shown = await store.add(made(1, place=there))
    secret = await store.add(made(1, place=hidden, parent=shown.id))
    other = await store.add(made(1, place=make_place(user_id=1, channel_id=99)))
    gone = await store.add(made(1, place=there, removed_by=2))

    async def ancestors(parent: Job, user_id: int) -> list[str]:
        child = made(1, place=there, parent=parent.id)
        return [job.id for job in await ancestors_of(store, child, user_id)]

    assert await ancestors(shown, 2) == [shown.id]
    assert await ancestors(secret, 1) == [secret.id, shown.id]
    assert [await ancestors(parent, 2) for parent in (secret, other, gone)] == [[], [], []]
    assert await ancestors(gone, 1) == []
    await store.close()


def test_values_go_along_where_the_other_workflow_takes_them() -> None:
    job = made(1, values={"prompt": "a fox", "steps": 30, "count": 16, "size": "square", "seed": 5, "cfg": 6.5})

    found = carried(Shelf(), [job], "remix", {"change": 0.75})

    assert found == {"prompt": "a fox", "steps": 30, "cfg": 6.5, "change": 0.75}


def test_names_of_files_go_along_only_into_inputs_of_the_same_name() -> None:
    workflow = shipped().variants("imagine")[-1]
    model = "v1-5-pruned-emaonly-fp16.safetensors"
    job = made(1, values={"prompt": "a fox", "model": model}, recipe=recipe_of(workflow))

    assert carried(Shelf(), [job], "remix", {})["model"] == model
    assert "model" not in carried(Shelf(), [job], "upscale", {})


def test_what_is_given_stays_whatever_is_left_out() -> None:
    graphs = shipped().variants("remix")
    values = {"prompt": "a fox", "steps": 10_000, "flavour": "sweet", "change": 5}

    kept, left = fitted(Shelf(), graphs, values, fixed={"change"})

    assert kept == {"prompt": "a fox", "steps": 10_000, "change": 5}
    assert left.keys() == {"flavour"}


def test_nothing_is_said_of_a_job_that_would_be_made_the_same() -> None:
    workflow = shipped().variants("imagine")[-1]
    values: dict[str, Any] = {"prompt": "a fox"}
    job = made(1, values=values, recipe=recipe_of(workflow), graph=bind(workflow, values, 7), seed=7)

    assert changes(job, (), workflow, values, None) == ()


def test_defaults_that_are_others_now_are_said() -> None:
    workflow = shipped().variants("imagine")[-1]
    recipe = replace(recipe_of(workflow), defaults={"size": "tiny", "count": 1})
    job = made(1, values={"prompt": "a fox"}, recipe=recipe, used={"model": "old.safetensors"})

    found = changes(job, (), workflow, {"prompt": "a fox"}, nodes())

    assert found[0] == "`size` is `square`; it was `tiny`."
    assert found[1].endswith("it was `old.safetensors`.")
    assert changes(job, (), workflow, {"prompt": "a fox", "size": "wide"}, None) == ()


def test_another_graph_is_said_where_nothing_else_is() -> None:
    workflow = shipped().variants("imagine")[-1]
    values: dict[str, Any] = {"prompt": "a fox"}
    job = made(1, values=values, recipe=recipe_of(workflow), graph={"1": {}})

    (sentence,) = changes(job, (), workflow, values, None)

    assert sentence.startswith("The workflow itself was changed since")
    assert changes(replace(job, graph={}), (), workflow, values, None) == ()


def test_what_was_left_out_is_said_and_many_differences_are_counted() -> None:
    workflow = shipped().variants("imagine")[-1]
    job = made(1, values={f"o{number}": number for number in range(8)})
    left = [OptionRefused(f"o{number}", "no") for number in range(8)]

    found = changes(job, left, workflow, {}, None)

    assert found[0] == "Without `o0` `0`: that is no longer possible."
    assert found[-1] == "and 3 more differences"


class Pressed:
    """A press as far as clicks look at one."""

    def __init__(self, user: int, message: int = 1) -> None:
        self.user = SimpleNamespace(id=user)
        self.message = SimpleNamespace(id=message)
        self.id = 9
        self.silent = False
        self.response = SimpleNamespace(defer=self._defer)

    async def _defer(self) -> None:
        self.silent = True


async def press(clicks: Clicks, user: int, message: int = 1, button: str = "again") -> bool:
    """Whether it counts; what does not is answered all the same."""
    pressed = Pressed(user, message)
    async with clicks.once(cast("discord.Interaction[Any]", pressed), button) as first:
        assert pressed.silent is not first
        return first


async def test_a_second_click_within_moments_is_the_same_click() -> None:
    clock = Clock()
    clicks = Clicks(clock)

    assert [await press(clicks, 1), await press(clicks, 1)] == [True, False]
    assert await press(clicks, 2)
    assert await press(clicks, 1, message=2)
    assert await press(clicks, 1, button="upscale")
    clock.pass_by(seconds=4)
    assert await press(clicks, 1)


async def test_a_click_that_was_refused_can_be_made_again() -> None:
    clicks = Clicks(Clock())

    with suppress(OptionRefused):
        async with clicks.once(cast("discord.Interaction[Any]", Pressed(1)), "again"):
            raise OptionRefused("model", "gone")

    assert await press(clicks, 1)


async def test_clicks_are_not_remembered_for_ever() -> None:
    clicks = Clicks(Clock())
    for user in range(KEPT + 1):
        await press(clicks, user)

    assert len(clicks._seen) == KEPT
