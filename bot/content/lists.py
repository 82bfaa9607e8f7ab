"""The terms that are blocked everywhere, from the settings and from a file, and those of one place besides."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from bot.content.terms import Terms
from bot.errors import SettingsError
from bot.text import _

log = logging.getLogger(__name__)

#: how many servers' lists are kept compiled
COMPILED = 256

_State = tuple[int, int]


class WordLists:
    """The file holds a term per line; lines that begin with `#` are comments. It is read again when it changed.

    Raises SettingsError where the file cannot be read at first; later, what was read last stays.
    """

    def __init__(self, words: Iterable[str] = (), file: Path | None = None) -> None:
        self._words = tuple(words)
        self._file = file
        self._state: _State | None = None
        self._terms = Terms(self._words)
        if file is not None:
            try:
                self._read(file)
            except (OSError, UnicodeDecodeError) as error:
                raise SettingsError(_unreadable(file, error)) from error

    def find(self, text: str, more: tuple[str, ...] = ()) -> str | None:
        """A term that the text holds, of those blocked everywhere or of `more`; None where there is none."""
        self._read_again()
        return self._terms.find(text) or (_compiled(more).find(text) if more else None)

    def _read_again(self) -> None:
        if self._file is None:
            return
        try:
            if _state(self._file) != self._state:
                self._read(self._file)
                log.info("%s was read again", self._file.name)
        except (OSError, UnicodeDecodeError) as error:
            if self._state is not None:
                log.warning("%s; the terms that were read before are still blocked", _unreadable(self._file, error))
            self._state = None

    def _read(self, file: Path) -> None:
        state = _state(file)
        lines = (line.strip() for line in file.read_text("utf-8-sig").splitlines())
        self._terms = Terms([*self._words, *(line for line in lines if line and not line.startswith("#"))])
        self._state = state


@lru_cache(maxsize=COMPILED)
def _compiled(words: tuple[str, ...]) -> Terms:
    return Terms(words)


def _state(file: Path) -> _State:
    facts = file.stat()
    return facts.st_mtime_ns, facts.st_size


def _unreadable(file: Path, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else _("it is not UTF-8 text")
    return _("BLOCKED_WORDS_FILE: {file} cannot be read: {reason}.").format(file=file, reason=reason)
