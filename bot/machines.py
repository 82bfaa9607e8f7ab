"""One's own servers as settings and `backends.toml` have them; the file is read again when it is saved."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import aclosing
from pathlib import Path
from typing import Protocol

from bot.addresses import without_login
from bot.backends_file import Listed, listed_backends
from bot.comfy.backend import Backend
from bot.comfy.pool import Pool
from bot.errors import SettingsError
from bot.settings import Settings
from bot.watching import changes

log = logging.getLogger(__name__)


class House(Protocol):
    """Who has the servers."""

    def add(self, backend: Backend) -> None:
        """One more, from now on."""

    async def retire(self, backend: Backend) -> None:
        """It gets nothing new; returns when what it runs is over and it is not there any more."""


class Machines:
    """`make` makes a backend of what is listed. What is wrong with the file is in the log, and what was there stays."""

    def __init__(self, settings: Settings, make: Callable[[Listed], Backend]) -> None:
        self._settings = settings
        self._make = make
        self._known: dict[str, tuple[Listed, Backend]] = {}
        self._group = asyncio.TaskGroup()
        self._going: dict[str, tuple[Backend, asyncio.Task[None]]] = {}

    def begin(self) -> list[Backend]:
        """Those there are at the start."""
        try:
            self._known = self._made(listed_backends(self._settings))
        except (SettingsError, ValueError) as mistake:
            log.error("%s It is left out.", mistake)
            given, headers = self._settings.comfyui_urls, self._settings.comfyui_header_map()
            self._known = self._made({without_login(url): Listed(url, headers) for url in given})
        return [backend for _listed, backend in self._known.values()]

    @property
    def macs(self) -> dict[str, str]:
        """By the name of the backend, of those that can be woken."""
        return {backend.name: each.mac for each, backend in self._known.values() if each.mac is not None}

    async def serve(self, pool: Pool, house: House, changed: Callable[[], None]) -> None:
        """Until cancelled: what `house` has in `pool` follows the file."""
        async with self._group:
            file = self._settings.backends_file.absolute()
            seen = _state(file)
            async with aclosing(changes(lambda: _state(file), lambda: seen)) as saved:
                async for seen in saved:  # noqa: B007 - looked at by `changes`
                    self._follow(pool, house)
                    changed()

    def _follow(self, pool: Pool, house: House) -> None:
        try:
            listed = listed_backends(self._settings)
            new = self._made({url: each for url, each in listed.items() if url not in self._known})
        except (SettingsError, ValueError) as mistake:
            log.error("%s The servers stay as they were.", mistake)
            return
        for url in self._known.keys() - listed.keys():
            _each, backend = self._known.pop(url)
            log.info("%s was taken out: it ends what it runs", backend.name)
            self._going[url] = backend, self._group.create_task(house.retire(backend), name=f"retiring {backend.name}")
        for url, (before, backend) in self._known.items():
            if (before.url, before.headers) != (listed[url].url, listed[url].headers):
                log.warning("%s has another login or headers now: they hold from the next start on", backend.name)
            self._known[url] = listed[url], backend
        for url, (each, backend) in new.items():
            self._add(url, each, backend, pool, house)

    def _made(self, listed: Mapping[str, Listed]) -> dict[str, tuple[Listed, Backend]]:
        """Raises ValueError where one cannot be made."""
        return {url: (each, self._make(each)) for url, each in listed.items()}

    def _add(self, url: str, each: Listed, backend: Backend, pool: Pool, house: House) -> None:
        going, retiring = self._going.pop(url, (None, None))
        if going is not None and retiring is not None and pool.get(going.name) is going:
            retiring.cancel()
            pool.leaving.discard(going.name)
            pool.touch()
            backend = going
        else:
            log.info("%s was added", backend.name)
            house.add(backend)
        self._known[url] = each, backend


def _state(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
