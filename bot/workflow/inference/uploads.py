"""Files that a person uploads: what each is called, told by its node's title or by what takes it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from bot.workflow.graph import Target
from bot.workflow.inference.naming import slug
from bot.workflow.inference.web import Web
from bot.workflow.inference.wish import Wish
from bot.workflow.option import OptionType

#: inputs whose names tell nothing about what they are given
_PLAIN = re.compile(
    r"(model|images?|img|pixels?|inputs?|source|samples|videos?|audios?|masks?|files?|frames|values?|on_(true|false))?"
    r"[_ ]?(\d+|[a-z])?"
)
#: what the only other picture is where one is the last
_FIRST = {"last_frame": "first_frame", "end_frame": "start_frame", "end_image": "start_image"}
#: how many nodes are looked at for a telling name
_NEAR = 12


def find_uploads(web: Web) -> Iterator[Wish]:
    """One for each upload that is used, in the order in which they are used."""
    found = list(_uploads(web))
    several = Counter(kind for _target, kind in found)
    wishes = [
        Wish(kind.value if several[kind] == 1 else _name(web, target, kind), (target,), kind, web.label(target.node))
        for target, kind in found
    ]
    plain = [wish for wish in wishes if wish.kind is OptionType.IMAGE and wish.name == "image"]
    last = next((wish.name for wish in wishes if wish.name in _FIRST), None)
    for wish in wishes:
        yield replace(wish, name=_FIRST[last]) if plain == [wish] and last is not None else wish


def _uploads(web: Web) -> Iterator[tuple[Target, OptionType]]:
    for node in web.running:
        for target in web.literals(node):
            spec = web.spec(target)
            if spec is not None and spec.upload:
                yield target, _kind(web, node, spec.upload)


def _kind(web: Web, node: str, upload: str) -> OptionType:
    """A picture of which nothing but the mask is used is a mask."""
    used = {web.given((node, slot)) for _target, slot in web.consumers.get(node, ())}
    return OptionType.MASK if upload == "image" and used == {"MASK"} else OptionType(upload)


def _name(web: Web, target: Target, kind: OptionType) -> str:
    title = web.label(target.node)
    titled = slug(title) if title else ""
    if titled and not _PLAIN.fullmatch(titled):
        return titled
    return _taken_as(web, target.node) or titled or kind.value


def _taken_as(web: Web, node: str) -> str:
    """The first telling name of an input which the file goes into, maybe through nodes that make it larger or such."""
    ahead, seen = [node], {node}
    while ahead and len(seen) < _NEAR:
        here = ahead.pop(0)
        for target, _slot in web.consumers.get(here, ()):
            name = slug(target.input.rsplit(".", 1)[-1])
            if not _PLAIN.fullmatch(name):
                return name if web.given((node, 0)) in _types(web, target) else ""
            if target.node not in seen:
                seen.add(target.node)
                ahead.append(target.node)
    return ""


def _types(web: Web, target: Target) -> set[str]:
    spec = web.spec(target)
    return set() if spec is None else {*spec.type.split(","), *({"IMAGE"} if spec.type == "*" else ())}
