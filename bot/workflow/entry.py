"""One workflow as the library has it: ready, off, or not to be used, and why."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.choosing import unfit
from bot.workflow.hosts import Host
from bot.workflow.workflow import Workflow


class Status(StrEnum):
    #: it is a command
    READY = "ready"
    #: the manifest or the owner turned it off
    OFF = "off"
    #: it costs money, and the owner has not turned it on
    PAID = "paid"
    #: no server has what it needs
    UNFIT = "unfit"
    #: Discord has no room for one more command, or does not take this one
    LEFT_OUT = "left out"
    #: its files cannot be used
    BROKEN = "broken"


@dataclass(frozen=True)
class Entry:
    """`name` is the command's, or the file's where it is broken; `file` is what it was made from."""

    name: str
    file: str
    #: none where it cannot be used, or where no server's nodes are known yet
    variants: tuple[Workflow, ...] = ()
    status: Status = Status.READY
    #: why it is not ready, in sentences
    reasons: tuple[str, ...] = ()
    problem: WorkflowError | None = None
    #: what somebody should know who looks after it, in sentences
    notes: tuple[str, ...] = ()
    #: there is no manifest
    inferred: bool = False
    #: classes of nodes that cost money
    paid: tuple[str, ...] = ()


def judge(entry: Entry, hosts: Sequence[Host], switches: Mapping[str, bool]) -> Entry:
    """The entry with its status: what the owner said goes before what the manifest says."""
    if entry.problem is not None:
        return broken(entry, entry.problem)
    if not entry.variants:
        reason = _("It has no manifest: it becomes a command once a ComfyUI was reached, which knows its nodes.")
        return replace(entry, status=Status.UNFIT, reasons=(reason,))
    paid = paid_nodes(entry.variants, hosts)
    entry = replace(entry, paid=paid)
    if reasons := unfit(entry.variants, hosts):
        return replace(entry, status=Status.UNFIT, reasons=reasons)
    enabled = switches.get(entry.name, None if paid else entry.variants[0].manifest.enabled)
    if enabled is None:
        reason = _("It uses paid nodes ({nodes}), so it stays off until whoever runs the bot turns it on.")
        return replace(entry, status=Status.PAID, reasons=(reason.format(nodes=", ".join(paid)),))
    if not enabled:
        told = entry.name in switches
        reason = _("It was turned off.") if told else _("Its manifest says enabled = false.")
        return replace(entry, status=Status.OFF, reasons=(reason,))
    return entry


def broken(entry: Entry, problem: WorkflowError) -> Entry:
    """The entry as one that cannot be used."""
    reason = problem.problem if problem.file == entry.file else problem.sentence()
    return replace(entry, variants=(), status=Status.BROKEN, reasons=(reason,), problem=problem)


def paid_nodes(variants: Iterable[Workflow], hosts: Sequence[Host]) -> tuple[str, ...]:
    """The classes in these graphs which call a paid service, by what any server says."""
    classes = dict.fromkeys(node["class_type"] for workflow in variants for node in workflow.graph.values())
    known = {name: [host.catalogue.node(name) for host in hosts] for name in classes}
    return tuple(name for name, nodes in known.items() if any(node is not None and node.paid for node in nodes))
