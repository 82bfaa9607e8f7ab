"""Which workflow judges which: a command whose judge cannot judge is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from bot.text import _
from bot.workflow.entry import Entry, Status
from bot.workflow.graph import did_you_mean
from bot.workflow.option import OptionType
from bot.workflow.safety import Safety
from bot.workflow.workflow import Workflow

#: it need not be a command to judge
ABLE = frozenset({Status.READY, Status.OFF, Status.LEFT_OUT})


def guarded(entries: Mapping[str, Entry], default: str) -> dict[str, Entry]:
    """The entries with what judges each; `default` judges those that name nobody, where it is a workflow's name."""
    return {name: _guarded(entry, entries, default) for name, entry in entries.items()}


def judges(entries: Mapping[str, Entry], name: str) -> tuple[Workflow, ...]:
    """The graphs of the workflow that judges; none where it cannot."""
    entry = entries.get(name)
    return entry.variants if entry is not None and entry.status in ABLE else ()


def _guarded(entry: Entry, entries: Mapping[str, Entry], default: str) -> Entry:
    own = entry.variants[0].manifest.safety if entry.variants else None
    judge = (own.workflow if own is not None else "") or default
    if not entry.variants or judge == entry.name or (own is None and not judge):
        return entry
    safety = (own or Safety()).over(_own_safety(entries.get(judge))).model_copy(update={"workflow": judge})
    problem = _problem(safety, entries)
    if problem:
        status = Status.UNFIT if entry.status is Status.READY else entry.status
        entry = replace(entry, status=status, reasons=(*entry.reasons, problem))
    return replace(entry, variants=tuple(replace(workflow, safety=safety) for workflow in entry.variants))


def _own_safety(entry: Entry | None) -> Safety:
    said = entry.variants[0].manifest.safety if entry is not None and entry.variants else None
    return said or Safety()


def _problem(safety: Safety, entries: Mapping[str, Entry]) -> str:
    """Why nothing could be judged; empty where it can be."""
    name = safety.workflow
    if not name:
        return _("Its [safety] names no workflow that judges. Name one, or set SAFETY_WORKFLOW.")
    entry = entries.get(name)
    if entry is None:
        return _("The workflow “{name}” is to judge its pictures, but there is none of that name.{hint}").format(
            name=name, hint=did_you_mean(name, entries)
        )
    if not judges(entries, name):
        return _("The workflow “{name}” is to judge its pictures and cannot. {reasons}").format(
            name=name, reasons=" ".join(entry.reasons)
        )
    return _misfit(safety, entry.variants)


def _misfit(safety: Safety, variants: tuple[Workflow, ...]) -> str:
    options = {option.name: option for option in variants[0].manifest.options}
    taker = options.get(safety.option)
    if taker is None or taker.type is not OptionType.IMAGE:
        return _("“{name}” is to judge its pictures, but has no option “{option}” that takes a picture.").format(
            name=safety.workflow, option=safety.option
        )
    others = [option.name for option in options.values() if option.required and option is not taker]
    if others:
        return _("“{name}” is to judge its pictures, but also requires: {options}.").format(
            name=safety.workflow, options=", ".join(others)
        )
    return ""
