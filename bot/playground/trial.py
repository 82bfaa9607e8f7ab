"""One workflow tried beside the others: in a folder of its own, which is gone afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.app import EaselBot
from bot.errors import WorkflowError
from bot.text import _
from bot.ui.workflows import plain_text
from bot.workflow.folder import Folder
from bot.workflow.formats import SUFFIXES
from bot.workflow.reading import parse_manifest


@dataclass(frozen=True)
class Trial:
    """`folder` holds copies of all workflows; `file` is the one that is tried."""

    folder: Path
    file: str

    async def outcome(self, bot: EaselBot) -> str:
        """The command as members see it, once a server was reached. Raises WorkflowError where it is none."""
        await bot.keeper.wait_known()
        entry = next((each for each in bot.library.entries.values() if each.file == self.file), None)
        if entry is None:
            raise WorkflowError(self.file, _("It is no workflow: name a JSON file, or one that ComfyUI made."))
        if entry.problem is not None:
            raise entry.problem
        return plain_text(entry)


@contextmanager
def trial(home: Path, workflow: Path) -> Iterator[Trial]:
    """Until the block ends. Where both have a workflow of that name, it is the one that is tried.

    A manifest beside it comes along, and so do the graphs that names. Raises WorkflowError where it cannot be read.
    """
    with TemporaryDirectory(prefix="easel-", ignore_cleanup_errors=True) as place:
        folder, manifest = Path(place), workflow.with_suffix(".toml")
        for name in Folder(home).names(*SUFFIXES, ".toml"):
            if not name.startswith(f"{workflow.stem}."):
                shutil.copyfile(home / name, folder / name)
        _copy(workflow, folder)
        if not manifest.is_file():
            return (yield Trial(folder, workflow.name))
        for name in {manifest.name, *_graphs(manifest)}:
            with suppress(WorkflowError):  # the bot says which graph is missing
                _copy(manifest.with_name(name), folder)
        yield Trial(folder, manifest.name)


def _copy(file: Path, folder: Path) -> None:
    try:
        shutil.copyfile(file, folder / file.name)
    except OSError as error:
        raise WorkflowError(str(file), _("It cannot be read: {reason}.").format(reason=error.strerror)) from error


def _graphs(manifest: Path) -> list[str]:
    with suppress(WorkflowError, OSError):
        found = parse_manifest(Folder(manifest.parent).text(manifest.name), manifest.name)
        return [found.graph, *(variant.graph for variant in found.variants)]
    return []
