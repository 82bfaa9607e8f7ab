"""What a prompt asks for: its words, and which of them is to have which colour."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from bot.comfy.simulator.drawing.palette import COLORS, Color

#: How far before a noun its colour may stand: "a red and shiny new car".
_REACH = 4


@dataclass(frozen=True)
class Wish:
    """``tokens`` are the prompt's words in order without those of the negative prompt."""

    tokens: tuple[str, ...]

    @classmethod
    def of(cls, prompt: str, negative: str = "") -> "Wish":
        unwanted = frozenset(_words(negative))
        return cls(tuple(word for word in _words(prompt) if word not in unwanted))

    @cached_property
    def said(self) -> frozenset[str]:
        return frozenset(self.tokens)

    def color_of(self, nouns: Iterable[str]) -> Color | None:
        """The colour named shortly before one of the nouns."""
        wanted = frozenset(nouns)
        for index, token in enumerate(self.tokens):
            near = [word for word in self.tokens[max(0, index - _REACH) : index] if word in COLORS]
            if token in wanted and near:
                return COLORS[near[-1]]
        return None

    @cached_property
    def mood(self) -> Color | None:
        """The colour of the whole, where one is named."""
        return next((COLORS[word] for word in self.tokens if word in COLORS), None)


def listed(words: str) -> frozenset[str]:
    """Words written with spaces between them."""
    return frozenset(words.split())


def _words(text: str) -> list[str]:
    without_loras = re.sub(r"<[^>]*>", " ", text.lower())
    return re.findall(r"[^\W\d_]+", without_loras)
