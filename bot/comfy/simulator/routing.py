"""How routes are mounted: each with a twin under ``/api``, the static files of the front end last."""

from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
#: Method, path pattern, handler. GET answers HEAD too.
Route = tuple[str, str, Handler]
#: What the real server's cache rule calls a picture, by the end of the path.
_PICTURES = (".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp")
_HOUR, _DAY = 3_600, 86_400


def mount(app: web.Application, routes: Iterable[Route], *, prefixes: tuple[str, ...] = ("/api", "")) -> None:
    """Routes born as ``/api/...`` get their twin too (``/api/api/jobs``), as on the real server."""
    table = list(routes)
    for prefix in prefixes:
        app.add_routes([web.route(method, prefix + path, handler) for method, path, handler in table])


@web.middleware
async def cache_control(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Scripts and styles are never cached, pictures for a day, missing ones for an hour: by the path alone."""
    response = await handler(request)
    rule = _cache_rule(request.path, response.status)
    if rule is not None:
        response.headers.setdefault("Cache-Control", rule)
    return response


def _cache_rule(path: str, status: int) -> str | None:
    name = Path(path).name
    if path.endswith((".js", ".css")) or (name.startswith("index") and name.endswith(".json")):
        return "no-store"
    if not path.lower().endswith(_PICTURES):
        return None
    if status == 404:
        return f"public, max-age={_HOUR}"
    return f"public, max-age={_DAY}" if 200 <= status <= 206 else None
