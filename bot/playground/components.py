"""Components as Discord gives them back: numbered, defaults filled in, references resolved to stored files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from .check_components import (
    BUTTON,
    CONTAINER,
    FILE,
    GALLERY,
    SELECTS,
    SEPARATOR,
    THUMBNAIL,
)
from .message import StoredFile, walk
from .wire import Payload, refuse_field

DEFAULTS: dict[int, Payload] = {
    CONTAINER: {"accent_color": None, "spoiler": False},
    SEPARATOR: {"spacing": 1, "divider": True},
    FILE: {"spoiler": False},
    THUMBNAIL: {"description": None, "spoiler": False},
    **{kind: {"min_values": 1, "max_values": 1} for kind in SELECTS},
}


@dataclass
class Resolver:
    """Resolves the components of one request; afterwards `used` holds the files they show."""

    #: what `attachment://name` may mean
    names: dict[str, StoredFile]
    #: files that may be shown again by their CDN address
    kept: dict[int, StoredFile]
    new_id: Callable[[], int]
    used: set[int] = field(default_factory=set)

    def resolve(self, components: list[Payload]) -> list[Payload]:
        resolved = [self._part(f"components.{index}", part) for index, part in enumerate(components)]
        number_parts(resolved)
        return resolved

    def _part(self, path: str, part: Payload) -> Payload:
        whole = {"type": part["type"], "id": part.get("id") or 0, **DEFAULTS.get(part["type"], {})}
        whole |= {key: value for key, value in part.items() if value is not None and key != "id"}
        if "components" in part:
            inside = enumerate(part["components"])
            whole["components"] = [self._part(f"{path}.components.{index}", child) for index, child in inside]
        if part.get("accessory"):
            whole["accessory"] = self._part(f"{path}.accessory", part["accessory"])
        if part["type"] == GALLERY:
            whole["items"] = [self._item(f"{path}.items.{index}", item) for index, item in enumerate(part["items"])]
        elif part["type"] == THUMBNAIL:
            whole["media"] = self._media(f"{path}.media", part["media"]["url"])
        elif part["type"] == FILE:
            whole |= self._file(f"{path}.file", part["file"]["url"])
        elif part["type"] == BUTTON and part.get("style") != 5:
            whole.pop("url", None)
        return whole

    def _item(self, path: str, item: Payload) -> Payload:
        media = self._media(f"{path}.media", item["media"]["url"])
        return {"media": media, "description": item.get("description"), "spoiler": bool(item.get("spoiler"))}

    def _file(self, path: str, url: str) -> Payload:
        media = self._media(path, url)
        stored = self.names[url.removeprefix("attachment://")]
        return {"file": media, "name": stored.name, "size": stored.size}

    def _media(self, path: str, url: str) -> Payload:
        stored = self._stored(path, url)
        if stored is None:
            return {"id": str(self.new_id()), "url": url, "proxy_url": url}
        self.used.add(stored.id)
        return {
            "id": str(self.new_id()),
            "url": stored.url,
            "proxy_url": stored.url,
            "width": stored.width,
            "height": stored.height,
            "content_type": stored.content_type,
            "attachment_id": str(stored.id),
        }

    def _stored(self, path: str, url: str) -> StoredFile | None:
        if not url.startswith("attachment://"):
            return next((self.kept[int(step)] for step in _numbers(url) if int(step) in self.kept), None)
        name = url.removeprefix("attachment://")
        if name in self.names:
            return self.names[name]
        message = f'The referenced attachment "{name}" was not found in the message attachments'
        raise refuse_field(f"{path}.url", "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND", message)


def _numbers(url: str) -> list[str]:
    return [step for step in urlsplit(url).path.split("/") if step.isdigit()]


def number_parts(components: list[Payload]) -> None:
    """Every component without an id gets the next free one, counting from 1."""
    parts = list(walk(components))
    taken = {part["id"] for part in parts}
    number = 0
    for part in parts:
        if not part["id"]:
            number += 1
            while number in taken:
                number += 1
            part["id"] = number
