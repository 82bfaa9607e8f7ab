"""A person's settings, one JSON object in their folder: ``/settings``, ``/settings/{id}``."""

import asyncio
import json
from pathlib import Path

from aiohttp import web

from bot.comfy.simulator.frontend.users import Users
from bot.comfy.simulator.routing import Route
from bot.comfy.simulator.wire import Payload


class Settings:
    """401 for somebody unknown; a file that is no JSON counts as empty."""

    def __init__(self, users: Users) -> None:
        self._users = users

    def routes(self) -> list[Route]:
        return [
            ("GET", "/settings", self._get_all),
            ("GET", "/settings/{id}", self._get),
            ("POST", "/settings", self._post_all),
            ("POST", "/settings/{id}", self._post),
        ]

    async def _get_all(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(await asyncio.to_thread(_read, self._path(request)))

    async def _get(self, request: web.Request) -> web.StreamResponse:
        settings = await asyncio.to_thread(_read, self._path(request))
        return web.json_response(settings.get(request.match_info["id"]))

    async def _post_all(self, request: web.Request) -> web.StreamResponse:
        settings = await asyncio.to_thread(_read, self._path(request))
        await asyncio.to_thread(_write, self._path(request), {**settings, **await request.json()})
        return web.Response()

    async def _post(self, request: web.Request) -> web.StreamResponse:
        settings = await asyncio.to_thread(_read, self._path(request))
        settings[request.match_info["id"]] = await request.json()
        await asyncio.to_thread(_write, self._path(request), settings)
        return web.Response()

    def _path(self, request: web.Request) -> Path:
        try:
            return self._users.home(request) / "comfy.settings.json"
        except KeyError as ex:
            raise web.HTTPUnauthorized from ex


def _read(path: Path) -> Payload:
    try:
        return dict(json.loads(path.read_text())) if path.is_file() else {}
    except ValueError:
        return {}


def _write(path: Path, settings: Payload) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings, indent=4))
