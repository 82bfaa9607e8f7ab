"""A server's catalogue on disk, so that commands exist while the server is down; fetched anew when it is there."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import re
from pathlib import Path

from bot.comfy.client import ComfyClient
from bot.errors import BackendUnreachable
from bot.workflow.catalogue import Catalogue, save_info

log = logging.getLogger(__name__)


class CatalogueShelf:
    """One file per server address."""

    def __init__(self, client: ComfyClient, folder: Path) -> None:
        self._client = client
        self._path = folder / f"{safe_name(client.name)}.json.gz"
        self.catalogue = Catalogue.load(self._path)

    async def refresh(self) -> bool:
        """Ask the server and write the answer down; whether it changed. Reading it happens in a thread."""
        body = await self._client.object_info()
        return await asyncio.to_thread(self._take, body)

    def choices(self, class_type: str, input_name: str) -> tuple[str, ...] | None:
        """What an input can be set to, as far as is known."""
        return None if self.catalogue is None else self.catalogue.choices(class_type, input_name)

    @property
    def path(self) -> Path:
        """Where the server's own answer lies."""
        return self._path

    def _take(self, body: bytes) -> bool:
        try:
            fresh = Catalogue.read(body)
        except (ValueError, RecursionError) as error:
            raise BackendUnreachable(self._client.name, "its list of nodes is no JSON object") from error
        changed = fresh != self.catalogue
        if changed:
            self.catalogue = fresh
            log.info("%s has %d nodes", self._client.name, len(fresh))
            self._save(body)
        return changed

    def _save(self, body: bytes) -> None:
        try:
            save_info(self._path, body)
        except OSError as error:
            log.warning("the list of nodes of %s cannot be kept: %s", self._client.name, error)


def safe_name(address: str) -> str:
    """A file name for an address, different for different addresses."""
    words = re.sub(r"[^A-Za-z0-9.]+", "-", address.split("://", 1)[-1]).strip("-.")
    return f"{words[:60]}-{hashlib.sha256(address.encode()).hexdigest()[:8]}"
