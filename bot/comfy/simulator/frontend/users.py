"""Whose settings and files a request means: one person's, or with ``--multi-user`` those ``Comfy-User`` names."""

import asyncio
import json
import os
import re
import uuid
from pathlib import Path
from urllib.parse import unquote

from aiohttp import web

from bot.comfy.simulator.routing import Route

#: Names that begin so are the server's own.
_SYSTEM = "__"


class Users:
    """The list is kept in ``user/users.json``, each person's files in ``user/<id>``, below the server's folder."""

    def __init__(self, root: Path, *, several: bool) -> None:
        self._root = root / "user"
        self._several = several
        self._names: dict[str, str] = self._load() if several else {"default": "default"}

    def routes(self) -> list[Route]:
        return [("GET", "/users", self._list), ("POST", "/users", self._add)]

    def home(self, request: web.Request) -> Path:
        """Where their files are, if there are any yet. Raises KeyError for somebody unknown."""
        user = request.headers.get("Comfy-User", "default") if self._several else "default"
        if user.startswith(_SYSTEM) or user not in self._names:
            raise KeyError(f"Unknown user: {user}")
        return self._root / user

    def locate(self, request: web.Request, name: str) -> Path | None:
        """The path of one of their files, there or not; None if it would be outside. Raises KeyError as ``home``."""
        home = self.home(request)
        path = Path(os.path.normpath(home / unquote(name)))
        return path if path.is_relative_to(home) else None

    async def _list(self, request: web.Request) -> web.StreamResponse:
        if self._several:
            return web.json_response({"storage": "server", "users": self._names})
        migrated = await asyncio.to_thread(self.home(request).exists)
        return web.json_response({"storage": "server", "migrated": migrated})

    async def _add(self, request: web.Request) -> web.StreamResponse:
        name = (await request.json())["username"]
        if name in self._names.values():
            return web.json_response({"error": "Duplicate username."}, status=400)
        name = name.strip()
        if not name:
            return web.json_response({"error": "username not provided"}, status=400)
        if name.startswith(_SYSTEM):
            return web.json_response({"error": "System User prefix not allowed"}, status=400)
        user = f"{re.sub('[^a-zA-Z0-9-_]+', '-', name)}_{uuid.uuid4()}"
        self._names[user] = name
        await asyncio.to_thread(self._save)
        return web.json_response(user)

    def _load(self) -> dict[str, str]:
        path = self._root / "users.json"
        return dict(json.loads(path.read_text())) if path.is_file() else {}

    def _save(self) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        (self._root / "users.json").write_text(json.dumps(self._names))
