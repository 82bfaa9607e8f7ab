"""All terms looked for at once: a tree of their letters, and the places in it a text has reached."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from bot.content.lookalikes import DOUBLES

#: what words are made of, inside a class of a regular expression; the vowels of Indian scripts are no letters to Python
LETTERS: Final = "\\w\u0900-\u0963\u0966-\u0dff\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff"
_WORD: Final = re.compile(f"[{LETTERS}]")
_PIECES: Final = re.compile(f"[{LETTERS}]+|[^{LETTERS}]+")
#: between these and what follows there is an end of a word, unless a word beside it is a single letter
_WIDE: Final = re.compile(r"[\s,;、，。]")
#: scripts without spaces: every letter may be the first or last of a word
_UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff]"
)
_SIGNS: Final = frozenset(sign for sign in DOUBLES if not sign.isalnum())


@dataclass(eq=False, slots=True)
class Node:
    """After some letters of some terms: what may follow, and which term may be complete here."""

    letters: dict[str, Node] = field(default_factory=dict)
    #: the next word of a phrase
    word: Node | None = None
    #: any letters of the same word, none too
    star: Node | None = None
    #: this is a star: any letter leads here again
    loops: bool = False
    #: complete where the word ends
    whole: str | None = None
    #: complete whatever follows
    part: str | None = None


#: a place in the tree, whether a digit or sign stood for a letter on the way, whether any letter was itself
_State = tuple[Node, bool, bool]


class _Found(Exception):
    def __init__(self, term: str) -> None:
        self.term = term


def search(text: str, words: Node, anywhere: Node) -> str | None:
    """The first term that is complete in a folded text without underscores.

    `words` begin where a word does; those below `anywhere` wherever they like. One pass: what is kept of the text
    behind is at most the nodes of the tree.
    """
    walk = _Walk(words, anywhere, spaced=_UNSPACED.search(text) is None)
    pieces = ["", *_PIECES.findall(text), ""]
    is_word = _WORD.match(text) is not None
    try:
        for number, piece in enumerate(pieces[1:-1], 1):
            if is_word:
                walk.word(piece)
            elif walk.states or piece != " ":
                walk.gap(piece, pieces[number - 1], pieces[number + 1])
            is_word = not is_word
    except _Found as found:
        return found.term
    return None


class _Walk:
    """`states` are the places reached by what was read so far. `spaced`: the text is in scripts with spaces."""

    def __init__(self, words: Node, anywhere: Node, *, spaced: bool) -> None:
        self.states: set[_State] = set()
        self._spaced = spaced
        self._word: _State = (words, False, False)
        self._loose: _State = (anywhere, False, False)
        self._loose_first = _beginnings(anywhere)

    def word(self, piece: str) -> None:
        """Letters and digits."""
        if self._spaced and not (self.states or self._loose_first) and self._plain(piece):
            return
        last = len(piece) - 1
        for at, letter in enumerate(piece):
            if not at or not (self._spaced or _joined(piece[at - 1], letter)):
                self.states.add(self._word)
            if letter in self._loose_first:
                self.states.add(self._loose)
            self.states = self._after(letter)
            if self.states:
                self._complete(at == last or not (self._spaced or _joined(letter, piece[at + 1])))
            elif self._spaced and not self._loose_first:
                return

    def _plain(self, piece: str) -> bool:
        """Most words are none of the terms, which is seen soon; whether it was."""
        node = self._word[0]
        for letter in piece:
            if letter in DOUBLES:
                return False
            following = node.letters.get(letter)
            if following is None:
                return True
            if following.star is not None or following.part is not None:
                return False
            node = following
        self.states = {(node, False, True)}
        self._complete(True)
        return True

    def gap(self, piece: str, before: str, after: str) -> None:
        """What is between two words; signs in it may be letters all the same."""
        signs = not _SIGNS.isdisjoint(piece)
        if not self.states and not signs:
            return
        closed = len(before) != 1 and len(after) != 1
        if not signs:
            wide = closed and _WIDE.search(piece) is not None
            self.states = self._next_words() | (set() if wide else self._kept())
            return
        last, next_words = len(piece) - 1, set[_State]()
        for at, sign in enumerate(piece):
            next_words |= self._next_words()
            kept = set() if closed and _WIDE.match(sign) else self._kept()
            if sign in _SIGNS:
                if at or not before:
                    self.states.add(self._word)
                if sign in self._loose_first:
                    self.states.add(self._loose)
                self.states = self._after(sign)
                self._complete(at < last or not after)
                kept |= self.states
            self.states = kept | next_words

    def _after(self, letter: str) -> set[_State]:
        """The states one letter later."""
        others, own = DOUBLES.get(letter, ""), letter.isalpha()
        found: set[_State] = set()
        for node, stood, before in self.states:
            itself = before or own
            if (following := node.letters.get(letter)) is not None:
                _reach(found, following, stood, itself)
            for other in others:
                if (following := node.letters.get(other)) is not None:
                    _reach(found, following, stood or not own, itself)
            if node.loops:
                found.add((node, stood, itself))
        return found

    def _complete(self, ends: bool) -> None:
        """Raise _Found where a term is; numbers that happen to look like one are numbers."""
        for node, stood, itself in self.states:
            if itself or not stood:
                term = node.part or (node.whole if ends else None)
                if term is not None:
                    raise _Found(term)

    def _next_words(self) -> set[_State]:
        return {(node.word, stood, itself) for node, stood, itself in self.states if node.word is not None}

    def _kept(self) -> set[_State]:
        """A star is for one word."""
        return {state for state in self.states if not state[0].loops}


def _reach(found: set[_State], node: Node, stood: bool, itself: bool) -> None:
    found.add((node, stood, itself))
    if node.star is not None:
        found.add((node.star, stood, itself))


def _beginnings(node: Node) -> frozenset[str]:
    """The letters, digits and signs a term may begin with."""
    doubles = {sign for sign, others in DOUBLES.items() if not node.letters.keys().isdisjoint(others)}
    return frozenset(doubles.union(node.letters))


def _joined(letter: str, following: str) -> bool:
    return not (_UNSPACED.match(letter) or _UNSPACED.match(following))
