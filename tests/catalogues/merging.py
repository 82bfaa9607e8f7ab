"""Catalogues on disk: no dates, no line numbers, no wrapping, so that they change only where a sentence does."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

from bot.text import LOCALE_DIR

TEMPLATE = LOCALE_DIR / "easel.pot"
#: which languages must lack nothing, by the names of their folders; gettext's usual name for such a list
COMPLETE = LOCALE_DIR / "LINGUAS"

_HEADER = """\
# Easel's sentences in {language}. `make messages` adds new ones; docs/languages.md says how to translate them.
msgid ""
msgstr ""
"Project-Id-Version: easel\\n"
"Language: {locale}\\n"
"Plural-Forms: nplurals={plurals.num_plurals}; plural={plurals.plural_expr};\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
_TEMPLATE_HEADER = """\
# Easel's sentences, written by `make messages`; docs/languages.md says how to translate them.
msgid ""
msgstr ""
"Project-Id-Version: easel\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def languages() -> list[str]:
    """There is a catalogue of each, by Discord's names."""
    return sorted(path.parent.name for path in LOCALE_DIR.glob("*/easel.po"))


def complete() -> list[str]:
    """Those which must lack nothing."""
    return COMPLETE.read_text("utf-8").split()


def read(path: Path) -> Catalog:
    """A catalogue; what is no longer said anywhere is in `obsolete`."""
    with path.open("rb") as source:
        return read_po(source)


def of_language(language: str) -> Path:
    """Where its catalogue is."""
    return LOCALE_DIR / language / "easel.po"


def written_template(sentences: Catalog) -> str:
    """The list for translators."""
    return _TEMPLATE_HEADER + _body(sentences)


def merged(language: str, sentences: Catalog) -> str:
    """A catalogue with exactly these sentences. Old translations stay below while some are missing: they may help."""
    catalogue = read(of_language(language))
    catalogue.update(sentences, no_fuzzy_matching=True)
    if not any(lacking(message.string) for message in catalogue if message.id):
        catalogue.obsolete.clear()
    locale = Locale.parse(language, sep="-")
    header = _HEADER.format(language=locale.english_name, locale=locale, plurals=get_plural(locale))
    return header + _body(catalogue)


def replace(path: Path, text: str) -> None:
    """Write a file at once, or not at all."""
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def lacking(translation: object) -> bool:
    """Whether it, or one of its plural forms, is empty."""
    forms = translation if isinstance(translation, tuple | list) else [translation]
    return not all(forms)


def _body(catalogue: Catalog) -> str:
    written = BytesIO()
    write_po(written, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    return written.getvalue().decode("utf-8")
