"""The files of a folder of workflows, read within limits; graphs are read again only when they changed."""

from __future__ import annotations

import logging
import os
from pathlib import Path, PurePath
from stat import S_ISREG

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.catalogue import Catalogue
from bot.workflow.conversion import Converter
from bot.workflow.formats import SUFFIXES, Source, read_source
from bot.workflow.inference.naming import slug

log = logging.getLogger(__name__)

#: a graph of a thousand nodes has about half a million characters
MAX_TEXT_BYTES = 8 * 2**20
#: a video with a workflow in it
MAX_MEDIA_BYTES = 256 * 2**20

_TEXTS = frozenset({".toml", ".json"})
_READ = frozenset({*SUFFIXES, ".toml"})

#: what Windows takes for something else than a file
_DEVICES = frozenset({"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))})

#: what tells one state of a file from another
State = tuple[int, int, int]


class Folder:
    """Names are those of files right in it, also where those are links to files elsewhere."""

    def __init__(self, path: Path, converter: Converter | None = None) -> None:
        self.path = path
        self._converter = converter
        self._catalogue: Catalogue | None = None
        self._sources: dict[str, tuple[State, Source | WorkflowError]] = {}

    def names(self, *suffixes: str) -> list[str]:
        """The files that end like that, sorted; none where there is no such folder."""
        return [name for name in sorted(self.state()) if PurePath(name).suffix.lower() in suffixes]

    def state(self) -> dict[str, State]:
        """Every file a workflow may be made of, and what changes when it does; empty where there is no such folder."""
        try:
            found = list(self.path.iterdir())
        except FileNotFoundError:
            return {}
        except OSError as error:
            log.warning("the folder %s cannot be read: %s", self.path, error.strerror)
            return {}
        states = {path.name: _state_of(path) for path in found if _may_be_read(path.name)}
        return {name: state for name, state in states.items() if state is not None}

    def text(self, name: str) -> str:
        """What a file says; raises WorkflowError."""
        try:
            return self._bytes(name).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise WorkflowError(name, _("It is not UTF-8 text. Save it as UTF-8.")) from error

    def source(self, name: str, catalogue: Catalogue | None = None) -> Source:
        """The graph in a file, a saved workflow converted for this catalogue's nodes; raises WorkflowError."""
        try:
            state = _state((self.path / name).stat())
        except OSError as error:
            raise _unreadable(name, error) from error
        if catalogue is not self._catalogue:
            self._sources.clear()
            self._catalogue = catalogue
        known, found = self._sources.get(name, (None, None))
        if found is None or known != state:
            found = self._read(name, catalogue)
            self._sources[name] = (state, found)
        if isinstance(found, WorkflowError):
            raise WorkflowError(found.file, found.problem)
        return found

    def _read(self, name: str, catalogue: Catalogue | None) -> Source | WorkflowError:
        """A mistake is kept too: finding it again may take as long as a conversion."""
        try:
            return read_source(self._bytes(name), name, self._converter, catalogue)
        except WorkflowError as error:
            return error

    def _bytes(self, name: str) -> bytes:
        path = self.path / name
        most = MAX_TEXT_BYTES if path.suffix.lower() in _TEXTS else MAX_MEDIA_BYTES
        try:
            if path.stat().st_size > most:
                raise WorkflowError(name, _("It is larger than any workflow."))
            return path.read_bytes()
        except OSError as error:
            raise _unreadable(name, error) from error


def file_stem(text: str) -> str:
    """A name for a command and its files, on every system; as near to the text as can be."""
    name = slug(text)
    return f"{name}_" if name in _DEVICES else name


def files_of(folder: Path, stem: str) -> list[str]:
    """The files of a workflow of that name, whatever they are made of and however its letters are written."""
    return [name for name in Folder(folder).names(*_READ) if PurePath(name).stem.casefold() == stem.casefold()]


def _may_be_read(name: str) -> bool:
    """Not what editors hide beside a file."""
    return not name.startswith(".") and PurePath(name).suffix.lower() in _READ


def _state_of(path: Path) -> State | None:
    """None of folders and of links to nothing."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return _state(facts) if S_ISREG(facts.st_mode) else None


def _state(facts: os.stat_result) -> State:
    return facts.st_mtime_ns, facts.st_size, facts.st_ino


def _unreadable(name: str, error: OSError) -> WorkflowError:
    return WorkflowError(name, _("It cannot be read: {reason}.").format(reason=error.strerror))
