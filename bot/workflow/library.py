"""The folder of workflows: each becomes a command, or a problem that disables it alone."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.catalogue import Catalogue
from bot.workflow.conversion import Converter
from bot.workflow.entry import Entry, Status, broken, judge
from bot.workflow.folder import Folder, State
from bot.workflow.formats import SUFFIXES
from bot.workflow.guarding import guarded, judges
from bot.workflow.hosts import Host, all_nodes
from bot.workflow.making import from_graph, from_manifest
from bot.workflow.workflow import Workflow

__all__ = ["Entry", "Library", "Status", "Workflow"]

log = logging.getLogger(__name__)


class Library:
    """`<name>.toml` with the graph it names, and every graph without one, in a folder."""

    def __init__(self, folder: Path, converter: Converter | None = None, *, safety: str = "") -> None:
        """`converter` turns saved workflows into graphs; without it they are refused.

        `safety` is the workflow that judges the pictures of all that name no other; empty: none does.
        """
        self._safety = safety
        self._converter = converter
        self._folder = Folder(folder, converter)
        self._entries: dict[str, Entry] = {}
        self._said: set[str] = set()

    def beside(self, folder: Path) -> Folder:
        """Another folder, read by the same rules."""
        return Folder(folder, self._converter)

    def state(self) -> dict[str, State]:
        """What the folder holds now; it differs from an earlier answer where `load` would read something else."""
        return self._folder.state()

    @property
    def entries(self) -> Mapping[str, Entry]:
        """All there is, by the command's name, sorted; what is off or broken too, the latter by its file."""
        return MappingProxyType(self._entries)

    @property
    def workflows(self) -> Mapping[str, Workflow]:
        """What can be run, by the command's name, sorted; of several graphs the first."""
        ready = {name: entry.variants[0] for name, entry in self._entries.items() if entry.status is Status.READY}
        return MappingProxyType(ready)

    @property
    def problems(self) -> tuple[WorkflowError, ...]:
        """Why others cannot."""
        return tuple(entry.problem for entry in self._entries.values() if entry.problem is not None)

    def variants(self, name: str) -> tuple[Workflow, ...]:
        """All graphs behind a command that can be run; none for one that cannot."""
        entry = self._entries.get(name)
        return entry.variants if entry is not None and entry.status is Status.READY else ()

    def judges(self, name: str) -> tuple[Workflow, ...]:
        """All graphs of a workflow that judges pictures, whether it is a command or off; none where it cannot."""
        return judges(self._entries, name)

    def cost_of(self, name: str) -> float | None:
        """What one use costs, where its manifest says so."""
        manifests = [workflow.manifest for workflow in self.variants(name)]
        return next((float(each.cost) for each in manifests if "cost" in each.model_fields_set), None)

    def leave_out(self, name: str, reason: str) -> None:
        """Until the next `load` it is no command, for a reason that only Discord has."""
        entry = replace(self._entries[name], status=Status.LEFT_OUT, reasons=(reason,))
        self._entries = {**self._entries, name: entry}

    def load(self, hosts: Sequence[Host] = (), *, switches: Mapping[str, bool] | None = None) -> None:
        """Read the folder anew; converting saved workflows may take seconds.

        `hosts` are the servers: with them graphs without a manifest become commands, and what none of them can run is
        hidden. `switches` are what the owner turned on or off, by command. What there was stays until all is read.
        """
        entries: dict[str, Entry] = {}
        catalogue = all_nodes(hosts)
        for file, make in self._files(catalogue):
            entry = _sole(_safely(file, partial(_judged, make, hosts, switches or {})), entries)
            entries[entry.name] = entry
        self._entries = guarded(dict(sorted(entries.items())), self._safety)
        self._report()

    def _files(self, catalogue: Catalogue | None) -> Iterator[tuple[str, Callable[[], Entry]]]:
        """Manifests first: they say which files are theirs."""
        used: set[str] = set()
        for file in self._folder.names(".toml"):
            yield file, partial(from_manifest, self._folder, file, catalogue, used)
        files = self._folder.names(*SUFFIXES)
        # some systems take a name in other letters for the same file
        folded = {name.casefold() for name in used.difference(files)}
        for file in files:
            if file not in used and file.casefold() not in folded:
                yield file, partial(from_graph, self._folder, file, catalogue)

    def _report(self) -> None:
        """What was not said after the last reading."""
        lines = {(level, line) for entry in self._entries.values() for level, line in _lines(entry)}
        for level, line in sorted(lines):
            if line not in self._said:
                log.log(level, "%s", line)
        self._said = {line for _level, line in lines}


def _judged(make: Callable[[], Entry], hosts: Sequence[Host], switches: Mapping[str, bool]) -> Entry:
    return judge(make(), hosts, switches)


def _safely(file: str, make: Callable[[], Entry]) -> Entry:
    try:
        return make()
    except Exception:  # a fault of ours with one file takes no other command away
        log.exception("reading %s failed", file)
        problem = _("Easel stumbled over it, which is a mistake in Easel. Its log has the details.")
        return broken(Entry(name=file, file=file), WorkflowError(file, problem))


def _sole(entry: Entry, entries: Mapping[str, Entry]) -> Entry:
    """What is broken is listed by its file; so is a second one of a name, whatever it is."""
    if entry.problem is None and entry.name in entries:
        problem = _("Another file has the command “{name}”: {other}. Rename one of them.")
        other = entries[entry.name].file
        entry = broken(entry, WorkflowError(entry.file, problem.format(name=entry.name, other=other)))
    return entry if entry.problem is None else replace(entry, name=entry.file)


def _lines(entry: Entry) -> Iterator[tuple[int, str]]:
    if entry.problem is not None:
        yield logging.WARNING, f"not a command: {entry.problem.sentence()}"
    elif entry.status is not Status.READY:
        yield logging.INFO, f"/{entry.name} is {entry.status}: {' '.join(entry.reasons)}"
    yield from ((logging.WARNING, f"{entry.file}: {note}") for note in entry.notes)
