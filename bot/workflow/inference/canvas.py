"""The size of what is made: where its width and height can be set, however far up that is."""

from __future__ import annotations

from collections.abc import Iterator

from bot.workflow.catalogue import COMBO, WIDGETS
from bot.workflow.graph import Link, Target
from bot.workflow.inference.web import Web
from bot.workflow.inference.wish import Wish
from bot.workflow.option import OptionType

#: what nodes that make a picture of a size call it
_WIDTHS = {
    "width": ("width", "target_width", "resize_type.width"),
    "height": ("height", "target_height", "resize_type.height"),
}
#: settings of a node that works out a size from them
_SHAPES = frozenset({"aspect_ratio", "megapixels", "resolution", "ratio", "orientation"})
_TURN = ("width", "height")


def find_size(web: Web, canvas: str) -> Iterator[Wish]:
    """An option for the size, or those from which a node works it out; none where it follows a picture."""
    width, height = (_side(web, canvas, name) for name in _TURN)
    if isinstance(width, Target) and width == height:
        yield Wish("side", (width,))
    elif isinstance(width, Target) and isinstance(height, Target):
        yield Wish("size", (width, height), OptionType.SIZE)
    elif isinstance(width, str) and width == height:
        for target in web.literals(width):
            spec = web.spec(target)
            if spec is not None and target.input in _SHAPES and spec.type in {COMBO, "FLOAT", "INT"}:
                yield Wish(target.input, (target,))


def _side(web: Web, canvas: str, name: str) -> Target | str | None:
    """Where that side can be set; or the node which works it out of something else."""
    if (direct := web.setting(canvas, name)) is not None:
        return direct if type(web.value(direct)) is int else None
    seen: set[Link] = set()
    source = web.source(canvas, name)
    while source is not None and source not in seen:
        seen.add(source)
        following = _further(web, source, name)
        if not isinstance(following, tuple):
            return following
        source = following
    return None


def _further(web: Web, source: Link, name: str) -> Link | Target | str | None:
    """One step up: a place to set it, a node that works it out, or where to look next."""
    node = source[0]
    inputs = web.graph[node]["inputs"]
    for called in _WIDTHS[name]:
        if called in inputs:
            found = web.setting(node, called)
            if found is not None and type(web.value(found)) is int:
                return found
            return web.source(node, called)
    pictures = web.fed(node, "IMAGE")
    if pictures:  # its size is the picture's, or goes with it
        return pictures[0][1] if len(pictures) == 1 else None
    if any(target.input in _SHAPES for target in web.literals(node)):
        return node
    joined = [further for _name, further in web.sources(node) if web.given(further) in WIDGETS | {"*"}]
    return joined[0] if len(joined) == 1 else _only(web, node)


def _only(web: Web, node: str) -> Target | None:
    """The one whole number it holds."""
    held = [target for target in web.literals(node) if type(web.value(target)) is int]
    return held[0] if len(held) == 1 else None
