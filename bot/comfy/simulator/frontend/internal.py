"""``/internal/...``: what the front end alone may ask for; without twins under ``/api``."""

import asyncio
import os
from pathlib import Path

from aiohttp import web

from bot.comfy.simulator.folders import Folders
from bot.comfy.simulator.frontend.logs import Log
from bot.comfy.simulator.frontend.models import Models
from bot.comfy.simulator.routing import mount
from bot.comfy.simulator.versions import Version


class Internal:
    def __init__(self, log: Log, models: Models, folders: Folders, version: Version) -> None:
        self._log = log
        self._models = models
        self._folders = folders
        self._annotated = version.since(0, 17)

    def mount(self, app: web.Application) -> None:
        """As an application of its own, so that unknown paths below never reach the static files."""
        internal = web.Application()
        paths = ("GET", "/folder_paths", self._folder_paths)
        mount(internal, [*self._log.routes(), paths, ("GET", "/files/{kind}", self._files)], prefixes=("",))
        app.add_subapp("/internal", internal)

    async def _folder_paths(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self._models.places())

    async def _files(self, request: web.Request) -> web.StreamResponse:
        """Newest first; hidden ones are not shown."""
        kind = request.match_info["kind"]
        folder = self._folders.get(kind)
        if folder is None:
            return web.json_response({"error": "Invalid directory type"}, status=400)
        names = await asyncio.to_thread(_newest_first, folder)
        return web.json_response([f"{name} [{kind}]" if self._annotated else name for name in names])


def _newest_first(folder: Path) -> list[str]:
    entries = [entry for entry in os.scandir(folder) if entry.is_file() and not entry.name.startswith(".")]
    return [entry.name for entry in sorted(entries, key=lambda entry: -entry.stat().st_mtime)]
