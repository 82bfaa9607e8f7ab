"""Where a command and a server do not quite fit: models it lacks, values it does not take."""

from __future__ import annotations

from collections.abc import Iterator

from bot.doctor.finding import Mark
from bot.failures import JobFailed
from bot.text import _
from bot.workflow.binding import Facts, Placed, bind, place
from bot.workflow.catalogue import Catalogue
from bot.workflow.completing import takes
from bot.workflow.graph import Graph, Target, link, title_of
from bot.workflow.inference.faults import find_faults
from bot.workflow.inference.web import Web
from bot.workflow.names import closest, match
from bot.workflow.option import FILES, Option, OptionType
from bot.workflow.recipe import recipe_of
from bot.workflow.workflow import Workflow

Misfit = tuple[Mark, str]


def misfits(workflow: Workflow, catalogue: Catalogue) -> Iterator[Misfit]:
    """Of the command as somebody uses it who gives nothing but what is required, and of its options' bounds."""
    graph = bind(workflow, {}, 0)
    facts = Facts(catalogue=catalogue, prefix="easel/check", uploads={})
    try:
        placed = place(graph, facts, recipe=recipe_of(workflow), values={})
    except JobFailed as problem:
        yield Mark.BAD, problem.sentence()
        return
    given = {
        target for option in workflow.options.values() if _is_given(option) for target in _targets(workflow, option)
    }
    yield from _of_lists(graph, placed, catalogue, given)
    faults = find_faults(Web(placed.graph, catalogue), given)
    yield from ((Mark.BAD, sentence) for sentence in faults.values())
    for option in workflow.options.values():
        yield from _of_option(option, workflow, catalogue)


def _is_given(option: Option) -> bool:
    """What the graph has in its place does not matter: a person gives it."""
    return option.required


def _targets(workflow: Workflow, option: Option) -> tuple[Target, ...]:
    return workflow.targets[option.name]


def _of_lists(graph: Graph, placed: Placed, catalogue: Catalogue, given: set[Target]) -> Iterator[Misfit]:
    """Files and other words from the server's lists: those it has under another name, and those it does not have."""
    for key, node in placed.graph.items():
        for name, value in node["inputs"].items():
            choices = catalogue.choices(node["class_type"], name)
            spec = catalogue.input(node["class_type"], name, node["inputs"])
            if not choices or spec is None or link(value) is not None or Target(key, name) in given:
                continue
            wanted = str(graph[key]["inputs"].get(name))
            if str(value) in choices:
                if match(wanted, choices) != str(value):
                    yield Mark.DOUBTFUL, _replaced(placed.graph, key, wanted, str(value))
            elif takes(spec, value):  # a file: anything else is among the faults
                yield Mark.BAD, _missing(placed.graph, key, wanted, choices)


def _replaced(graph: Graph, key: str, wanted: str, used: str) -> str:
    return _("“{title}” asks for “{wanted}”, which this server does not have; it uses “{used}”.").format(
        title=title_of(graph, key), wanted=wanted, used=used
    )


def _missing(graph: Graph, key: str, wanted: str, choices: tuple[str, ...]) -> str:
    said = _("“{title}” asks for “{wanted}”, which this server does not have.").format(
        title=title_of(graph, key), wanted=wanted
    )
    near = closest(wanted, choices)
    if near:
        return f"{said} " + _("The closest it has: {names}. Put one of them into the graph, or get the file.").format(
            names=", ".join(near)
        )
    return f"{said} " + _("Put the file there, or another one into the graph.")


def _of_option(option: Option, workflow: Workflow, catalogue: Catalogue) -> Iterator[Misfit]:
    """What members may give and the server would refuse."""
    if option.type in FILES or option.type in {OptionType.SEED, OptionType.LORA} or option.multiply is not None:
        return
    for target in _targets(workflow, option):
        node = workflow.graph[target.node]
        spec = catalogue.input(node["class_type"], target.input, node["inputs"])
        if spec is None:
            continue
        if option.type in {OptionType.INTEGER, OptionType.NUMBER, OptionType.SIZE}:
            low, high = option.bounds
            if (spec.max is not None and high is not None and high > spec.max) or (
                spec.min is not None and low is not None and low < spec.min
            ):
                yield (
                    Mark.DOUBTFUL,
                    _("`{option}` takes {low} to {high}, but this server's “{input}” only {least} to {most}.").format(
                        option=option.name, low=low, high=high, input=target.input, least=spec.min, most=spec.max
                    ),
                )
        elif option.choices is not None and spec.choices:
            strange = [str(value) for value in option.choices.values() if not takes(spec, value)]
            if strange and not (option.prefix or option.suffix or option.template):
                yield (
                    Mark.DOUBTFUL,
                    _("`{option}` offers what this server does not have: {names}.").format(
                        option=option.name, names=", ".join(strange)
                    ),
                )
