"""What holds of all that Easel sends: pictures and buttons have words, and nobody is pinged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from bot.playground import Request

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".avif"})
BUTTON, THUMBNAIL, GALLERY = 2, 11, 12
SELECTS = frozenset({3, 5, 6, 7, 8})
#: answers to interactions that carry a message
MESSAGES = frozenset({4, 7})


def careless(requests: Iterable[Request]) -> list[str]:
    """What is amiss in what was asked of Discord, a line each."""
    return list(dict.fromkeys(line for request in requests for line in _of(request)))


def _of(request: Request) -> Iterator[str]:
    message = _message(request)
    if message is None:
        return
    where = f"{request.method} {request.path.split('/')[1]}"
    if any(message.get(key) for key in ("content", "components", "embeds")) and not _pings_nobody(message):
        yield f"{where}: allowed_mentions is {message.get('allowed_mentions')}"
    described = {entry.get("filename"): entry.get("description") for entry in message.get("attachments") or []}
    for name, _size in request.files:
        if PurePosixPath(name.removeprefix("SPOILER_")).suffix in PICTURES and not described.get(name):
            yield f"{where}: {name} has no description"
    for part in _parts(message.get("components")):
        yield from (f"{where}: {lack}" for lack in _lacks(part))


def _message(request: Request) -> Mapping[str, Any] | None:
    """The message that is made or changed, if one is."""
    payload = request.payload
    if request.method not in {"POST", "PATCH"} or not isinstance(payload, dict):
        return None
    if request.path.endswith("/callback"):
        return payload.get("data") or {} if payload.get("type") in MESSAGES else None
    return payload if "/messages" in request.path or request.path.startswith("/webhooks") else None


def _pings_nobody(message: Mapping[str, Any]) -> bool:
    allowed = message.get("allowed_mentions") or {}
    return allowed.get("parse") == [] and not allowed.get("users") and not allowed.get("roles")


def _lacks(part: Mapping[str, Any]) -> Iterator[str]:
    kind = part.get("type")
    if kind == BUTTON and not part.get("label"):
        yield f"the button {part.get('custom_id')} has no label"
    if kind in SELECTS and not part.get("placeholder"):
        yield f"the select {part.get('custom_id')} has no placeholder"
    if kind == THUMBNAIL and not part.get("description"):
        yield "a thumbnail has no description"
    if kind == GALLERY and not all(item.get("description") for item in part.get("items") or []):
        yield "a picture in a gallery has no description"


def _parts(thing: object) -> Iterator[Mapping[str, Any]]:
    """Every component, nested ones too."""
    if isinstance(thing, list):
        for each in thing:
            yield from _parts(each)
    elif isinstance(thing, dict):
        yield thing
        for key in ("components", "component", "accessory"):
            yield from _parts(thing.get(key))
