"""A folder of lists for wildcards: text files, a line for each thing; read again when they changed."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from random import Random
from stat import S_ISREG
from typing import NamedTuple

from bot.content.wildcards import Expanded, expand

log = logging.getLogger(__name__)

#: bytes of a file; files; folders in folders
LARGEST, MOST, DEEP = 2**20, 2000, 8


class _State(NamedTuple):
    changed: int
    size: int
    inode: int


class WildcardFolder:
    """`animal.txt` is `animal`, `art/style.txt` is `art/style`; small and capital letters are the same.

    Nothing outside the folder is ever read, links to there neither. It reads from disk: ask it in a thread.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._files: dict[str, tuple[Path, _State]] = {}
        self._read: dict[str, tuple[_State, tuple[str, ...]]] = {}
        self._told: set[str] = set()

    def expand(self, text: str, dice: Random) -> Expanded:
        """One of the texts it stands for, by the lists as they are now; raises WildcardError."""
        self._look()
        return expand(text, dice, self.lines)

    def names(self) -> list[str]:
        """All lists there are now, sorted."""
        self._look()
        return sorted(self._files)

    def lines(self, name: str) -> tuple[str, ...] | None:
        """What a list has, without comments and empty lines; None where there is none."""
        name = name.casefold()
        found = self._files.get(name)
        if found is None:
            return None
        path, state = found
        known = self._read.get(name)
        if known is None or known[0] != state:
            try:
                known = (state, _lines(path))
            except (OSError, UnicodeDecodeError) as error:
                self._tell(path, str(error))
                return None
            self._read[name] = known
        return known[1]

    def _look(self) -> None:
        """Which files there are; what they hold is read when somebody names them."""
        self._files = {}
        for name, path, state in self._found():
            if len(self._files) == MOST:
                self._tell(self._path, f"only the first {MOST} files count")
                break
            self._files.setdefault(name, (path, state))
        self._read = {name: known for name, known in self._read.items() if name in self._files}

    def _found(self) -> Iterator[tuple[str, Path, _State]]:
        try:
            root = self._path.resolve(strict=True)
        except OSError:
            return
        for home, folders, files in os.walk(root):
            inner = Path(home).relative_to(root)
            folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
            if len(inner.parts) >= DEEP:
                folders.clear()
            for file in sorted(files):
                path = Path(home, file)
                if path.suffix.casefold() == ".txt" and (state := self._state(path, root)) is not None:
                    yield (inner / path.stem).as_posix().casefold(), path, state

    def _state(self, path: Path, root: Path) -> _State | None:
        """None for what must not be read."""
        try:
            facts = path.stat()
            if not S_ISREG(facts.st_mode):
                return None
            if not path.resolve(strict=True).is_relative_to(root):
                self._tell(path, "it is a link to somewhere else")
                return None
        except (OSError, RuntimeError):
            return None
        if facts.st_size > LARGEST:
            self._tell(path, f"it is larger than {LARGEST // 2**20} MB")
            return None
        return _State(facts.st_mtime_ns, facts.st_size, facts.st_ino)

    def _tell(self, path: Path, why: str) -> None:
        """Once each."""
        line = f"{path.name}: {why}"
        if line not in self._told:
            self._told.add(line)
            log.warning("the wildcards of %s are left out: %s", path.name, why)


def _lines(path: Path) -> tuple[str, ...]:
    with path.open("rb") as file:
        text = file.read(LARGEST).decode("utf-8-sig")
    lines = (line.strip() for line in text.splitlines())
    return tuple(line for line in lines if line and not line.startswith("#"))
