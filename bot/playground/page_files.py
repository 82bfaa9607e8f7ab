"""The page itself: its files, served as they are."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "page"
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; frame-ancestors 'none'; base-uri 'none'"
)


def add_page(app: web.Application) -> None:
    """Under `/` and `/page`; browsers ask each time, so that no file of an older version is mixed in."""
    app.router.add_get("/", _index)
    app.router.add_static("/page", FOLDER)
    app.on_response_prepare.append(_always_asked_for)


async def _index(request: web.Request) -> web.FileResponse:
    return web.FileResponse(FOLDER / "index.html", headers={"Content-Security-Policy": POLICY})


async def _always_asked_for(request: web.Request, response: web.StreamResponse) -> None:
    if request.path == "/" or request.path.startswith("/page/"):
        response.headers["Cache-Control"] = "no-cache"
