"""Who may speak to the playground: this machine's own programs, and pages that it served itself."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web
from yarl import URL

LOOPBACK = ("127.0.0.1", "localhost", "::1")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def local_only(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Other sites cannot reach in, whatever name they gave this machine (DNS rebinding) and whatever they load."""
    if not (_named(request) and _own(request)):
        raise web.HTTPForbidden(text="This playground is only for this machine.")
    return await handler(request)


def _named(request: web.Request) -> bool:
    """The Host is a name of this machine: never one that somebody else's DNS pointed here."""
    hosts = request.headers.getall("Host", [])
    try:
        return len(hosts) == 1 and URL(f"http://{hosts[0]}").host in LOOPBACK and "@" not in hosts[0]
    except ValueError:
        return False


def _own(request: web.Request) -> bool:
    """Browsers name the page that asks in Origin or, where they leave that out, say where it is; bots do neither."""
    origins = request.headers.getall("Origin", [])
    if origins:
        return origins == [f"http://{request.host}"]
    if request.headers.get("Sec-Fetch-Site", "none") in ("none", "same-origin"):
        return True
    # a link to the page, followed from elsewhere
    return request.method == "GET" and request.path == "/" and request.headers.get("Sec-Fetch-Mode") == "navigate"
