"""A gettext catalogue read from its .po file: nothing to compile, and little of it in memory."""

from __future__ import annotations

import gettext
import re
from collections.abc import Iterator
from pathlib import Path
from sys import intern

#: between a context and what it sets apart; gettext's own sign in compiled catalogues
SEPARATOR = "\x04"

_LINE = re.compile(r'^(?:(msgctxt|msgid|msgid_plural|msgstr)(?:\[(\d+)\])? )?"(.*)"$')
_ESCAPE = re.compile(r"\\(.)")
_PLURAL = re.compile(r"plural=([^;\n]+)")
_SIGNS = {"n": "\n", "t": "\t", "r": "\r"}

#: `msgid` -> its forms, in order
Forms = dict[str, dict[str, str]]


class Catalogue:
    """What is not in it, or not translated, stays as it is. The source texts are shared between catalogues."""

    def __init__(self, text: str) -> None:
        self._one: dict[str, str] = {}
        self._many: dict[str, tuple[str, ...]] = {}
        plural = "n != 1"
        for entry in _entries(text):
            key = intern(entry["msgctxt"] + SEPARATOR + entry["msgid"] if "msgctxt" in entry else entry["msgid"])
            forms = tuple(value for name, value in entry.items() if name.startswith("msgstr"))
            if not key:
                plural = (_PLURAL.search(forms[0]) or _PLURAL.search("plural=n != 1;"))[1]  # type: ignore[index]  # one fits
            elif all(forms):
                self._one[key] = forms[0]
                if "msgid_plural" in entry:
                    self._many[key] = forms
        self._form = gettext.c2py(plural)

    def gettext(self, message: str) -> str:
        """The sentence."""
        return self._one.get(message, message)

    def pgettext(self, context: str, message: str) -> str:
        """What it is called in that context."""
        return self._one.get(f"{context}{SEPARATOR}{message}", message)

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        """The sentence for that many."""
        forms = self._many.get(singular)
        if forms is None:
            return singular if count == 1 else plural
        return forms[min(self._form(count), len(forms) - 1)]


def read(path: Path) -> Catalogue:
    """The catalogue in a file."""
    return Catalogue(path.read_text("utf-8"))


def _entries(text: str) -> Iterator[dict[str, str]]:
    """Each as its keywords and texts; comments, and what is no longer said (`#~`), are passed over."""
    entry: dict[str, str] = {}
    keyword = ""
    for line in text.splitlines():
        if (match := _LINE.match(line)) is None:
            continue
        word, number, quoted = match.groups()
        if word in {"msgctxt", "msgid"} and "msgstr" in " ".join(entry):
            yield entry
            entry = {}
        if word:
            keyword = f"{word}[{number}]" if number else word
        entry[keyword] = entry.get(keyword, "") + _ESCAPE.sub(lambda sign: _SIGNS.get(sign[1], sign[1]), quoted)
    if entry:
        yield entry
