"""A gettext catalogue read from its .po file: nothing to compile, and little of it in memory."""

from __future__ import annotations

import gettext
import re
from pathlib import Path
from sys import intern

#: between a context and what it sets apart; gettext's own sign in compiled catalogues
SEPARATOR = "\x04"

_TEXT = r'(".*"\n(?:".*"\n)*)'
#: context, sentence, plural, and the lines of all forms; comments, and what is no longer said (`#~`), are passed over
_ENTRY = re.compile(
    rf'^(?:msgctxt {_TEXT})?msgid {_TEXT}(?:msgid_plural {_TEXT})?((?:msgstr.*\n(?:".*"\n)*)+)', re.MULTILINE
)
_FORM = re.compile(r"^msgstr(?:\[\d+\])? ", re.MULTILINE)
_JOINT = re.compile(r'"\n"|\\(.)')
_PLURAL = re.compile(r"plural=([^;\n]+)")
_SIGNS = {None: "", "n": "\n", "t": "\t", "r": "\r"}


class Catalogue:
    """What is not in it, or not translated, stays as it is. The source texts are shared between catalogues."""

    def __init__(self, text: str) -> None:
        self._one: dict[str, str] = {}
        self._many: dict[str, tuple[str, ...]] = {}
        plural = "n != 1"
        for context, message, many, said in _ENTRY.findall(f"{text}\n"):
            key = intern(_unquoted(context) + SEPARATOR + _unquoted(message) if context else _unquoted(message))
            forms = tuple(_unquoted(form) for form in _FORM.split(said)[1:]) if many else (_unquoted(said[7:]),)
            if not key:
                plural = (_PLURAL.search(forms[0]) or _PLURAL.search("plural=n != 1;"))[1]  # type: ignore[index]  # one fits
            elif all(forms):
                self._one[key] = forms[0]
                if many:
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


def _unquoted(lines: str) -> str:
    """A text between quotation marks, on one line or several."""
    text = lines[1:-2]
    return _JOINT.sub(lambda found: _SIGNS.get(found[1], found[1]), text) if "\\" in text or "\n" in text else text
