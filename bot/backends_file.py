"""`backends.toml`: more servers than COMFYUI_URLS names, with what only a few of them need."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from bot.addresses import check_headers, passwords, server_address, without_login
from bot.errors import SettingsError
from bot.logs import hide
from bot.settings import Settings

BEGIN = "Each server begins with [[backend]], in two pairs of brackets"
MAC = re.compile(r"[0-9a-f]{2}([:-][0-9a-f]{2}){5}", re.IGNORECASE)


@dataclass(frozen=True)
class Listed:
    """One server as it is configured. `mac` is the address its computer is woken by."""

    url: str
    headers: Mapping[str, str]
    mac: str | None = None


def listed_backends(settings: Settings) -> dict[str, Listed]:
    """All of one's own, by their address without a login: the settings' first, and what the file says of the same.

    Raises SettingsError for a mistake in the file.
    """
    entries = read_backends(settings.backends_file)
    given = settings.comfyui_urls if "comfyui_urls" in settings.model_fields_set or not entries else ()
    found = {without_login(url): Listed(url, settings.comfyui_header_map()) for url in given}
    for entry in entries:
        headers = settings.comfyui_header_map() if entry.headers is None else entry.headers
        found[without_login(entry.url)] = Listed(entry.url, headers, entry.mac)
    return found


def read_backends(path: Path) -> tuple[Entry, ...]:
    """Those of the file; none where there is none. Their passwords and headers are in no log from then on.

    Raises SettingsError, which says what is wrong and where; it begins with the path.
    """
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: it cannot be read: {error}.") from error
    try:
        entries = tuple(_File.model_validate(tomllib.loads(text)).backend)
    except tomllib.TOMLDecodeError as error:
        hint = f" {BEGIN}." if re.search(r"^\s*\[backends?\]", text, re.MULTILINE) else ""
        raise SettingsError(f"{path}: it is no TOML: {error}.{hint}") from error
    except ValidationError as error:
        raise SettingsError(f"{path}: {'; '.join(map(_mistake, error.errors()))}.") from error
    hide(secret for entry in entries for secret in (*passwords(entry.url), *(entry.headers or {}).values()))
    return entries


class Entry(BaseModel):
    """One `[[backend]]`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    mac: str | None = None
    headers: dict[str, str] | None = None

    @field_validator("url")
    @classmethod
    def _check_url(cls, url: str) -> str:
        return server_address(url)

    @field_validator("headers")
    @classmethod
    def _check_headers(cls, headers: dict[str, str] | None) -> dict[str, str] | None:
        check_headers(headers or {})
        return headers

    @field_validator("mac")
    @classmethod
    def _check_mac(cls, mac: str | None) -> str | None:
        if mac is not None and not MAC.fullmatch(mac):
            raise ValueError("write six pairs of digits such as 01:23:45:67:89:ab")
        return mac


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    backend: list[Entry] = Field(default_factory=list)


def _mistake(error: Mapping[str, object]) -> str:
    """Never the value itself: it may hold a password."""
    at = error["loc"]
    name, *place = at if isinstance(at, tuple) else (at,)
    number = f"[[{name}]] {place[0] + 1}" if place and isinstance(place[0], int) else str(name)
    key = f", {place[1]}" if len(place) > 1 else ""
    said = "there is no such key" if error["type"] == "extra_forbidden" else str(error["msg"])
    if not place:
        said = BEGIN
    return f"{number}{key}: {said.removeprefix('Value error, ')}"
