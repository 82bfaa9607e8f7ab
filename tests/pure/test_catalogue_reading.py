"""A .po file is read as gettext's own tools read it."""

from __future__ import annotations

from io import BytesIO

import pytest
from babel.messages.pofile import read_po

from bot.catalogues import Catalogue
from bot.text import NAME
from tests.catalogues.merging import languages, of_language

TEXT = r"""
# A comment
msgid ""
msgstr ""
"Language: pl\n"
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"

#, python-brace-format
msgid "{count} fox"
msgid_plural "{count} foxes"
msgstr[0] "{count} lis"
msgstr[1] "{count} lisy"
msgstr[2] "{count} lisów"

msgid "a \"quoted\"\n"
"line \\ two"
msgstr "w \"cudzysłowie\"\n"
"wiersz \\ dwa"

msgctxt "name"
msgid "fox"
msgstr "lis"

msgid "fox"
msgstr ""

#~ msgid "gone"
#~ msgstr "nie ma"
"""


def test_every_plural_form_is_chosen_as_the_file_says() -> None:
    forms = [Catalogue(TEXT).ngettext("{count} fox", "{count} foxes", count) for count in (1, 2, 5, 12, 22)]

    assert forms == ["{count} lis", "{count} lisy", "{count} lisów", "{count} lisów", "{count} lisy"]


def test_lines_that_are_broken_and_signs_that_are_escaped_are_put_together() -> None:
    assert Catalogue(TEXT).gettext('a "quoted"\nline \\ two') == 'w "cudzysłowie"\nwiersz \\ dwa'


def test_a_context_sets_apart() -> None:
    catalogue = Catalogue(TEXT)

    assert (catalogue.pgettext("name", "fox"), catalogue.gettext("fox")) == ("lis", "fox")
    assert catalogue.pgettext("other", "fox") == "fox"


def test_what_is_not_translated_or_said_no_more_stays_as_it_is() -> None:
    catalogue = Catalogue(TEXT)

    assert [catalogue.gettext(text) for text in ("fox", "gone", "anything")] == ["fox", "gone", "anything"]
    assert [catalogue.ngettext("a bear", "bears", count) for count in (1, 2)] == ["a bear", "bears"]


@pytest.mark.parametrize("language", languages())
def test_each_catalogue_says_what_babel_reads_in_it(language: str) -> None:
    text = of_language(language).read_text("utf-8")
    ours = Catalogue(text)

    for message in read_po(BytesIO(text.encode())):
        if not message.id or not message.string or not all(message.string):
            continue
        if isinstance(message.id, str):
            said = ours.pgettext(NAME, message.id) if message.context == NAME else ours.gettext(message.id)
            assert said == message.string
        else:
            singular, plural = message.id
            assert {ours.ngettext(singular, plural, count) for count in range(12)} == set(message.string)
