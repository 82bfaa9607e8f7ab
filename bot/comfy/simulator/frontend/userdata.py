"""A person's files, such as workflows saved in the browser: ``/userdata``, ``/v2/userdata``."""

import asyncio
import mimetypes
import shutil
from pathlib import Path
from urllib.parse import unquote

from aiohttp import web

from bot.comfy.simulator.content_types import is_dangerous
from bot.comfy.simulator.frontend.users import Users
from bot.comfy.simulator.routing import Route
from bot.comfy.simulator.wire import Payload

_LIST_FLAGS = ("recurse", "full_info", "split")
_BAD_NAME = 'Invalid filename. Please avoid special characters like :\\/*?"<>|'


class UserData:
    def __init__(self, users: Users) -> None:
        self._users = users

    def routes(self) -> list[Route]:
        return [
            ("GET", "/userdata", self._list),
            ("GET", "/v2/userdata", self._list_tree),
            ("GET", "/userdata/{file}", self._get),
            ("POST", "/userdata/{file}", self._post),
            ("DELETE", "/userdata/{file}", self._delete),
            ("POST", "/userdata/{file}/move/{dest}", self._move),
        ]

    async def _list(self, request: web.Request) -> web.StreamResponse:
        folder = request.query.get("dir", "")
        if not folder:
            return web.Response(status=400, text="Directory not provided")
        path = self._users.locate(request, folder)
        if path is None:
            return web.Response(status=403, text="Invalid directory")
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        if not await asyncio.to_thread(path.exists):
            return web.Response(status=404, text="Directory not found")
        recurse, full, split = (request.query.get(name, "").lower() == "true" for name in _LIST_FLAGS)
        names = await asyncio.to_thread(_file_names, path, recurse)
        if full:
            return web.json_response([_facts(path / name, path) for name in names])
        return web.json_response([[name, *name.split("/")] for name in names] if split else names)

    async def _list_tree(self, request: web.Request) -> web.StreamResponse:
        """Folders first, then files, each by name."""
        try:
            home = self._users.home(request)
        except KeyError:
            return web.Response(status=403, text="Invalid user specified in request")
        wanted = unquote(request.query.get("path", ""))
        path = self._users.locate(request, wanted) if wanted else home
        if path is None:
            return web.Response(status=400, text="Invalid path requested")
        if not await asyncio.to_thread(path.exists):
            return web.json_response([]) if path == home else web.Response(status=404, text="Requested path not found")
        if not await asyncio.to_thread(path.is_dir):
            return web.Response(status=400, text="Requested path is not a directory")
        return web.json_response(await asyncio.to_thread(_tree, path, home))

    async def _get(self, request: web.Request) -> web.StreamResponse:
        path = await self._path(request, must_exist=True)
        if isinstance(path, int):
            return web.Response(status=path)
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        inline = path == self._users.home(request) / "user.css"
        kind = "text/css" if inline else kind
        headers = {
            "Content-Type": "application/octet-stream" if is_dangerous(kind) and not inline else kind,
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": "inline" if inline else "attachment",
        }
        return web.FileResponse(path, headers=headers)

    async def _post(self, request: web.Request) -> web.StreamResponse:
        path = await self._path(request)
        if isinstance(path, int):
            return web.Response(status=path)
        if await self._is_taken(request, path):
            return web.Response(status=409, text="File already exists")
        try:
            await asyncio.to_thread(path.write_bytes, await request.read())
        except OSError:
            return web.Response(status=400, reason=_BAD_NAME)
        return await self._named(request, path)

    async def _delete(self, request: web.Request) -> web.StreamResponse:
        path = await self._path(request, must_exist=True)
        if isinstance(path, int):
            return web.Response(status=path)
        await asyncio.to_thread(path.unlink)
        return web.Response(status=204)

    async def _move(self, request: web.Request) -> web.StreamResponse:
        source = await self._path(request, must_exist=True)
        if isinstance(source, int):
            return web.Response(status=source)
        target = await self._path(request, "dest")
        if isinstance(target, int):
            return web.Response(status=target)
        if await self._is_taken(request, target):
            return web.Response(status=409, text="File already exists")
        await asyncio.to_thread(shutil.move, source, target)
        return await self._named(request, target)

    async def _path(self, request: web.Request, part: str = "file", *, must_exist: bool = False) -> Path | int:
        """The file a path means, its folder made; or the status to refuse with."""
        path = self._users.locate(request, request.match_info[part])
        if path is None:
            return 403
        await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
        return 404 if must_exist and not await asyncio.to_thread(path.exists) else path

    async def _is_taken(self, request: web.Request, path: Path) -> bool:
        return request.query.get("overwrite") == "false" and await asyncio.to_thread(path.exists)

    async def _named(self, request: web.Request, path: Path) -> web.StreamResponse:
        home = self._users.home(request)
        if request.query.get("full_info", "").lower() == "true":
            return web.json_response(await asyncio.to_thread(_facts, path, home))
        return web.json_response(path.relative_to(home).as_posix())


def _file_names(folder: Path, recurse: bool) -> list[str]:
    """Hidden ones, and those in hidden folders, are not listed."""
    files = (path.relative_to(folder) for path in folder.glob("**/*" if recurse else "*") if path.is_file())
    return sorted(path.as_posix() for path in files if not any(part.startswith(".") for part in path.parts))


def _facts(path: Path, home: Path) -> Payload:
    """Times in milliseconds."""
    stat = path.stat()
    times = {"modified": int(stat.st_mtime * 1000), "created": int(stat.st_ctime * 1000)}
    return {"path": path.relative_to(home).as_posix(), "size": stat.st_size, **times}


def _tree(folder: Path, home: Path) -> list[Payload]:
    """Times in seconds."""
    found = []
    for path in folder.rglob("*"):
        entry: Payload = {"name": path.name, "path": path.relative_to(home).as_posix(), "type": "directory"}
        if not path.is_dir():
            entry |= {"type": "file", "size": path.stat().st_size, "modified": path.stat().st_mtime}
        found.append(entry)
    return sorted(found, key=lambda entry: (entry["type"] != "directory", entry["name"].lower()))
