"""App Mode: the inputs and outputs which an artist picked in ComfyUI, found again in the graph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.workflow.graph import Target
from bot.workflow.inference.knobs import plain_wish
from bot.workflow.inference.naming import label
from bot.workflow.inference.web import Web
from bot.workflow.inference.wish import Wish
from bot.workflow.inference.wishes import find_wishes
from bot.workflow.option import OptionType

_UUID = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:")
#: nodes which are in a saved workflow but in no graph: what they hold or get goes to all they are joined to
_PASSING = frozenset({"PrimitiveNode", "Reroute"})
_COMBO = "CustomCombo"
#: how deep subgraphs may be inside each other
_DEEPEST = 12


@dataclass(frozen=True)
class Picks:
    """The options to be in the artist's order, the ids of the nodes whose outputs count, and what was not found."""

    wishes: tuple[Wish, ...]
    outputs: tuple[str, ...]
    lost: tuple[str, ...]


def read_picks(saved: Mapping[str, Any], web: Web) -> Picks | None:
    """What `extra.linearData` of a saved workflow says; None where nobody picked anything.

    Its inputs are `[[node id, widget name], …]`, its outputs node ids (ComfyUI_frontend, App Mode). Ids are those of
    the saved workflow: of a node, of one in a subgraph, or of the subgraph itself, whose widgets are nodes' inside.
    """
    picked = _dict(_dict(saved.get("extra")).get("linearData"))
    entries = [entry for entry in _list(picked.get("inputs")) if isinstance(entry, list) and len(entry) > 1]
    if not entries:
        return None
    places = _Places(saved, web)
    known = {target: wish for wish in find_wishes(web) if wish.kind is not OptionType.SIZE for target in wish.targets}
    wishes: list[Wish] = []
    lost: list[str] = []
    for key, widget in [(str(entry[0]), str(entry[1])) for entry in entries]:
        targets = tuple(dict.fromkeys(places.find(key, widget)))
        if not targets or web.spec(targets[0]) is None:
            lost.append(f"{places.title(key) or _UUID.sub('', key)}.{widget}")
        elif not any(targets == wish.targets for wish in wishes):
            wishes.append(_wish(web, targets, known.get(targets[0]), places.title(key), places.choices(key)))
    outputs = [key for entry in _list(picked.get("outputs")) for key in places.keys(str(entry)) if key in web.graph]
    return Picks(tuple(_one_seed(wishes)), tuple(dict.fromkeys(outputs)), tuple(lost))


def _wish(web: Web, targets: tuple[Target, ...], known: Wish | None, title: str, choices: tuple[str, ...]) -> Wish:
    """By the name it has without App Mode, where that is more than the node's; else by what the artist called it."""
    plain = plain_wish(web, targets[0])
    wish = known if known is not None else replace(plain, name=label(title)) if title and plain.title else plain
    return replace(wish, targets=targets, choices=choices)


def _one_seed(wishes: Iterable[Wish]) -> Iterator[Wish]:
    """A command has one seed; further ones that were picked are numbers."""
    seeds = 0
    for wish in wishes:
        seeds += wish.kind is OptionType.SEED
        yield replace(wish, kind=None) if wish.kind is OptionType.SEED and seeds > 1 else wish


