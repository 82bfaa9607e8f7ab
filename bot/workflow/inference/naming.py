"""Names that Discord takes, each once; and what a node's title says its value is."""

from __future__ import annotations

import re
import unicodedata

_LONGEST = 32
#: a title that begins with what kind of value it is: `Int (duration)`, `Load Image: front`
_TYPED = re.compile(
    r"(?:load\s+)?(?:int(?:eger)?|float|number|bool(?:ean)?|str(?:ing)?|text(?:\s+string)?|image|video|audio|mask|file)"
    r"\s*[:(\-–]\s*(?P<name>[^()]+?)\s*\)?\s*",
    re.IGNORECASE,
)
_DROPPED = re.compile(
    r"^\s*(?:load|enter|upload|insert|set)\s+(?=\w)|\(\s*(?:int|float|bool(?:ean)?|string|optional|multiline)\s*\)\s*$",
    re.IGNORECASE,
)
#: says nothing of what a value is for
_EMPTY = re.compile(r"optional|multiline|\d+", re.IGNORECASE)


class Names:
    """Gives each option a name of its own: `image`, `image_2`, …"""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._counts: dict[str, int] = {}

    def take(self, wanted: str, mark: str = "") -> str:
        """`wanted` as Discord takes it; where that is taken, with the mark behind it, else with a number."""
        base = slug(wanted)
        if base in self._taken and mark and slug(mark) not in base:
            base = slug(f"{base} {mark}")
        name, count = base, self._counts.get(base, 1)
        while name in self._taken:
            count += 1
            name = f"{base[: _LONGEST - len(str(count)) - 1]}_{count}"
        self._counts[base] = count
        self._taken.add(name)
        return name


def slug(text: str) -> str:
    """The nearest that Discord takes for a name: lower-case letters and digits of any alphabet, `_` between words.

    It never raises, and is never empty; what is too long ends with a whole word if there is one.
    """
    plain = unicodedata.normalize("NFC", text[:500]).lower()
    kept = "".join(letter if unicodedata.category(letter)[0] in "LMN" else "_" for letter in plain)
    kept = "".join(letter for letter in kept if letter == letter.lower())
    name = re.sub("_+", "_", kept).strip("_")
    if len(name) > _LONGEST:
        whole = name[: _LONGEST + 1].rpartition("_")[0]
        name = whole if len(whole) > _LONGEST // 2 else name[:_LONGEST]
    return name.strip("_") or "option"


def label(title: str, class_title: str = "") -> str:
    """What a title calls the value: `Int (duration)` is `duration`, `Load Subject Image` is `Subject Image`.

    `Painter (sky)` is `sky` where ComfyUI itself calls the node `Painter`.
    """
    typed = _TYPED.fullmatch(title)
    if typed is not None and not _EMPTY.fullmatch(typed["name"]):
        return typed["name"]
    own = title[len(class_title) :].strip(" :-–()") if class_title and title.startswith(class_title) else ""
    return own if own and not _EMPTY.fullmatch(own) else _DROPPED.sub("", title).strip()


def mark(title: str, class_title: str) -> str:
    """The words by which a title differs from its class's: `Load Checkpoint - REFINER` is `refiner`."""
    common = {word.lower() for word in re.findall(r"\w+", class_title)} | {"load", "prompt", "positive", "negative"}
    words = [word for word in re.findall(r"\w+", title) if word.lower() not in common]
    return " ".join(words[:3]).lower()
