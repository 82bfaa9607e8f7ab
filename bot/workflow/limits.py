"""What Discord takes for commands and their options: names, languages, counts, lengths (its reference)."""

from __future__ import annotations

import unicodedata

from bot.text import _

#: options of a command, choices of an option, characters of a command in all
MAX_OPTIONS, MAX_CHOICES, MAX_CHARACTERS = 25, 25, 8000
#: integers and numbers, either way
MAX_NUMBER = 2**53
MAX_TEXT = 6000

LOCALES = frozenset(
    {
        *(
            "id",
            "da",
            "de",
            "en-GB",
            "en-US",
            "es-ES",
            "es-419",
            "fr",
            "hr",
            "it",
            "lt",
            "hu",
            "nl",
            "no",
            "pl",
            "pt-BR",
        ),
        *(
            "pt-BR",
            "ro",
            "fi",
            "sv-SE",
            "vi",
            "tr",
            "cs",
            "el",
            "bg",
            "ru",
            "uk",
            "hi",
            "th",
            "zh-CN",
            "ja",
            "zh-TW",
            "ko",
        ),
    }
)


def check_name(name: str) -> str:
    """The name, if Discord takes it for a command or an option; else ValueError."""
    letters = all(letter in "-_'" or unicodedata.category(letter)[0] in "LMN" for letter in name)
    if not 1 <= len(name) <= 32 or not letters or name != name.lower():
        raise ValueError(
            _("Discord does not take “{name}” as a name. Use 1 to 32 lower-case letters, digits, - and _.").format(
                name=name
            )
        )
    return name


def check_locale(locale: str) -> str:
    """The language, if Discord has it; else ValueError."""
    if locale not in LOCALES:
        raise ValueError(
            _("Discord has no language “{locale}”. It has: {locales}.").format(
                locale=locale, locales=", ".join(sorted(LOCALES))
            )
        )
    return locale
