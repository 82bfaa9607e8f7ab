"""Where a result can go on to: the actions of its workflow, as the folder of workflows is today."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from bot.workflow.library import Library
from bot.workflow.option import FILES, Option, OptionType
from bot.workflow.workflow import Workflow

UPSCALE = "upscale"
#: the input of samplers that says how much of a picture is drawn anew: 0 nothing, 1 all
DENOISE = "denoise"


class Strength(StrEnum):
    #: the picture stays, details change
    SUBTLE = "subtle"
    #: the idea stays, the picture changes
    STRONG = "strong"


#: how much of the picture is drawn anew
AMOUNTS: Mapping[Strength, float] = {Strength.SUBTLE: 0.35, Strength.STRONG: 0.75}


@dataclass(frozen=True)
class Goal:
    """An option of a workflow that takes a file; `denoise` is the option that says how much changes, if there is one.

    `label` is what the action is called: empty where it was looked for by its key.
    """

    label: str
    workflow: str
    option: Option
    denoise: Option | None = None
    #: it needs no other file, so that it can run at once
    alone: bool = True

    @property
    def key(self) -> str:
        """Short enough for a custom_id, and the same as long as the workflow and the option have these names."""
        return key_of(self.workflow, self.option.name)

    @property
    def varies(self) -> bool:
        """Whether it draws a picture anew, more or less of it."""
        return self.denoise is not None and self.alone and self.option.type is OptionType.IMAGE

    @property
    def enlarges(self) -> bool:
        """Whether it is what people know as Upscale."""
        return UPSCALE in {self.label.casefold(), self.workflow}


def goals_of(library: Library, workflow: str) -> tuple[Goal, ...]:
    """Those of the workflow's actions that can run now with one file, in the manifest's order."""
    entry = library.entries.get(workflow)
    if entry is None or not entry.variants:
        return ()
    actions = entry.variants[0].manifest.actions
    found = (_goal(library, label, *goal.split(".")) for label, goal in actions.items())
    return tuple(goal for goal in found if goal is not None and goal.alone)


def goal_by_key(library: Library, key: str) -> Goal | None:
    """The goal of that key, whether or not an action leads there today; None where it can no longer run."""
    names = ((name, option) for name, workflow in library.workflows.items() for option in _files(workflow))
    found = next((each for each in names if key_of(*each) == key), None)
    return _goal(library, "", *found) if found is not None else None


def key_of(workflow: str, option: str) -> str:
    """See `Goal.key`."""
    return sha256(f"{workflow}.{option}".encode()).hexdigest()[:8]


def amount(option: Option, strength: Strength) -> float:
    """A denoise option's value for that strength, within what the option takes."""
    value = AMOUNTS[strength] / (option.multiply or 1)
    if option.step is not None:
        start = option.min or 0
        value = round(start + round((value - start) / option.step) * option.step, 6)
    value = value if option.min is None else max(value, option.min)
    return value if option.max is None else min(value, option.max)


def _goal(library: Library, label: str, workflow: str, name: str) -> Goal | None:
    graphs = library.variants(workflow)
    options = graphs[0].manifest.options if graphs else ()
    option = next((each for each in options if each.name == name and each.type in FILES), None)
    if option is None:
        return None
    others = [each for each in options if each.required and each.type in FILES and each.name != name]
    return Goal(label, workflow, option, _denoise(graphs), alone=not others)


def _denoise(graphs: tuple[Workflow, ...]) -> Option | None:
    """The number that goes into a sampler's denoise."""
    for graph in graphs:
        for name, option in graph.options.items():
            if option.type is OptionType.NUMBER and any(target.input == DENOISE for target in graph.targets[name]):
                return next(each for each in graph.manifest.options if each.name == name)
    return None


def _files(workflow: Workflow) -> Iterator[str]:
    return (option.name for option in workflow.manifest.options if option.type in FILES)
