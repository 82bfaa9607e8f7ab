"""Inputs that are options for their node's sake: titled for it, knobs, and what services take."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from bot.workflow.catalogue import COMBO
from bot.workflow.graph import Target, title_of
from bot.workflow.inference.everyday import everyday_name
from bot.workflow.inference.naming import slug
from bot.workflow.inference.texts import written
from bot.workflow.inference.web import Web
from bot.workflow.inference.wish import Wish
from bot.workflow.option import OptionType

_EXPOSED = re.compile(r"\s*(?:input\s*:\s*|\$)(?P<name>.*\S)\s*", re.IGNORECASE | re.DOTALL)
_COLLECTED = re.compile(r"\s*output\s*:\s*\S.*", re.IGNORECASE | re.DOTALL)
#: where a service reads what it shall make
_PROMPTS = frozenset({"prompt", "text", "text_prompt", "text1", "prompt1"})
_NEGATIVES = frozenset({"negative_prompt", "negative"})
#: inputs that say how a file is called or kept, which is the bot's business
_OURS = re.compile(r"filename|prefix|codec|format|metadata|embed|device|dtype|api_key|system|seed_mode|upload")
#: names that say nothing without the node's
_BARE = re.compile(r"value|string|input|choice|expression|number|int|float|boolean|[a-z]")
_SIDE = re.compile(r"(^|\.)(width|height)$")
_TYPES = frozenset({"INT", "FLOAT", "STRING", "BOOLEAN", COMBO})


def find_titled(web: Web) -> Iterator[Wish]:
    """Nodes titled `input: NAME` or `$name`: every value they hold, whatever their class."""
    for node in web.graph:
        if (found := _EXPOSED.fullmatch(title_of(web.graph, node))) is None:
            continue
        name, held = found["name"], [target for target in web.literals(node) if not _ours(web, target)]
        files = [target for target in held if (spec := web.spec(target)) is not None and spec.upload]
        for target in files or held:
            alone = len(files or held) == 1
            if alone:
                _bound(web, target)
            yield Wish(name if alone else f"{name}_{target.input}", (target,), title=name)


def find_outputs(web: Web) -> list[str]:
    """The nodes titled `output: NAME`."""
    return [node for node in web.graph if _COLLECTED.fullmatch(title_of(web.graph, node))]


def find_knobs(web: Web) -> Iterator[Wish]:
    """Primitives to which somebody gave a title of their own: knobs put there to be turned."""
    for node in web.running:
        held = web.literals(node)
        title = web.label(node)
        if web.class_of(node).startswith("Primitive") and title and len(held) == 1 and "system" not in title.lower():
            _bound(web, held[0])
            yield Wish(everyday_name(slug(title)), (held[0],), title=title)


def find_services(web: Web, *, paid_only: bool) -> Iterator[Wish]:
    """What nodes take that make something of a text, such as paid ones and language models."""
    for node in web.running:
        known = web.catalogue.node(web.class_of(node))
        prompts = [name for name in web.graph[node]["inputs"] if _last(name) in _PROMPTS]
        if known is None or not (known.paid or (prompts and not paid_only)):
            continue
        for name in prompts:
            if (target := written(web, node, name)) is not None:
                yield Wish("prompt", (target,), OptionType.TEXT, title=web.label(target.node))
        yield from _all_of(web, node)


def find_whatever(web: Web) -> Iterator[Wish]:
    """Every value there is, for graphs in which nothing else was found."""
    for node in web.running:
        yield from (replace(wish, mark=wish.title or web.class_title(node)) for wish in _all_of(web, node))


def plain_wish(web: Web, target: Target) -> Wish:
    """The input by its own name, or by its node's where its own says nothing."""
    name = _last(target.input)
    title = web.label(target.node)
    if name in _NEGATIVES:
        return Wish("negative", (target,), OptionType.TEXT, title=title)
    bare = _BARE.fullmatch(name) and name not in {"n", "text"}
    called = (title or web.class_title(target.node)) if bare else everyday_name(name)
    return Wish(called, (target,), title=title, mark=title)


def _all_of(web: Web, node: str) -> Iterator[Wish]:
    held = [target for target in web.literals(node) if _offered(web, target)]
    sides = tuple(target for target in held if _SIDE.search(target.input) and type(web.value(target)) is int)
    if [_last(side.input) for side in sides] == ["width", "height"]:
        yield Wish("size", sides, OptionType.SIZE, title=web.label(node))
    yield from (plain_wish(web, target) for target in held)


def _bound(web: Web, target: Target) -> None:
    """What a primitive is joined to has bounds too."""
    if web.class_of(target.node).startswith("Primitive"):
        web.reached[target].update(consumer for consumer, _slot in web.consumers.get(target.node, ()))


def _last(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def _ours(web: Web, target: Target) -> bool:
    """The bot sets it, or it decides which inputs there are."""
    spec = web.spec(target)
    return spec is None or bool(_OURS.search(target.input)) or bool(spec.branches)


def _offered(web: Web, target: Target) -> bool:
    spec = web.spec(target)
    return not _ours(web, target) and spec is not None and spec.type in _TYPES and spec.choices != ()
