"""Letters and signs that look like others: what NFKC leaves as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: by what they look like: Cyrillic, Greek, Armenian, phonetic and small letters; all as `str.casefold` leaves them
_ALIKE: Final[Mapping[str, str]] = {
    "a": "аαɑɐᴀӑ",
    "b": "вьβʙᴃɓƀ",
    "c": "сϲᴄɔҫ",
    "d": "ԁᴅɖɗđðժ",
    "e": "еёεєɛəǝɜᴇҽ",
    "f": "ꜰƒғ",
    "g": "ɡɢɠցԍ",
    "h": "нһʜħɦհң",
    "i": "іιɪıɩї",
    "j": "јϳᴊʝɉյ",
    "k": "кκᴋƙқ",
    "l": "ӏʟɫłɭ",
    "m": "мᴍɱ",
    "n": "пոɴɲɳŋ",
    "o": "оοօᴏøɵө",
    "p": "рρᴘƥ",
    "q": "ԛզ",
    "r": "гʀɼɽ",
    "s": "ѕꜱʂʃ",
    "t": "тτᴛŧƭʈ",
    "u": "սᴜʉʋ",
    "v": "ѵᴠ",
    "w": "ԝωᴡʍѡ",
    "x": "хχҳ",
    "y": "уγүұʏƴ",
    "z": "зᴢʐʒȥƶ",
    "ae": "æ",
    "oe": "œ",
}

#: what may stand for another letter and may be meant as itself: digits, signs, letters of two shapes
DOUBLES: Final[Mapping[str, str]] = {
    "0": "o",
    "1": "il",
    "2": "z",
    "3": "e",
    "4": "a",
    "5": "s",
    "6": "gb",
    "7": "t",
    "8": "b",
    "9": "g",
    "@": "a",
    "$": "s",
    "!": "i",
    "|": "il",
    "+": "t",
    "€": "e",
    "£": "l",
    "¢": "c",
    "ν": "vn",
    "η": "nh",
    "υ": "uy",
    "μ": "um",
    "ζ": "z",
    "σ": "o",
    "и": "un",
    "я": "r",
}

#: the first of the alphabets whose letters are emoji: those of flags, and white ones on black circles and squares
_EMOJI: Final = (0x1F1E6, 0x1F150, 0x1F170)


def table() -> dict[int, str]:
    """For `str.translate`, after casefold."""
    found = {ord(other): letter for letter, others in _ALIKE.items() for other in others}
    for first in _EMOJI:
        found |= {first + number: chr(ord("a") + number) for number in range(26)}
    return found
