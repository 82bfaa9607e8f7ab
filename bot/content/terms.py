"""Blocked words and phrases, compiled once; a text is gone through once, whatever is in it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from bot.content.folding import fold
from bot.content.lookalikes import DOUBLES
from bot.content.searching import LETTERS, Node, search

#: letters of one term; what is longer is cut there, so that no list makes a text take long
MOST: Final = 100

_LETTER: Final = re.compile(f"[{LETTERS}](?<!_)")
#: between letters of a word it is part of the word: can't
_APOSTROPHES: Final = re.compile(r"(?<=[^\W\d_])['’ʼ`´′](?=[^\W\d_])")


class Terms:
    """A list of words (`bad`), beginnings and other patterns (`bad*`, `*bad`, `b*d`), and phrases (`bad words`)."""

    def __init__(self, terms: Iterable[str]) -> None:
        self._words = Node()
        self._anywhere = Node()
        self._signs: list[tuple[str, str]] = []
        for term in terms:
            self._add(term)

    def find(self, text: str) -> str | None:
        """The term whose last letter comes first in the text, as it stands in the list."""
        folded = fold(text)
        for sign, term in self._signs:
            if sign in folded:
                return term
        if not (self._words.letters or self._anywhere.letters):
            return None
        return search(_APOSTROPHES.sub("", folded).replace("_", "."), self._words, self._anywhere)

    def __bool__(self) -> bool:
        return bool(self._signs or self._words.letters or self._anywhere.letters)

    def _add(self, term: str) -> None:
        folded = fold(term).strip()[:MOST]
        words = [word for word in map(_plain, folded.split()) if word.strip("*")]
        if not words:
            sign = folded.replace("*", "").strip()
            if sign:
                self._signs.append((sign, term))
            return
        loose = words[0].startswith("*")
        node = self._anywhere if loose else self._words
        words[0] = words[0].lstrip("*")
        ends = words[-1].endswith("*")
        words[-1] = words[-1].rstrip("*")
        for number, word in enumerate(words):
            if number:
                node.word = node = node.word or Node()
            for letter in re.sub(r"\*+", "*", word):
                node = _next(node, letter)
        if ends:
            node.part = node.part or term
        else:
            node.whole = node.whole or term


def find(text: str, terms: Terms) -> str | None:
    """The first of the terms that is in the text, however it is written; None where none is."""
    return terms.find(text)


def _next(node: Node, letter: str) -> Node:
    if letter == "*":
        node.star = node.star or Node(loops=True)
        return node.star
    return node.letters.setdefault(letter, Node())


def _plain(word: str) -> str:
    """A term's word without what text may have between its letters; signs that are meant as letters are those."""
    if not _LETTER.search(word):
        return ""
    letters = (each if each == "*" or _LETTER.match(each) else DOUBLES.get(each, "")[:1] for each in word.rstrip("!"))
    return "".join(letters)
