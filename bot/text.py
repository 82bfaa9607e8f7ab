"""Sentences people read: gettext catalogues, read at start, chosen by a context's locale."""

from __future__ import annotations

from contextvars import ContextVar
from functools import cache
from hashlib import sha256
from pathlib import Path
from weakref import WeakValueDictionary

from bot.catalogues import Catalogue, read

LOCALE_DIR = Path(__file__).parent / "locale"
DEFAULT_LOCALE = "en-US"
#: languages that read another one's catalogue, as Discord does for commands; Traditional Chinese is not Simplified
FALLBACKS = {"es-419": "es-ES"}
#: what sets names of commands and options apart in the catalogues: Discord wants them short and in lower case
NAME = "name"

_locale: ContextVar[str] = ContextVar("locale", default=DEFAULT_LOCALE)
#: those in use, so that none is read twice
_read: WeakValueDictionary[Path, Catalogue] = WeakValueDictionary()


def _(message: str) -> str:
    """The sentence in the current locale; itself where no catalogue has it."""
    return catalogue(_locale.get()).gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """The sentence for that many things, in the current locale."""
    return catalogue(_locale.get()).ngettext(singular, plural, count)


def named(name: str) -> str:
    """A command's or an option's name as people see it in the current locale; itself where no catalogue has it."""
    return catalogue(_locale.get()).pgettext(NAME, name)


class speaking:  # noqa: N801 - it reads as a word: `with speaking(locale):`
    """Sentences made inside are in this locale (Discord's codes: `de`, `pt-BR`, `zh-CN`).

    Commands are translated in thousands of steps, which a generator would take twice as long for.
    """

    def __init__(self, locale: str | None) -> None:
        self._locale = locale or DEFAULT_LOCALE

    def __enter__(self) -> None:
        self._token = _locale.set(self._locale)

    def __exit__(self, *_error: object) -> None:
        _locale.reset(self._token)


@cache
def catalogue(locale: str) -> Catalogue:
    """The catalogue of a locale, else of its language, else English as written in the code."""
    path = _file_of(locale)
    if path is None:
        return Catalogue("")
    found = _read.get(path)
    if found is None:
        found = _read[path] = read(path)
    return found


def forget_catalogues() -> None:
    """All that nobody holds: each is read again when somebody speaks it, within some milliseconds."""
    catalogue.cache_clear()


def fingerprint() -> str:
    """Of all catalogues as they are on disk."""
    digest = sha256()
    for path in sorted(LOCALE_DIR.glob("*/easel.po")):
        digest.update(path.parent.name.encode() + path.read_bytes())
    return digest.hexdigest()


def language() -> str:
    """Which catalogue sentences are from now, by its folder; `en` for none."""
    path = _file_of(_locale.get())
    return "en" if path is None else path.parent.name


def spoken(locale: str) -> bool:
    """Whether sentences can be in this locale."""
    return locale.split("-", maxsplit=1)[0] == "en" or _file_of(locale) is not None


def _file_of(locale: str) -> Path | None:
    names = (locale, FALLBACKS.get(locale, locale), locale.split("-", maxsplit=1)[0])
    paths = [LOCALE_DIR / name / "easel.po" for name in names]
    return next((path for path in paths if path.is_file()), None)
