"""The folder of workflows: each becomes a command, or a problem that disables it alone."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.catalogue import Catalogue
from bot.workflow.graph import parse_graph
from bot.workflow.manifest import Manifest
from bot.workflow.reading import parse_manifest
from bot.workflow.workflow import Workflow, build_workflow

__all__ = ["Library", "Workflow"]

log = logging.getLogger(__name__)

#: a graph of a thousand nodes has about half a million characters
MAX_BYTES = 8 * 2**20


class Library:
    """`<name>.toml` and the graph it names, for every such pair in a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._workflows: dict[str, Workflow] = {}
        self._problems: tuple[WorkflowError, ...] = ()

    @property
    def workflows(self) -> Mapping[str, Workflow]:
        """What can be run, by the command's name, sorted."""
        return MappingProxyType(self._workflows)

    @property
    def problems(self) -> tuple[WorkflowError, ...]:
        """Why others cannot."""
        return self._problems

    def load(self, catalogue: Catalogue | None = None) -> None:
        """Read the folder anew. With a server's catalogue, nodes of other packs than ComfyUI's can be bypassed."""
        workflows: dict[str, Workflow] = {}
        problems: list[WorkflowError] = []
        used: set[str] = set()
        for path in sorted(self._folder.glob("*.toml")):
            try:
                manifest = parse_manifest(_read(path), path.name)
                used.add(manifest.graph)
                if manifest.name in workflows:
                    raise WorkflowError(
                        path.name, _("Another file has the command “{name}”.").format(name=manifest.name)
                    )
                workflows[manifest.name] = self._pair(manifest, path.name, catalogue)
            except WorkflowError as error:
                used.add(f"{path.stem}.json")
                problems.append(error)
        problems += self._lonely(used)
        for problem in problems:
            log.warning("not a command: %s", problem.sentence())
        self._workflows, self._problems = dict(sorted(workflows.items())), tuple(problems)

    def _pair(self, manifest: Manifest, file: str, catalogue: Catalogue | None) -> Workflow:
        path = self._folder / manifest.graph
        if not path.is_file():
            raise WorkflowError(
                file, _("Its graph {graph} is not in the folder. Export it there from ComfyUI.").format(graph=path.name)
            )
        return build_workflow(manifest, parse_graph(_read(path), path.name), file, catalogue)

    def _lonely(self, used: set[str]) -> list[WorkflowError]:
        return [
            WorkflowError(path.name, _("It has no manifest. Write {name}.toml beside it.").format(name=path.stem))
            for path in sorted(self._folder.glob("*.json"))
            if path.name not in used
        ]


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise WorkflowError(path.name, _("It is larger than any workflow."))
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise WorkflowError(path.name, _("It cannot be read: {reason}.").format(reason=error.strerror)) from error
    except UnicodeDecodeError as error:
        raise WorkflowError(path.name, _("It is not UTF-8 text. Save it as UTF-8.")) from error
