"""Forms just inside and just outside of Discord's limits, and the parts they are made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .raw_rest import V2

MAX_LENGTH, BAD_LENGTH, REQUIRED = "BASE_TYPE_MAX_LENGTH", "BASE_TYPE_BAD_LENGTH", "BASE_TYPE_REQUIRED"
UNION, CHOICES, DUPLICATE = "UNION_TYPE_CHOICES", "BASE_TYPE_CHOICES", "SET_TYPE_ALREADY_CONTAINS_VALUE"
TOO_LARGE, TOO_SMALL, SCHEME = "NUMBER_TYPE_MAX", "NUMBER_TYPE_MIN", "URL_TYPE_INVALID_SCHEME"
NOT_A_NUMBER = "NUMBER_TYPE_COERCE"


@dataclass(frozen=True)
class Limit:
    """`inside` is taken; `outside` is refused with this code under the path of its field."""

    what: str
    inside: Any
    outside: Any
    path: str
    code: str = MAX_LENGTH


def both(made: Callable[[Any], Any], inside: Any, outside: Any) -> tuple[Any, Any]:
    """Two forms that differ in one value."""
    return made(inside), made(outside)


def by_name(limit: Limit) -> str:
    return limit.what


def a(count: int) -> str:
    return "a" * count


def text(content: str = "words") -> dict[str, Any]:
    return {"type": 10, "content": content}


def button(**changes: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Go", "custom_id": "go", **changes}


def link(**changes: Any) -> dict[str, Any]:
    return {"type": 2, "style": 5, "label": "Go", "url": "https://a.b", **changes}


def row(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(parts)}


def options(count: int, **changes: Any) -> list[dict[str, Any]]:
    return [{"label": f"L{number}", "value": f"v{number}", **changes} for number in range(count)]


def select(count: int = 1, **changes: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "pick", "options": options(count), **changes}


def plain(*parts: dict[str, Any]) -> dict[str, Any]:
    return {"content": "here", "components": list(parts)}


def v2(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"flags": V2, "components": list(parts), **more}


def gallery(count: int = 1, **item: Any) -> dict[str, Any]:
    return {"type": 12, "items": [{"media": {"url": "https://a.b/c.png"}, **item} for _ in range(count)]}


def shown(url: str) -> dict[str, Any]:
    """A gallery of one picture."""
    return gallery(media={"url": url})


def container(*parts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"type": 17, "components": list(parts), **changes}


def section(*texts: str, **changes: Any) -> dict[str, Any]:
    return {"type": 9, "components": [text(content) for content in texts], "accessory": button(), **changes}


def embed(**changes: Any) -> dict[str, Any]:
    return {"embeds": [{"title": "a", **changes}]}


def command(**changes: Any) -> dict[str, Any]:
    return {"name": "imagine", "description": "Draw", "type": 1, **changes}


def option(**changes: Any) -> dict[str, Any]:
    return {"type": 3, "name": "prompt", "description": "What", **changes}


def menus(kind: int, count: int) -> list[dict[str, Any]]:
    return [{"name": f"Menu {number}", "type": kind} for number in range(count)]


def modal(*parts: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"custom_id": "form", "title": "Form", "components": list(parts) or [labelled()], **changes}


def labelled(component: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    return {"type": 18, "label": "Words", "component": component or text_input(), **changes}


def text_input(**changes: Any) -> dict[str, Any]:
    return {"type": 4, "style": 1, "custom_id": "words", **changes}
