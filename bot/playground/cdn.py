"""Stored files over HTTP, as long as their link is valid."""

from __future__ import annotations

from aiohttp import web

from .uploads import Files


def add_cdn(app: web.Application, files: Files) -> None:
    async def serve(request: web.Request) -> web.Response:
        return _file(files, request)

    app.router.add_get("/cdn/{folder:attachments|ephemeral-attachments}/{place}/{number}/{name}", serve)
    app.router.add_get("/cdn/{rest:.*}", serve)


def _file(files: Files, request: web.Request) -> web.Response:
    number = request.match_info.get("number", "")
    stored = files.find(int(number)) if number.isdigit() else None
    path = request.rel_url.raw_path.removeprefix("/cdn/")
    if stored is None or not files.valid(path, request.query.get("ex", ""), request.query.get("hm", "")):
        return web.Response(status=404, text="This content is no longer available.")
    headers = {"Cache-Control": "private, max-age=3600", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=stored.data, content_type=stored.content_type, headers=headers)
