"""The files of a folder of workflows, read within limits; graphs are read again only when they changed."""

from __future__ import annotations

from pathlib import Path

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.conversion import Converter
from bot.workflow.formats import Source, read_source

#: a graph of a thousand nodes has about half a million characters
MAX_TEXT_BYTES = 8 * 2**20
#: a video with a workflow in it
MAX_MEDIA_BYTES = 256 * 2**20

_TEXTS = frozenset({".toml", ".json"})


class Folder:
    """Names are those of files right in it."""

    def __init__(self, path: Path, converter: Converter | None = None) -> None:
        self.path = path
        self._converter = converter
        self._sources: dict[tuple[str, int, int], Source] = {}

    def names(self, *suffixes: str) -> list[str]:
        """The files that end like that, sorted; none where there is no such folder."""
        if not self.path.is_dir():
            return []
        return sorted(
            path.name
            for path in self.path.iterdir()
            if path.suffix.lower() in suffixes and not path.name.startswith(".") and path.is_file()
        )

    def text(self, name: str) -> str:
        """What a file says; raises WorkflowError."""
        try:
            return self._bytes(name).decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise WorkflowError(name, _("It is not UTF-8 text. Save it as UTF-8.")) from error

    def source(self, name: str) -> Source:
        """The graph in a file; raises WorkflowError."""
        try:
            facts = (self.path / name).stat()
        except OSError as error:
            raise _unreadable(name, error) from error
        key = (name, facts.st_mtime_ns, facts.st_size)
        if key not in self._sources:
            self._sources = {known: source for known, source in self._sources.items() if known[0] != name}
            self._sources[key] = read_source(self._bytes(name), name, self._converter)
        return self._sources[key]

    def _bytes(self, name: str) -> bytes:
        path = self.path / name
        most = MAX_TEXT_BYTES if path.suffix.lower() in _TEXTS else MAX_MEDIA_BYTES
        try:
            if path.stat().st_size > most:
                raise WorkflowError(name, _("It is larger than any workflow."))
            return path.read_bytes()
        except OSError as error:
            raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError) -> WorkflowError:
    return WorkflowError(name, _("It cannot be read: {reason}.").format(reason=error.strerror))
