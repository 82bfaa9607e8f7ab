"""What the assets API is asked, checked as the real server checks it; and the cursor from page to page."""

import base64
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, model_validator

from bot.comfy.simulator.assets.asset import Asset

SortField = Literal["name", "created_at", "updated_at", "size", "last_access_time"]


class BadFilter(Exception):
    """Tag parameters that contradict each other; with the answer's details."""

    def __init__(self, message: str, details: dict[str, object]) -> None:
        super().__init__(message)
        self.details = details


class BadCursor(Exception):
    """``after`` is not what an earlier page gave."""


def _split(value: object) -> object:
    parts = [value] if isinstance(value, str) else value
    if not isinstance(parts, list):
        return value or []
    return [tag.strip() for part in parts if isinstance(part, str) for tag in part.split(",") if tag.strip()]


def _parse(name: str) -> BeforeValidator:
    def parse(value: object) -> object:
        if not isinstance(value, str) or not value.strip():
            return value or None
        try:
            parsed = json.loads(value)
        except ValueError as ex:
            raise ValueError(f"{name} must be JSON: {ex}") from ex
        if not isinstance(parsed, dict):
            raise ValueError(f"{name} must be a JSON object")
        return parsed

    return BeforeValidator(parse)


def check_hash(value: str) -> str:
    """Raises ValueError."""
    algorithm, _, digest = value.strip().lower().partition(":")
    if algorithm != "blake3" or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise ValueError("hash must be 'blake3:<hex>'")
    return f"blake3:{digest}"


_Tags = Annotated[list[str], BeforeValidator(_split)]


class Filter(BaseModel):
    """Which assets; ``include_tags`` and ``exclude_tags`` are the older names of ``tags_all`` and ``tags_none``."""

    include_tags: _Tags = []
    exclude_tags: _Tags = []
    tags_all: _Tags = []
    tags_any: _Tags = []
    tags_none: _Tags = []
    name_contains: str | None = None
    metadata_filter: Annotated[dict[str, Any] | None, _parse("metadata_filter")] = None

    def check(self) -> None:
        """Raises BadFilter."""
        newer = self.tags_all or self.tags_any or self.tags_none
        for old, new in (("include_tags", "tags_all"), ("exclude_tags", "tags_none")):
            if newer and getattr(self, old) and getattr(self, new):
                message = f"Cannot combine '{old}' with '{new}'; use '{new}'."
                raise BadFilter(message, {"parameters": [old, new]})
        wanted, unwanted = self.tags_all or self.include_tags, self.tags_none or self.exclude_tags
        both = sorted(set(wanted) & set(unwanted))
        if newer and both:
            names = ["tags_all" if self.tags_all else "include_tags", "tags_none" if self.tags_none else "exclude_tags"]
            listed = ", ".join(map(repr, both))
            message = f"Query can never match: {listed} required by '{names[0]}' but rejected by '{names[1]}'."
            raise BadFilter(message, {"conflicting_tags": both, "parameters": names})

    def pick(self, assets: Iterable[Asset]) -> list[Asset]:
        return [asset for asset in assets if self._fits(asset)]

    def _fits(self, asset: Asset) -> bool:
        wanted, unwanted = self.tags_all or self.include_tags, self.tags_none or self.exclude_tags
        return (
            asset.tags.issuperset(wanted)
            and (not self.tags_any or not asset.tags.isdisjoint(self.tags_any))
            and asset.tags.isdisjoint(unwanted)
            and (self.name_contains or "").lower() in asset.name.lower()
            and all(asset.user_metadata.get(key) == value for key, value in (self.metadata_filter or {}).items())
        )


class PageQuery(Filter):
    limit: int = Field(20, ge=1, le=500)
    offset: int = Field(0, ge=0)
    after: str | None = None
    sort: SortField = "created_at"
    order: Literal["asc", "desc"] = "desc"

    def page(self, assets: Iterable[Asset]) -> tuple[list[Asset], int, str | None]:
        """The page, how many fit in all, and the next page's cursor if there is one. Raises BadCursor."""
        found = sorted(self.pick(assets), key=self._key, reverse=self.order == "desc")
        start = self.offset if self.after is None else self._start(found, self.after)
        page = found[start : start + self.limit]
        more = start + len(page) < len(found) and self.sort != "last_access_time"
        return page, len(found), self._cursor(page[-1]) if page and more else None

    def _key(self, asset: Asset) -> tuple[Any, str]:
        field = "created_at" if self.sort == "last_access_time" else self.sort
        return getattr(asset, field), asset.id

    def _start(self, found: list[Asset], cursor: str) -> int:
        if self.sort == "last_access_time":
            raise BadCursor("cursor pagination is not supported for sort='last_access_time'")
        try:
            facts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
            field, order = facts["s"], facts["o"]
        except (ValueError, TypeError, KeyError) as ex:
            raise BadCursor(f"payload: {ex}") from ex
        if field != self.sort:
            raise BadCursor(f"cursor sort field '{field}' does not match request sort '{self.sort}'")
        if order != self.order:
            raise BadCursor(f"cursor order '{order}' does not match request order '{self.order}'")
        return next((index + 1 for index, asset in enumerate(found) if self._cursor(asset) == cursor), len(found))

    def _cursor(self, asset: Asset) -> str:
        value = self._key(asset)[0]
        if isinstance(value, datetime):
            value = round(value.replace(tzinfo=UTC).timestamp() * 1_000_000)
        facts = {"s": self.sort, "v": str(value), "id": asset.id, "o": self.order}
        packed = json.dumps(facts, separators=(",", ":"), ensure_ascii=False).encode()
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()


class TagCountQuery(Filter):
    limit: int = Field(100, ge=1, le=1000)


class TagQuery(BaseModel):
    prefix: str | None = Field(None, min_length=1, max_length=256)
    limit: int = Field(100, ge=1, le=1000)
    offset: int = Field(0, ge=0, le=10_000_000)
    order: Literal["count_desc", "name_asc"] = "count_desc"
    include_zero: bool = True


class TagChange(BaseModel):
    tags: list[str] = Field(min_length=1)

    def names(self) -> list[str]:
        return list(dict.fromkeys(tag.strip() for tag in self.tags if tag.strip()))


class Update(BaseModel):
    name: str | None = None
    user_metadata: dict[str, Any] | None = None
    preview_id: str | None = None

    @model_validator(mode="after")
    def _not_empty(self) -> "Update":
        if self.name is None and self.user_metadata is None and self.preview_id is None:
            raise ValueError("Provide at least one of: name, user_metadata, preview_id.")
        return self


class FromHash(BaseModel):
    hash: Annotated[str, BeforeValidator(lambda value: check_hash(value) if isinstance(value, str) else value)]
    name: str | None = None
    tags: _Tags = []
    user_metadata: Annotated[dict[str, Any] | None, _parse("user_metadata")] = None
    mime_type: str | None = None
    preview_id: str | None = None
