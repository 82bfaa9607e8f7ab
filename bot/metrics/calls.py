"""Requests to Discord, counted as they end: an aiohttp trace, which discord.py takes as `http_trace`."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import aiohttp
from yarl import URL

#: the first part of a route -> what it is called
ROUTES = {
    "interactions": "interaction",
    "webhooks": "followup",
    "applications": "command",
    "oauth2": "account",
    "users": "person",
    "guilds": "server",
    "gateway": "gateway",
}
SCOPES = frozenset({"user", "global", "shared"})


class Calls:
    """How many there were since the start, by route and status (`2xx`, `429`, `failed` without an answer)."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, str]] = Counter()
        #: by route and scope: the bot's own limit there, the one for everything, or one shared with others
        self.limited: Counter[tuple[str, str]] = Counter()

    def trace(self) -> aiohttp.TraceConfig:
        """For one client."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._ended)
        trace.on_request_exception.append(self._failed)
        return trace

    async def _ended(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestEndParams
    ) -> None:
        route, status = route_of(end.url), end.response.status
        self.requests[route, "429" if status == 429 else f"{status // 100}xx"] += 1
        if status == 429:
            scope = end.response.headers.get("X-RateLimit-Scope", "")
            self.limited[route, scope if scope in SCOPES else "unknown"] += 1

    async def _failed(
        self, _session: aiohttp.ClientSession, _context: SimpleNamespace, end: aiohttp.TraceRequestExceptionParams
    ) -> None:
        self.requests[route_of(end.url), "failed"] += 1


def route_of(url: URL) -> str:
    """What kind of route that is, without anybody's id in it."""
    if url.scheme in {"ws", "wss"}:
        return "gateway"
    parts = [part for part in url.path.split("/") if part]
    if parts[:1] != ["api"]:
        return "gateway" if "gateway" in parts[:1] else "file"
    first, rest = parts[2] if len(parts) > 2 else "", parts[3:]
    if first == "channels":
        return "message" if "messages" in rest else "channel"
    return ROUTES.get(first, "other")
