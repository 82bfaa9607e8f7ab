"""Names that Discord takes, each once; and how a manifest names a node."""

from __future__ import annotations

import re
import unicodedata

from bot.workflow.graph import Graph, title_of

_LONGEST = 32


class Names:
    """Gives each option a name of its own: `image`, `image_2`, …"""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wanted: str) -> str:
        base = slug(wanted)
        name, count = base, 1
        while name in self._taken:
            count += 1
            name = f"{base[: _LONGEST - len(str(count)) - 1]}_{count}"
        self._taken.add(name)
        return name


def slug(text: str) -> str:
    """The nearest that Discord takes for a name: lower-case letters and digits of any alphabet, `_` between words."""
    plain = unicodedata.normalize("NFC", text).lower()
    kept = "".join(letter if unicodedata.category(letter)[0] in "LMN" else "_" for letter in plain)
    kept = "".join(letter for letter in kept if letter == letter.lower())
    return re.sub("_+", "_", kept).strip("_")[:_LONGEST].strip("_") or "option"


def target_name(graph: Graph, node: str) -> str:
    """What a manifest calls the node: its title, else its class, else its id: the first that is its alone."""
    for name in (title_of(graph, node), str(graph[node]["class_type"])):
        if _found(graph, name) == [node]:
            return name
    return node


def _found(graph: Graph, name: str) -> list[str]:
    titled = [key for key in graph if title_of(graph, key) == name]
    return titled or [key for key in graph if graph[key]["class_type"] == name]