class _Places:
    """The saved workflow's nodes under the ids they have in the graph: `12`, and `12:3` inside subgraph 12."""

    def __init__(self, saved: Mapping[str, Any], web: Web) -> None:
        self._web = web
        found = _dicts(_dict(saved.get("definitions")).get("subgraphs"))
        self._definitions = {str(definition.get("id")): definition for definition in found}
        #: id in the graph -> the node, and the workflow or subgraph it lies in
        self._nodes: dict[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {}
        self._place(saved, "", _DEEPEST)

    def keys(self, key: str) -> list[str]:
        """The ids in the graph which a picked id may mean."""
        plain = _UUID.sub("", key)
        return [plain] if plain in self._nodes else [known for known in self._nodes if known.endswith(f":{plain}")]

    def find(self, key: str, widget: str) -> list[Target]:
        """Where that widget's value is set in the graph."""
        every = self.keys(key) or self.keys(key.removesuffix(f":{widget}"))
        return next((found for known in every if (found := self._find(known, widget, _DEEPEST))), [])

    def title(self, key: str) -> str:
        """What the artist called the node, where that was more than its class."""
        node = next((self._nodes[known][0] for known in self.keys(key)), {})
        title = node.get("title")
        return title if isinstance(title, str) and title != node.get("type") else ""

    def choices(self, key: str) -> tuple[str, ...]:
        """The list which the artist wrote into a combo of their own: after its value and its place in the list."""
        node = next((self._nodes[known][0] for known in self.keys(key)), {})
        written = _list(node.get("widgets_values"))[2:] if node.get("type") == _COMBO else []
        return tuple(dict.fromkeys(text for text in written if isinstance(text, str) and 1 <= len(text) <= 100))[:25]

    def _place(self, home: Mapping[str, Any], above: str, depth: int) -> None:
        for node in _dicts(home.get("nodes")):
            key = f"{above}{node.get('id')}"
            self._nodes[key] = (node, home)
            inner = self._definitions.get(str(node.get("type")))
            if inner is not None and depth:
                self._place(inner, f"{key}:", depth - 1)

    def _find(self, key: str, widget: str, depth: int) -> list[Target]:
        if key not in self._nodes or not depth:
            return []
        node, home = self._nodes[key]
        if node.get("type") in _PASSING:
            outer = key[: len(key) - len(str(node.get("id")))]
            ends = [_end(link) for link in _list(home.get("links")) if _start(link) == str(node.get("id"))]
            return [target for end in ends for target in self._fed(outer, end, home, depth)]
        inner = self._definitions.get(str(node.get("type")))
        if inner is not None:
            return self._inside(key, node, inner, widget, depth)
        if key not in self._web.graph:
            return []
        setting = self._web.setting(key, widget)
        return [] if setting is None else [setting]

    def _inside(
        self, key: str, node: Mapping[str, Any], inner: Mapping[str, Any], widget: str, depth: int
    ) -> list[Target]:
        """A subgraph's widget: promoted by the artist, or an input of the subgraph."""
        for proxy in _list(_dict(node.get("properties")).get("proxyWidgets")):
            if isinstance(proxy, list) and len(proxy) >= 2 and str(proxy[1]) == widget:
                return self._find(f"{key}:{proxy[0]}", widget, depth - 1)
        slots = [slot for slot in _dicts(inner.get("inputs")) if widget in {slot.get("name"), slot.get("label")}]
        ids = {link_id for slot in slots[:1] for link_id in _list(slot.get("linkIds"))}
        ends = [_end(link) for link in _list(inner.get("links")) if _id(link) in ids]
        return [target for end in ends for target in self._fed(f"{key}:", end, inner, depth)]

    def _fed(self, above: str, end: tuple[str, int], home: Mapping[str, Any], depth: int) -> list[Target]:
        node = next((node for node in _dicts(home.get("nodes")) if str(node.get("id")) == end[0]), {})
        slots = _dicts(node.get("inputs"))
        name = slots[end[1]].get("name") if 0 <= end[1] < len(slots) else None
        return self._find(f"{above}{end[0]}", str(name), depth - 1)


def _start(link: Any) -> str:
    return str(_field(link, 1, "origin_id"))


def _end(link: Any) -> tuple[str, int]:
    slot = _field(link, 4, "target_slot")
    return str(_field(link, 3, "target_id")), slot if isinstance(slot, int) else -1


def _id(link: Any) -> object:
    return _field(link, 0, "id")


def _field(link: Any, place: int, name: str) -> Any:
    """Links are lists in a workflow, tables in a subgraph."""
    if isinstance(link, dict):
        return link.get(name)
    return link[place] if isinstance(link, list) and len(link) > place else None


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]
