"""Sentences in the locale of whoever reads them, and the list of all of them for translators."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from bot import text
from bot.text import _, ngettext, speaking

ROOT = Path(__file__).parents[2]

GERMAN = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "A fox"
msgstr "Ein Fuchs im Grünen"

msgid "{count} fox"
msgid_plural "{count} foxes"
msgstr[0] "{count} Fuchs"
msgstr[1] "{count} Füchse"
"""


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A folder of catalogues with a German one."""
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "easel.po").write_text(GERMAN, encoding="utf-8")
    monkeypatch.setattr(text, "LOCALE_DIR", tmp_path)
    text.catalogue.cache_clear()
    yield
    text.catalogue.cache_clear()


def test_a_sentence_is_english_without_a_catalogue() -> None:
    with speaking("xx"):
        assert _("A fox") == "A fox"
        assert ngettext("{count} fox", "{count} foxes", 2) == "{count} foxes"


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("locale", ["de", "de-AT"])
def test_a_sentence_is_in_the_locale_s_language(locale: str) -> None:
    with speaking(locale):
        assert _("A fox") == "Ein Fuchs im Grünen"
        assert [ngettext("{count} fox", "{count} foxes", count) for count in (1, 2)] == [
            "{count} Fuchs",
            "{count} Füchse",
        ]
        assert _("A sentence nobody translated") == "A sentence nobody translated"

    assert _("A fox") == "A fox"


@pytest.mark.usefixtures("german")
def test_an_unknown_locale_is_english() -> None:
    for locale in (None, "en-GB", "ja"):
        with speaking(locale):
            assert _("A fox") == "A fox"


@pytest.mark.usefixtures("german")
async def test_two_tasks_speak_their_own_languages() -> None:
    both_speak = asyncio.Barrier(2)

    async def say(locale: str) -> str:
        with speaking(locale):
            await both_speak.wait()
            return _("A fox")

    async with asyncio.timeout(5):
        said = await asyncio.gather(say("de"), say("fr"))

    assert tuple(said) == ("Ein Fuchs im Grünen", "A fox")


def test_the_list_for_translators_has_every_sentence_and_no_other() -> None:
    """When this fails: `make messages`."""
    assert listed() == written()


def test_every_translation_keeps_its_placeholders() -> None:
    for path in sorted(text.LOCALE_DIR.glob("*/easel.po")):
        with path.open("rb") as source:
            problems = [(message.id, errors) for message, errors in read_po(source).check()]
        assert not problems, path


def listed() -> set[object]:
    with (text.LOCALE_DIR / "easel.pot").open("rb") as source:
        catalogue: Catalog = read_po(source)
    return {as_key(message) for message in catalogue if message.id}


def written() -> set[object]:
    """The sentences in the code, as `pybabel extract` finds them."""
    found = set()
    for package in ("bot", "cogs"):
        for _file, _line, message, _comments, context in extract_from_dir(ROOT / package):
            found.add(as_key(Message(message, context=context)))
    return found


def as_key(message: Message) -> object:
    return message.id if isinstance(message.id, str) else tuple(message.id)
