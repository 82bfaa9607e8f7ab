"""Which of a command's graphs the servers can run, and which one a person's values fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.errors import OptionRefused, WorkflowUnfit
from bot.text import _
from bot.workflow.catalogue import Catalogue
from bot.workflow.checking import check, choices_for, listed
from bot.workflow.hosts import Host
from bot.workflow.manifest import Requires
from bot.workflow.names import matching
from bot.workflow.option import FOLDERS, Value
from bot.workflow.values import check_value
from bot.workflow.workflow import Workflow

#: a graph, and what a server has that can run it; None where none was ever reached
Able = tuple[Workflow, Catalogue | None]


def choose(
    variants: Sequence[Workflow], given: Mapping[str, object], hosts: Sequence[Host]
) -> tuple[Workflow, dict[str, Value]]:
    """The first graph that some server can run, which takes these values with it; and the values checked.

    Without servers, which is before any was ever reached, the last graph: it asks for least. Raises WorkflowUnfit
    where no server can run one, OptionRefused where none takes the values.
    """
    able = _able(variants, hosts)
    if not able:
        raise WorkflowUnfit(variants[0].name, unfit(variants, hosts))
    refusals: list[OptionRefused] = []
    for workflow, catalogue in able:
        try:
            return workflow, check(workflow, given, catalogue)
        except OptionRefused as refusal:
            refusals.append(refusal)
    raise _plainest(able, refusals, given)


def unfit(variants: Sequence[Workflow], hosts: Sequence[Host]) -> tuple[str, ...]:
    """Why no server can run any of the graphs, as sentences, by the one that lacks least; empty where one can run one,
    or where that is unknown."""
    found = [_unfit(variants, host) for host in hosts]
    return min(found, key=len, default=())


def _unfit(variants: Sequence[Workflow], host: Host) -> tuple[str, ...]:
    missing = [lacking(workflow, host.catalogue, host.version) for workflow in variants]
    if not all(missing):
        return ()
    pairs = zip(variants, missing, strict=True)
    return tuple(dict.fromkeys(sentence for workflow, each in pairs for sentence in _of_variant(workflow, each)))


def lacking(workflow: Workflow, catalogue: Catalogue, version: str = "") -> tuple[str, ...]:
    """What the server does not have for this graph, as sentences. Nodes that are left out by default do not count."""
    return tuple(_lacks(workflow, catalogue, version))


def offered(name: str, variants: Sequence[Workflow], hosts: Sequence[Host]) -> tuple[str, ...]:
    """All that can be chosen for an option, over every graph and the servers that can run it."""
    return _all_choices(name, _able(variants, hosts))


def _of_variant(workflow: Workflow, sentences: Sequence[str]) -> Sequence[str]:
    if workflow.variant is None:
        return sentences
    return [_("{variant}: {reasons}").format(variant=workflow.variant.name, reasons=" ".join(sentences))]


def _able(variants: Sequence[Workflow], hosts: Sequence[Host]) -> list[Able]:
    """The graphs in their order; servers that stay away come last."""
    if not hosts:
        return [(each, None) for each in reversed(variants)]
    pairs = [(host, each) for each in variants for host in hosts]
    pairs.sort(key=lambda pair: not pair[0].there)
    return [(each, host.catalogue) for host, each in pairs if not lacking(each, host.catalogue, host.version)]


def _plainest(
    able: Sequence[Able],
    refusals: Sequence[OptionRefused],
    given: Mapping[str, object],
) -> OptionRefused:
    """The refusal that helps most: rather of a graph that has all the options, and rather not that a model is missing
    which another graph would take."""
    ordered = sorted(
        zip(able, refusals, strict=True), key=lambda pair: not pair[0][0].options.keys() >= _given(given).keys()
    )
    for (workflow, _catalogue), refusal in ordered:
        option = workflow.options.get(refusal.option)
        if option is None or not listed(option) or refusal.option not in _given(given):
            return refusal
        try:
            check_value(option, given[option.name], _all_choices(option.name, able))
        except OptionRefused as plain:
            return plain
    return ordered[0][1]


def _given(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _all_choices(name: str, able: Sequence[Able]) -> tuple[str, ...]:
    found = (
        choice
        for workflow, catalogue in able
        if name in workflow.options
        for choice in choices_for(workflow.options[name], workflow, catalogue)
    )
    return tuple(dict.fromkeys(found))


def _lacks(workflow: Workflow, catalogue: Catalogue, version: str) -> Iterator[str]:
    idle = workflow.bypassed({})
    needed = dict.fromkeys(node["class_type"] for key, node in workflow.graph.items() if key not in idle)
    wanted = [workflow.manifest.requires, *([workflow.variant.requires] if workflow.variant else [])]
    nodes = [*needed, *(node for requires in wanted for node in requires.nodes)]
    missing = [node for node in dict.fromkeys(nodes) if not catalogue.has(node)]
    if missing:
        yield _("Its ComfyUI lacks nodes: {nodes}. Install the packs they come from.").format(nodes=", ".join(missing))
    for requires in wanted:
        yield from _lacks_models(requires, catalogue)
        if requires.comfyui and version and _numbers(version) < _numbers(requires.comfyui):
            yield _("It needs ComfyUI {wanted} or newer; the server has {version}.").format(
                wanted=requires.comfyui, version=version
            )


def _lacks_models(requires: Requires, catalogue: Catalogue) -> Iterator[str]:
    for model in requires.models:
        folder, _slash, pattern = model.partition("/")
        if not matching(catalogue.choices(*FOLDERS[folder]) or (), (pattern,)):
            yield _("Its ComfyUI has no file {pattern} in models/{folder}.").format(
                pattern=_in_words(pattern), folder=folder
            )


def _in_words(pattern: str) -> str:
    """What a file may be called; what it must not be called would only confuse."""
    names = [term for term in pattern.split("|") if not term.startswith("!")]
    return _(" or ").join(f"“{name}”" for name in names or ("*",))


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))
