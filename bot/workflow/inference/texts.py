"""Where the words of a text input are written, up through nodes that make texts of texts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.workflow.catalogue import COMBO
from bot.workflow.graph import Target, link
from bot.workflow.inference.web import Web

#: where a text may stand in a node which makes texts of texts, the likeliest first
_INPUTS = ("value", "text", "prompt", "string", "string_a", "string_b", "replace", "high_level_description")
#: how many nodes are looked at for one text
_MOST = 200
_MEANT = re.compile(r"prompt|describe|positive|your text|user", re.IGNORECASE)
_FIXED = re.compile(r"system|template|prefix|suffix|style|instruct|negative|preset|trigger", re.IGNORECASE)


def written(web: Web, node: str, name: str) -> Target | None:
    """The place where somebody would write that input's text; None where there is none."""
    found = list(_written(web, Target(node, name)))
    return max(found, key=lambda target: _likely(web, target)) if found else None


def _likely(web: Web, target: Target) -> int:
    """Of several texts that are put together, which is meant to be changed; the first of those alike is."""
    title = web.title(target.node)
    score = 1 if web.class_of(target.node).startswith("Primitive") else 0
    score += 2 if _MEANT.search(title) or target.input == "prompt" else 0
    score -= 3 if _FIXED.search(title) else 0
    return score - (1 if target.input in {"string_a", "string_b", "replace"} else 0)


def _written(web: Web, target: Target) -> Iterator[Target]:
    """Every such place, the nearest first."""
    seen: set[str] = set()
    ahead = [target]
    while ahead and len(seen) < _MOST:
        here = ahead.pop()
        source = web.source(here.node, here.input)
        if source is None:
            if _holds_text(web, here):
                yield here
            continue
        node = source[0]
        if node not in seen and web.given(source) in {"STRING", "*"}:
            seen.add(node)
            ahead += [Target(node, name) for name in reversed(_inputs(web, node))]


def _inputs(web: Web, node: str) -> list[str]:
    """The inputs of a node whose texts may come out of it."""
    joined = [name for name, _source in web.fed(node, "STRING")]
    held = [found.input for found in web.literals(node) if found.input in _INPUTS]
    return sorted(dict.fromkeys(joined + held), key=lambda name: _INPUTS.index(name) if name in _INPUTS else 99)


def _holds_text(web: Web, target: Target) -> bool:
    if not isinstance(web.value(target), str) or link(web.value(target)) is not None:
        return False
    spec = web.spec(target)
    return spec is not None and spec.type in {"STRING", "*"} and spec.type != COMBO
