"""Workflows that came from Discord: kept aside until the owner says to keep them."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePath
from secrets import token_hex

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.catalogue import Catalogue
from bot.workflow.entry import Entry, judge
from bot.workflow.formats import SUFFIXES
from bot.workflow.inference.naming import slug
from bot.workflow.library import Library
from bot.workflow.making import from_graph

#: of a file from Discord
MAX_BYTES = 25 * 2**20

_TOKEN = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Draft:
    """A file set aside under `token`, and the command it would be."""

    token: str
    entry: Entry


class Drafts:
    """`folder` holds one folder per draft with one file in it; `home` is where workflows live."""

    def __init__(self, folder: Path, home: Path, library: Library) -> None:
        self._folder = folder
        self._home = home
        self._library = library

    def make(self, data: bytes, file: str, name: str, catalogue: Catalogue | None) -> Draft:
        """Set a file aside and say what it would be; raises WorkflowError. Blocks: it may have to be converted."""
        suffix = PurePath(file).suffix.lower()
        if suffix not in SUFFIXES:
            raise WorkflowError(
                file, _("That is no workflow. Attach a JSON file, or a picture, video or sound that ComfyUI made.")
            )
        if catalogue is None:
            raise WorkflowError(
                file, _("No ComfyUI server was reached yet, so nothing is known of nodes. Try again later.")
            )
        token = token_hex(8)
        place = self._folder / token
        place.mkdir(parents=True)
        path = place / f"{slug(name or PurePath(file).stem)}{suffix}"
        path.write_bytes(data)
        entry = judge(from_graph(self._library.beside(place), path.name, catalogue), catalogue, "", {})
        if entry.problem is not None:
            self.drop(token)
        return Draft(token, entry)

    def keep(self, token: str) -> str:
        """Move it to the workflows; its name. Raises WorkflowError where it is gone, or the name is taken."""
        files = self._files(token)
        if not files:
            raise WorkflowError(_("That workflow"), _("It is not there any more: it was kept or dropped before."))
        (path,) = files
        taken = [known for known in self._home.glob(f"{path.stem}.*") if known.suffix.lower() in {*SUFFIXES, ".toml"}]
        if taken or path.stem in self._library.entries:
            raise WorkflowError(
                path.name, _("There is a workflow “{name}” already. Add it under another name.").format(name=path.stem)
            )
        self._home.mkdir(parents=True, exist_ok=True)
        shutil.move(path, self._home / path.name)
        self.drop(token)
        return path.stem

    def drop(self, token: str) -> None:
        """Forget it."""
        if _TOKEN.fullmatch(token):
            shutil.rmtree(self._folder / token, ignore_errors=True)

    def _files(self, token: str) -> list[Path]:
        place = self._folder / token
        return sorted(place.iterdir()) if _TOKEN.fullmatch(token) and place.is_dir() else []
