"""What can be done with one file of a result: the workflow's actions, as the folder of workflows is today."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from bot.jobs.job import Job
from bot.text import _
from bot.ui.acting import ActButton
from bot.ui.buttons import Control, control
from bot.ui.files import PICTURES, file_outputs
from bot.ui.pictures import number_of
from bot.ui.varying import VaryButton
from bot.workflow.goals import Goal, Strength, goals_of
from bot.workflow.library import Library
from bot.workflow.option import OptionType

VIDEOS = frozenset({".mp4", ".webm", ".mov"})
SOUNDS = frozenset({".mp3", ".wav", ".flac", ".ogg", ".opus"})
#: which files an option takes, by their extensions; None: all
TAKES: Mapping[OptionType, frozenset[str] | None] = {
    OptionType.IMAGE: PICTURES,
    OptionType.MASK: PICTURES,
    OptionType.VIDEO: VIDEOS,
    OptionType.AUDIO: SOUNDS,
    OptionType.FILE: None,
}


@dataclass(frozen=True)
class Shown:
    """A file that a message shows: its `number` in the job, from 0, and the `place` people count it at, from 1."""

    number: int
    place: int
    extension: str


@dataclass(frozen=True)
class Deed:
    """Something to do with a file: `make` gives the button for the file of a number, with a label.

    `takes` are the extensions of the files it can be done with, None for all. `usual`: people look for it first.
    `letter`: it has a button of its own for each of a few pictures, such as U1.
    """

    label: str
    takes: frozenset[str] | None
    make: Callable[[int, str], Control]
    usual: bool = False
    letter: str = ""

    def on(self, shown: Iterable[Shown]) -> list[Shown]:
        """Those of the files that it can be done with."""
        return [file for file in shown if self.takes is None or file.extension in self.takes]


def deeds_of(library: Library, job: Job) -> Iterator[Deed]:
    """In the order of their buttons: Vary where an action draws a picture anew, Upscale, and the others."""
    goals = goals_of(library, job.workflow)
    varying = next((goal for goal in goals if goal.varies), None)
    if varying is not None:
        yield _vary(job, varying, Strength.SUBTLE, _("Vary (subtle)"))
        yield _vary(job, varying, Strength.STRONG, _("Vary (strong)"), letter="V")
    enlarging = next((goal for goal in goals if goal.enlarges), None)
    if enlarging is not None:
        yield _act(job, enlarging, letter="U")
    yield from (_act(job, goal) for goal in goals if goal is not enlarging)


def shown_in(names: Iterable[str]) -> Iterator[Shown]:
    """The files of a message, by their names."""
    for name in names:
        number = number_of(name)
        if number is not None:
            yield Shown(number, number + 1, PurePosixPath(name).suffix)


def shown_on_sheet(job: Job, count: int) -> Iterator[Shown]:
    """The pictures on a sheet, as it numbers them."""
    outputs = [(at, PurePosixPath(output.filename).suffix.lower()) for at, output in enumerate(file_outputs(job))]
    pictures = [(at, extension) for at, extension in outputs if extension in PICTURES]
    for place, (at, extension) in enumerate(pictures[:count], start=1):
        yield Shown(at, place, extension)


def _vary(job: Job, goal: Goal, strength: Strength, label: str, *, letter: str = "") -> Deed:
    def make(number: int, name: str) -> Control:
        return control(VaryButton, job.id, number, goal.key, strength.value, name)

    return Deed(label, TAKES[goal.option.type], make, usual=True, letter=letter)


def _act(job: Job, goal: Goal, *, letter: str = "") -> Deed:
    def make(number: int, name: str) -> Control:
        return control(ActButton, job.id, number, goal.key, name)

    return Deed(_worded(goal.label), TAKES[goal.option.type], make, usual=bool(letter), letter=letter)


def _worded(label: str) -> str:
    """The labels of the shipped workflows in the current language; others are as their manifests have them."""
    known = {
        "Remix": _("Remix"),
        "Upscale": _("Upscale"),
        "Animate": _("Animate"),
        "Describe": _("Describe"),
    }
    return known.get(label, label)
