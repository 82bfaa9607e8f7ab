"""A saved workflow's nodes, found again in the graph it became: through subgraphs, primitives and reroutes."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from bot.workflow.graph import Target
from bot.workflow.inference.web import Web

_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:")
#: nodes which are in a saved workflow but in no graph: what they hold or get goes to all they are joined to
_PASSING = frozenset({"PrimitiveNode", "Reroute"})
_COMBO = "CustomCombo"
#: how deep subgraphs may be inside each other, and how many nodes are looked at in all
_DEEPEST, _MOST = 12, 20_000
#: how many nodes are looked at for one pick, and how many that it may mean
_FAR, _MANY = 500, 20


class Places:
    """The saved workflow's nodes under the ids they have in the graph: `12`, and `12:3` inside subgraph 12."""

    def __init__(self, saved: Mapping[str, Any], web: Web) -> None:
        self._web = web
        found = as_dicts(as_dict(saved.get("definitions")).get("subgraphs"))
        self._definitions = {str(definition.get("id")): _Home(definition) for definition in found}
        #: id in the graph -> the node, and the workflow or subgraph it lies in
        self._nodes: dict[str, tuple[Mapping[str, Any], _Home]] = {}
        self._ends: dict[str, list[str]] = {}
        self._place(_Home(saved))

    def keys(self, key: str) -> list[str]:
        """The ids in the graph which a picked id may mean."""
        plain = _UUID.sub("", key)
        return [plain] if plain in self._nodes else self._ends.get(plain.rpartition(":")[2], [])

    def find(self, key: str, widget: str) -> list[Target]:
        """Where that widget's value is set in the graph."""
        every = self.keys(key) or self.keys(key.removesuffix(f":{widget}"))
        return next((found for known in every[:_MANY] if (found := list(self._find(known, widget)))), [])

    def title(self, key: str, widget: str = "") -> str:
        """What the artist called the widget; else the node, where that was more than its class."""
        node = next((self._nodes[known][0] for known in self.keys(key)), {})
        slots = (slot for slot in as_dicts(node.get("inputs")) if widget and slot.get("name") == widget)
        said = next((slot.get("label") for slot in slots), None)
        if isinstance(said, str) and said not in {"", widget}:
            return said
        title = node.get("title")
        return title if isinstance(title, str) and title != node.get("type") else ""

    def choices(self, key: str) -> tuple[str, ...]:
        """The list which the artist wrote into a combo of their own: after its value and its place in the list."""
        node = next((self._nodes[known][0] for known in self.keys(key)), {})
        written = as_list(node.get("widgets_values"))[2:] if node.get("type") == _COMBO else []
        return tuple(dict.fromkeys(text for text in written if isinstance(text, str) and 1 <= len(text) <= 100))[:25]

    def _place(self, top: _Home) -> None:
        ahead = [("", top, _DEEPEST)]
        while ahead and len(self._nodes) < _MOST:
            above, home, depth = ahead.pop()
            for name, node in home.nodes.items():
                key = f"{above}{name}"
                self._nodes.setdefault(key, (node, home))
                self._ends.setdefault(name, []).append(key)
                inner = self._definitions.get(str(node.get("type")))
                if inner is not None and depth:
                    ahead.append((f"{key}:", inner, depth - 1))

    def _find(self, key: str, widget: str) -> Iterator[Target]:
        seen: set[tuple[str, str]] = set()
        ahead = deque([(key, widget)])
        while ahead and len(seen) < _FAR:
            here = ahead.popleft()
            if here not in seen and here[0] in self._nodes:
                seen.add(here)
                found = self._further(*here)
                if isinstance(found, Target):
                    yield found
                else:
                    ahead += found

    def _further(self, key: str, widget: str) -> Target | list[tuple[str, str]]:
        """The place itself, or the nodes and widgets to which the value goes."""
        node, home = self._nodes[key]
        name = str(node.get("id"))
        if node.get("type") in _PASSING:
            return home.fed(key[: len(key) - len(name)], home.starts.get(name, []))
        inner = self._definitions.get(str(node.get("type")))
        if inner is not None:
            return self._inside(key, node, inner, widget)
        target = self._web.setting(key, widget) if key in self._web.graph else None
        return [] if target is None else target

    def _inside(self, key: str, node: Mapping[str, Any], inner: _Home, widget: str) -> list[tuple[str, str]]:
        """A subgraph's widget: promoted by the artist, or an input of the subgraph."""
        for proxy in as_list(as_dict(node.get("properties")).get("proxyWidgets")):
            if isinstance(proxy, list) and len(proxy) >= 2 and str(proxy[1]) == widget:
                return [(f"{key}:{proxy[0]}", widget)]
        slots = (slot for slot in inner.inputs if widget in {slot.get("name"), slot.get("label")})
        ids = {str(link_id) for link_id in as_list(next(slots, {}).get("linkIds"))}
        return inner.fed(f"{key}:", [link for link in inner.links if str(_field(link, 0, "id")) in ids])


class _Home:
    """A workflow or a subgraph: its nodes, and what they are joined to."""

    def __init__(self, saved: Mapping[str, Any]) -> None:
        self.nodes = {str(node.get("id")): node for node in as_dicts(saved.get("nodes"))}
        self.inputs = as_dicts(saved.get("inputs"))
        self.links = as_list(saved.get("links"))
        self.starts: dict[str, list[Any]] = {}
        for link in self.links:
            self.starts.setdefault(str(_field(link, 1, "origin_id")), []).append(link)

    def fed(self, above: str, links: Iterable[Any]) -> list[tuple[str, str]]:
        """The ends of links: the id of each node, and the input's name."""
        found: list[tuple[str, str]] = []
        for link in links:
            name, slot = str(_field(link, 3, "target_id")), _field(link, 4, "target_slot")
            slots = as_dicts(self.nodes.get(name, {}).get("inputs"))
            if type(slot) is int and 0 <= slot < len(slots):
                found.append((f"{above}{name}", str(slots[slot].get("name"))))
        return found


def _field(link: Any, place: int, name: str) -> Any:
    """Links are lists in a workflow, tables in a subgraph."""
    if isinstance(link, dict):
        return link.get(name)
    return link[place] if isinstance(link, list) and len(link) > place else None


def as_list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def as_dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def as_dicts(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in as_list(value) if isinstance(item, dict)]
