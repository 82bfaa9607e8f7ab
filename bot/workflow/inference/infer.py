"""A graph without a manifest becomes one: wishes as options, within what Discord takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.catalogue import Catalogue
from bot.workflow.graph import Graph
from bot.workflow.inference.faults import find_faults, is_runnable
from bot.workflow.inference.naming import Names
from bot.workflow.inference.options import one_line, option_of
from bot.workflow.inference.web import Web
from bot.workflow.inference.wishes import Wish, find_outputs, find_wishes
from bot.workflow.limits import MAX_CHARACTERS, MAX_OPTIONS
from bot.workflow.manifest import Manifest
from bot.workflow.option import FILES, Option, OptionType

#: options whose values are the server's: what the graph has there is no matter
_LISTED = FILES | {OptionType.CHOICE, OptionType.LORA}

#: notes about faults, and names in a note
_MOST_NOTES, _SHOWN = 10, 30


@dataclass(frozen=True)
class Inferred:
    """The manifest, and what was left out of it and why, in sentences."""

    manifest: Manifest
    notes: tuple[str, ...] = ()


def infer(
    graph: Graph,
    catalogue: Catalogue,
    name: str,
    *,
    file: str,
    wishes: list[Wish] | None = None,
    outputs: Iterable[str] = (),
) -> Inferred:
    """A manifest for the graph, called `name`; raises WorkflowError where the graph saves nothing.

    `wishes` are the options somebody chose, in their order, and `outputs` the nodes; otherwise they are found by what
    the nodes are for.
    """
    web = Web(graph, catalogue)
    if not web.running:
        raise WorkflowError(file, _("Nothing in it saves or shows anything. Add a Save Image node, or another output."))
    made = _options(web, find_wishes(web) if wishes is None else wishes)
    kept, left = _fit([option for _wish, option in made if option is not None], len(name) + 100)
    notes = _problems(web, file, made)
    if left:
        notes.append(_("Discord takes no more options; left out: {names}.").format(names=_some(left)))
    if wishes is not None and (lost := [wish.name for wish, option in made if option is None]):
        notes.append(_("Discord has nothing like these inputs; left out: {names}.").format(names=_some(lost)))
    manifest = Manifest(
        name=name,
        description=describe(name),
        graph=file,
        option=tuple(kept),
        outputs=tuple(filter(None, map(web.name_of, outputs or find_outputs(web)))),
    )
    return Inferred(manifest, tuple(notes))


def _some(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (" …" if len(names) > _SHOWN else "")


def describe(name: str) -> str:
    """The command's line where nobody wrote one."""
    return _("Run the workflow “{name}”").format(name=name)[:100]


def _problems(web: Web, file: str, made: Iterable[tuple[Wish, Option | None]]) -> list[str]:
    """What the server would leave out, as sentences; raises WorkflowError where that is everything."""
    listed = [wish.targets for wish, option in made if option is not None and option.type in _LISTED]
    faults = find_faults(web, {target for targets in listed for target in targets})
    if faults and not is_runnable(web, faults):
        problem = _("ComfyUI would refuse it: {fault} Open it in that ComfyUI, put it right and save it again.")
        raise WorkflowError(file, problem.format(fault=next(iter(faults.values()))))
    return list(faults.values())[:_MOST_NOTES]


def _options(web: Web, wishes: Iterable[Wish]) -> list[tuple[Wish, Option | None]]:
    """Each under a name of its own; those told apart by a number say what their nodes are called.

    A command has one seed: a second one somebody chose is a number.
    """
    names = Names()
    made: list[tuple[Wish, Option | None]] = []
    seeded = False
    for wish in wishes:
        option = option_of(web, replace(wish, kind=None) if seeded and wish.kind is OptionType.SEED else wish)
        if option is not None:
            seeded = seeded or option.type is OptionType.SEED
            name = names.take(wish.name, wish.mark)
            said = option.help if name == option.name else _told_apart(web, wish) or option.help
            option = option.model_copy(update={"name": name, "help": said})
        made.append((wish, option))
    return made


def _told_apart(web: Web, wish: Wish) -> str:
    """What tells an option from others of its name: what somebody called it, or the file there is."""
    value = web.value(wish.targets[0])
    is_file = isinstance(value, str) and wish.name in {"model", "lora", "vae", "control_net"}
    return one_line(_("In place of {file}").format(file=value) if is_file and not wish.mark else wish.title)


def _fit(options: list[Option], used: int) -> tuple[list[Option], list[str]]:
    """As many as Discord takes, the required ones in any case; and the names of the others."""
    ordered = sorted(options, key=lambda option: not option.required)
    kept: list[Option] = []
    for option in ordered:
        length = len(option.name) + len(option.description) + sum(2 * len(label) for label in option.choices or ())
        if len(kept) < MAX_OPTIONS and used + length <= MAX_CHARACTERS:
            used += length
            kept.append(option)
    names = {option.name for option in kept}
    return kept, [option.name for option in options if option.name not in names]
