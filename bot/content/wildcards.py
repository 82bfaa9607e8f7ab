"""Texts with wildcards and alternatives in them: `__animal__` takes a line of a list, `{red|blue}` one of those."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Final

#: characters a text may become; lists in lists in lists; alternatives in alternatives; draws for one text
LONGEST, DEEPEST, NESTED, DRAWS = 6000, 10, 40, 500

#: the lines of a list by its name in small letters; None where there is no such list
Lists = Callable[[str], Sequence[str] | None]

_NAME = r"[^\W_]+(?:[-_/.][^\W_]+){0,20}"
_TOKEN: Final = re.compile(rf"\\__|\\[{{}}|]|__(?P<name>{_NAME})__|[{{}}|]")
_SIGN: Final = re.compile(r"__|[{}|]")


class WildcardError(Exception):
    """A text becomes nothing that can be used."""


@dataclass(eq=False)
class UnknownWildcard(WildcardError):
    """There is no list of that name."""

    name: str


class EndlessWildcard(WildcardError):
    """Lists that name each other go round in circles, or the text becomes too long."""


@dataclass(frozen=True)
class Expanded:
    """What became of a text; `own` is what of it was typed rather than taken from lists, a space for each of those."""

    text: str
    own: str


def expand(text: str, dice: Random, lists: Lists) -> Expanded:
    """One of the texts it stands for: for the same dice and lists always the same. Raises WildcardError.

    Braces without a `|` stay, as does one without its other half; a backslash before a sign takes its meaning away.
    """
    return _Expansion(dice, lists).of(text, 0)


def names_in(text: str) -> list[str]:
    """The lists it names, each once, as they are written."""
    return list(dict.fromkeys(match["name"] for match in _TOKEN.finditer(text) if match["name"]))


def is_plain(text: str) -> bool:
    """Whether it stays as it is, whatever the lists."""
    return _TOKEN.search(text) is None


def literal(text: str) -> str:
    """What to type so that it becomes this, whatever the dice and the lists."""
    if not _Text(text).choices and all(match.group() in "{|}" for match in _TOKEN.finditer(text)):
        return text
    return _SIGN.sub(r"\\\g<0>", text)


@dataclass
class _Choice:
    """An open brace: where it is, and where its alternatives are divided."""

    start: int
    bars: list[int] = field(default_factory=list)
    end: int = -1


class _Text:
    """One text cut into tokens, with the braces that hold alternatives."""

    def __init__(self, text: str) -> None:
        self.parts: list[tuple[str, str | None]] = []
        self.choices: dict[int, _Choice] = {}
        at = 0
        for match in _TOKEN.finditer(text):
            self._add(text[at : match.start()], None)
            self._add(match.group(), match["name"])
            at = match.end()
        self._add(text[at:], None)
        self._pair()

    def _add(self, part: str, name: str | None) -> None:
        if part:
            self.parts.append((part, name))

    def _pair(self) -> None:
        """Match braces without recursion: people may type thousands of them."""
        open_ones: list[_Choice] = []
        for index, (part, _name) in enumerate(self.parts):
            if part == "{":
                open_ones.append(_Choice(index))
            elif part == "|" and open_ones:
                open_ones[-1].bars.append(index)
            elif part == "}" and open_ones:
                choice = open_ones.pop()
                if choice.bars and len(open_ones) < NESTED:
                    choice.end = index
                    self.choices[choice.start] = choice


class _Expansion:
    def __init__(self, dice: Random, lists: Lists) -> None:
        self._dice = dice
        self._lists = lists
        self._draws = 0

    def of(self, text: str, depth: int) -> Expanded:
        parsed = _Text(text)
        return _joined(self._span(parsed, 0, len(parsed.parts), depth))

    def _span(self, text: _Text, start: int, end: int, depth: int) -> list[Expanded]:
        found: list[Expanded] = []
        at, length = start, 0
        while at < end:
            part, name = text.parts[at]
            choice = text.choices.get(at)
            if choice is not None:
                pieces = self._chosen(text, choice, depth)
                at = choice.end
            elif name is not None:
                pieces = [self._drawn(name, depth)]
            else:
                pieces = [Expanded(*(_unescaped(part),) * 2)]
            found += pieces
            length += sum(len(piece.text) for piece in pieces)
            if length > LONGEST:
                raise EndlessWildcard
            at += 1
        return found

    def _chosen(self, text: _Text, choice: _Choice, depth: int) -> list[Expanded]:
        self._count()
        edges = [choice.start, *choice.bars, choice.end]
        which = self._dice.randrange(len(edges) - 1)
        return self._span(text, edges[which] + 1, edges[which + 1], depth)

    def _drawn(self, name: str, depth: int) -> Expanded:
        self._count()
        lines = self._lists(name.casefold())
        if lines is None:
            raise UnknownWildcard(name)
        if depth >= DEEPEST:
            raise EndlessWildcard
        line = lines[self._dice.randrange(len(lines))] if lines else ""
        return Expanded(self.of(line, depth + 1).text, " ")

    def _count(self) -> None:
        self._draws += 1
        if self._draws > DRAWS:
            raise EndlessWildcard


def _joined(pieces: Sequence[Expanded]) -> Expanded:
    return Expanded("".join(piece.text for piece in pieces), "".join(piece.own for piece in pieces))


def _unescaped(part: str) -> str:
    return part[1:] if _TOKEN.fullmatch(part) and part.startswith("\\") else part
