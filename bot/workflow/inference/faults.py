"""What a server would refuse a graph for before it runs, such as a number where it takes a name."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from bot.text import _
from bot.workflow.catalogue import WIDGETS, Input, fits
from bot.workflow.completing import takes
from bot.workflow.graph import Target, link, title_of
from bot.workflow.inference.web import Web

_SHOWN = 60


def find_faults(web: Web, offered: Collection[Target]) -> dict[str, str]:
    """By node, a sentence for the first thing that is wrong with it (as ComfyUI's validate_inputs judges).

    `offered` are the inputs which an option sets to something of the server's. Models and pictures do not count: a
    server gets them.
    """
    found: dict[str, str] = {}
    for node in web.running:
        sentence = next(_faults(web, node, offered), "")
        if sentence:
            found[node] = sentence
    return found


def is_runnable(web: Web, faults: Collection[str]) -> bool:
    """Whether ComfyUI would run it all the same, for an output that needs nothing at fault.

    Previews and texts do not count where something else is saved.
    """
    spoilt = set(faults)
    for node in web.running:  # each after what it needs
        if any(source[0] in spoilt for _name, source in web.sources(node)):
            spoilt.add(node)
    outputs = [node for node in web.running if web.catalogue.output_node(web.class_of(node))]
    saving = [node for node in outputs if _keeps_work(web, node)]
    return any(node not in spoilt for node in saving or outputs)


def _keeps_work(web: Web, node: str) -> bool:
    """More than a glance on the way, or a text."""
    declared = web.catalogue.input_types(web.class_of(node))
    kinds = ((web.given(source), declared.get(name, "*")) for name, source in web.sources(node))
    made = {own if given == "*" else given for given, own in kinds}
    return not made <= WIDGETS and not web.class_of(node).startswith("Preview")


def _faults(web: Web, node: str, offered: Collection[Target]) -> Iterator[str]:
    inputs = web.graph[node]["inputs"]
    known = web.catalogue.node(web.class_of(node))
    for name, spec in known.inputs.items() if known is not None else ():
        # what grows with use may be empty
        if spec.required and "AUTOGROW" not in spec.type and not any(_is_of(given, name) for given in inputs):
            yield _("“{title}” has nothing joined to its “{input}”.").format(
                title=title_of(web.graph, node), input=name
            )
    for name, value in inputs.items():
        found = web.spec(Target(node, name))
        if found is None:
            continue
        if link(value) is not None:
            yield from _misjoined(web, node, name, found)
        elif not takes(found, value) and Target(node, name) not in offered:
            yield _("“{input}” of “{title}” is {value}, which this server does not take there.").format(
                input=name, title=title_of(web.graph, node), value=_shown(value)
            )


def _is_of(given: str, name: str) -> bool:
    return given == name or given.startswith(f"{name}.")


def _misjoined(web: Web, node: str, name: str, spec: Input) -> Iterator[str]:
    source = web.source(node, name)
    outputs = web.catalogue.outputs(web.class_of(source[0])) if source is not None else ()
    if source is not None and web.catalogue.has(web.class_of(source[0])):
        absent = not 0 <= source[1] < len(outputs)
        wrong = (
            not absent and WIDGETS.isdisjoint({spec.type, outputs[source[1]]}) and not _fits(outputs[source[1]], spec)
        )
        if absent or wrong:
            yield _(
                "“{title}” takes its “{input}” from an output which “{other}” does not have on this server."
            ).format(title=title_of(web.graph, node), input=name, other=title_of(web.graph, source[0]))


def _fits(kind: str, spec: Input) -> bool:
    return "COMFY_" in spec.type or fits(kind, spec.type)


def _shown(value: object) -> str:
    text = f"“{value}”" if isinstance(value, str) else str(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
