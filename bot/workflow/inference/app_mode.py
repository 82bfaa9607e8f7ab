"""App Mode: the inputs and outputs which an artist picked in ComfyUI become the options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.workflow.graph import Target
from bot.workflow.inference.knobs import plain_wish
from bot.workflow.inference.naming import label
from bot.workflow.inference.places import Places, as_dict, as_list
from bot.workflow.inference.web import Web
from bot.workflow.inference.wish import Wish
from bot.workflow.inference.wishes import find_wishes
from bot.workflow.option import OptionType

#: how many picks are looked at: far more than a command has options
_MOST = 200


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
    picked = as_dict(as_dict(saved.get("extra")).get("linearData"))
    entries = [entry for entry in as_list(picked.get("inputs")) if isinstance(entry, list) and len(entry) > 1]
    if not entries:
        return None
    places = Places(saved, web)
    known = {target: wish for wish in find_wishes(web) if wish.kind is not OptionType.SIZE for target in wish.targets}
    wishes: list[Wish] = []
    lost: list[str] = []
    for key, widget in dict.fromkeys((str(entry[0]), str(entry[1])) for entry in entries[:_MOST]):
        targets = tuple(dict.fromkeys(places.find(key, widget)))
        if not targets or web.spec(targets[0]) is None:
            lost.append(f"{places.title(key) or key}.{widget}")
        elif not any(targets == wish.targets for wish in wishes):  # two ways to the same input
            wishes.append(_wish(web, targets, known.get(targets[0]), places.title(key, widget), places.choices(key)))
    outputs = [key for entry in as_list(picked.get("outputs")) for key in places.keys(str(entry)) if key in web.graph]
    return Picks(tuple(wishes), tuple(dict.fromkeys(outputs)), tuple(lost))


def _wish(web: Web, targets: tuple[Target, ...], known: Wish | None, title: str, choices: tuple[str, ...]) -> Wish:
    """By the name it has without App Mode, where that is more than the node's; else by what the artist called it."""
    plain = plain_wish(web, targets[0])
    wish = known or (replace(plain, name=label(title), title=title) if title else plain)
    return replace(wish, targets=targets, choices=choices)
