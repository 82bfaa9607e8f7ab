"""Workflows that came from Discord: kept aside until the owner says to keep them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePath
from secrets import token_hex
from time import time

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.catalogue import Catalogue
from bot.workflow.entry import Entry, judge
from bot.workflow.folder import file_stem, files_of
from bot.workflow.formats import SUFFIXES
from bot.workflow.hosts import hosts_of
from bot.workflow.library import Library
from bot.workflow.making import from_graph

#: of a file from Discord
MAX_BYTES = 25 * 2**20

#: how long one waits for its buttons
KEPT_SECONDS = 7 * 24 * 3600.0

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
        suffix, stem = PurePath(file).suffix.lower(), file_stem(name or PurePath(file).stem)
        if suffix not in SUFFIXES:
            raise WorkflowError(
                file, _("That is no workflow. Attach a JSON file, or a picture, video or sound that ComfyUI made.")
            )
        if catalogue is None:
            raise WorkflowError(
                file, _("No ComfyUI server was reached yet, so nothing is known of nodes. Try again later.")
            )
        self._refuse_taken(file, stem)
        self._forget_old()
        token = token_hex(8)
        place = self._folder / token
        with _writing(file):
            place.mkdir(parents=True)
            (place / f"{stem}{suffix}").write_bytes(data)
        entry = judge(from_graph(self._library.beside(place), f"{stem}{suffix}", catalogue), hosts_of(catalogue), {})
        if entry.problem is not None:
            self.drop(token)
        return Draft(token, entry)

    def keep(self, token: str) -> str:
        """Move it to the workflows; its name. Raises WorkflowError where it is gone, or the name is taken."""
        files = self._files(token)
        if not files:
            raise WorkflowError(_("That workflow"), _("It is not there any more: it was kept or dropped before."))
        (path,) = files
        self._refuse_taken(path.name, path.stem)
        partial = self._home / f".{token}"  # hidden: whole before anybody reads it
        with _writing(path.name):
            self._home.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, partial)
            partial.rename(self._home / path.name)
        self.drop(token)
        return path.stem

    def drop(self, token: str) -> None:
        """Forget it."""
        if _TOKEN.fullmatch(token):
            shutil.rmtree(self._folder / token, ignore_errors=True)

    def _refuse_taken(self, file: str, stem: str) -> None:
        if files_of(self._home, stem) or stem in self._library.entries:
            raise WorkflowError(
                file, _("There is a workflow “{name}” already. Add it under another name.").format(name=stem)
            )

    def _forget_old(self) -> None:
        """Those that nobody pressed a button for."""
        oldest = time() - KEPT_SECONDS
        for place in self._folder.glob("*"):
            with suppress(OSError):  # somebody else forgot it at the same moment
                if place.stat().st_mtime < oldest:
                    self.drop(place.name)

    def _files(self, token: str) -> list[Path]:
        place = self._folder / token
        return sorted(place.iterdir()) if _TOKEN.fullmatch(token) and place.is_dir() else []


@contextmanager
def _writing(file: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        problem = _("It cannot be kept on the bot's disk: {reason}.").format(reason=error.strerror)
        raise WorkflowError(file, problem) from error
