"""The folder of workflows: each becomes a command, or a problem that disables it alone."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.catalogue import Catalogue
from bot.workflow.conversion import Converter
from bot.workflow.entry import Entry, Status, judge
from bot.workflow.folder import Folder
from bot.workflow.formats import SUFFIXES
from bot.workflow.making import from_graph, from_manifest
from bot.workflow.workflow import Workflow

__all__ = ["Entry", "Library", "Status", "Workflow"]

log = logging.getLogger(__name__)


class Library:
    """`<name>.toml` with the graph it names, and every graph without one, in a folder."""

    def __init__(self, folder: Path, converter: Converter | None = None) -> None:
        """`converter` turns saved workflows into graphs; without it they are refused."""
        self._converter = converter
        self._folder = Folder(folder, converter)
        self._entries: dict[str, Entry] = {}
        self._problems: tuple[WorkflowError, ...] = ()

    def beside(self, folder: Path) -> Folder:
        """Another folder, read by the same rules."""
        return Folder(folder, self._converter)

    @property
    def entries(self) -> Mapping[str, Entry]:
        """All there is, by the command's name, sorted; what is off or broken too."""
        return MappingProxyType(self._entries)

    @property
    def workflows(self) -> Mapping[str, Workflow]:
        """What can be run, by the command's name, sorted; of several graphs the first."""
        ready = {name: entry.variants[0] for name, entry in self._entries.items() if entry.status is Status.READY}
        return MappingProxyType(ready)

    @property
    def problems(self) -> tuple[WorkflowError, ...]:
        """Why others cannot."""
        return self._problems

    def variants(self, name: str) -> tuple[Workflow, ...]:
        """All graphs behind a command that can be run; none for one that cannot."""
        entry = self._entries.get(name)
        return entry.variants if entry is not None and entry.status is Status.READY else ()

    def load(
        self, catalogue: Catalogue | None = None, *, version: str = "", switches: Mapping[str, bool] | None = None
    ) -> None:
        """Read the folder anew; converting saved workflows may take seconds.

        `catalogue` and `version` are a server's: with them graphs without a manifest become commands, and what the
        server cannot run is hidden. `switches` are what the owner turned on or off, by command.
        """
        entries: dict[str, Entry] = {}
        used: set[str] = set()
        for file in self._folder.names(".toml"):
            made = from_manifest(self._folder, file, catalogue, used)
            self._add(entries, judge(made, catalogue, version, switches or {}))
        for file in self._folder.names(*SUFFIXES):
            if file not in used:
                made = from_graph(self._folder, file, catalogue)
                self._add(entries, judge(made, catalogue, version, switches or {}))
        self._entries = dict(sorted(entries.items()))
        self._problems = tuple(entry.problem for entry in self._entries.values() if entry.problem is not None)
        self._report()

    def _add(self, entries: dict[str, Entry], entry: Entry) -> None:
        """A second one of a name is broken, whatever it is, and is listed by its file."""
        if entry.name in entries or entry.problem is not None:
            problem = entry.problem or WorkflowError(
                entry.file,
                _("Another file has the command “{name}”: {other}. Rename one of them.").format(
                    name=entry.name, other=entries[entry.name].file
                ),
            )
            entry = Entry(name=entry.file, file=entry.file, status=Status.BROKEN, problem=problem)
        entries[entry.name] = entry

    def _report(self) -> None:
        for entry in self._entries.values():
            if entry.problem is not None:
                log.warning("not a command: %s", entry.problem.sentence())
            elif entry.status is not Status.READY:
                log.info("/%s is %s: %s", entry.name, entry.status, " ".join(entry.reasons))
            for note in entry.notes:
                log.warning("%s: %s", entry.file, note)
