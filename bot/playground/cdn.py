"""Stored files over HTTP, as long as their link is valid: whole, in ranges, or their headers alone."""

from __future__ import annotations

from aiohttp import web

from .message import StoredFile
from .uploads import Files

FOLDERS = "{folder:attachments|ephemeral-attachments}"


def add_cdn(app: web.Application, files: Files) -> None:
    async def serve(request: web.Request) -> web.Response:
        return _file(files, request)

    app.router.add_get(f"/cdn/{FOLDERS}/{{place}}/{{number}}/{{name}}", serve)
    app.router.add_get("/cdn/{rest:.*}", serve)


def _file(files: Files, request: web.Request) -> web.Response:
    number = request.match_info.get("number", "")
    stored = files.find(int(number)) if number.isascii() and number.isdecimal() and len(number) < 21 else None
    path = request.rel_url.raw_path.removeprefix("/cdn/")
    if stored is None or not files.valid(path, request.query):
        return web.Response(status=404, text="This content is no longer available.")
    return _part(stored, request)


def _part(stored: StoredFile, request: web.Request) -> web.Response:
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=3600",
        "Content-Disposition": f'attachment; filename="{stored.name}"',
        "X-Content-Type-Options": "nosniff",
    }
    try:
        asked = request.http_range
        start, end, _ = asked.indices(stored.size)
    except ValueError:
        start, end = 0, 0
    if "Range" not in request.headers:
        return web.Response(body=stored.data, content_type=stored.content_type, headers=headers)
    if start >= end:
        return web.Response(status=416, headers=headers | {"Content-Range": f"bytes */{stored.size}"})
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{stored.size}"
    return web.Response(status=206, body=stored.data[start:end], content_type=stored.content_type, headers=headers)
