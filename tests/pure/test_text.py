"""Sentences in the locale of whoever reads them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import text
from bot.text import _, named, ngettext, speaking

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

msgctxt "name"
msgid "fox"
msgstr "fuchs"
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


@pytest.mark.usefixtures("german")
def test_a_name_is_what_people_see_in_their_client_s_language() -> None:
    with speaking("de"):
        assert [named(name) for name in ("fox", "imagine")] == ["fuchs", "imagine"]
        assert _("fox") == "fox"

    assert named("fox") == "fox"


@pytest.mark.parametrize(("locale", "spoken"), [("es-419", True), ("zh-TW", False), ("pt-BR", False)])
def test_a_language_is_read_for_another_only_where_its_speakers_read_both(
    locale: str, spoken: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for language in ("es-ES", "zh-CN", "de"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "easel.po").write_text(GERMAN, encoding="utf-8")
    monkeypatch.setattr(text, "LOCALE_DIR", tmp_path)
    text.catalogue.cache_clear()
    with speaking(locale):
        said = _("A fox")
    text.catalogue.cache_clear()

    assert (said != "A fox", text.spoken(locale)) == (spoken, spoken)


@pytest.mark.usefixtures("german")
def test_a_catalogue_that_somebody_holds_is_not_read_again() -> None:
    held = text.catalogue("de")
    text.forget_catalogues()

    assert text.catalogue("de-AT") is held
