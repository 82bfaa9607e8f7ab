"""What every HTTP request passes: recording, faults, the origin check, and the real server's ways of failing."""

import asyncio
import ipaddress
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from bot.comfy.simulator.faults import Faults
from bot.comfy.simulator.moments import Moments
from bot.comfy.simulator.versions import Version

log = logging.getLogger(__name__)

_TROUBLE = "500 Internal Server Error\n\nServer got itself in trouble"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Request:
    """One HTTP request as it came in; ``body`` is the parsed JSON, else the number of bytes announced."""

    method: str
    path: str
    query: dict[str, str]
    body: object


class Gate:
    def __init__(self, faults: Faults, version: Version, moments: Moments) -> None:
        self.requests: deque[Request] = deque(maxlen=2_000)
        self._faults = faults
        self._version = version
        self._moments = moments

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._faults.down:
            return _hang_up(request)
        try:
            await self._record(request)
            if self._faults.slow_answers:
                await asyncio.sleep(self._faults.slow_answers)
            return await self._handle(request, handler)
        except (web.HTTPException, ConnectionError, asyncio.CancelledError):
            raise
        except Exception as ex:
            log.debug("%s %s answers 500", request.method, request.path, exc_info=ex)
            raise _trouble(request) from ex

    async def _handle(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if self._is_foreign(request):
            return web.Response(status=403)
        if request.method == "OPTIONS":
            return web.Response()
        refusal = self._faults.refusal(request.method, request.path)
        if refusal is not None:
            return _failure(refusal)
        response = await handler(request)
        submitting = request.method == "POST" and request.path.removeprefix("/api") == "/prompt"
        if submitting and response.status == 200 and self._faults.lose_answers > 0:
            self._faults.lose_answers -= 1
            return _hang_up(request)
        if not response.prepared:
            await self._moments.tell("answer", method=request.method, path=request.path, status=response.status)
        return response

    async def _record(self, request: web.Request) -> None:
        body: object = request.content_length or 0
        if not request.content_type.startswith("multipart/") and request.can_read_body:
            content = await request.read()
            try:
                body = json.loads(content)
            except ValueError:
                body = len(content)
        self.requests.append(Request(request.method, request.path, dict(request.query), body))
        await self._moments.tell("http", method=request.method, path=request.path, body=body)

    def _is_foreign(self, request: web.Request) -> bool:
        """The real server's guard against web pages: only where Host is loopback and an Origin is given."""
        if self._version.fetch_site_check and request.headers.get("Sec-Fetch-Site") == "cross-site":
            return True
        origin = urlsplit(request.headers.get("Origin", ""))
        host = urlsplit(f"//{request.headers.get('Host', '').lower()}")
        if not _is_loopback(host.hostname) or not origin.netloc:
            return False
        if origin.port is None or host.port is None:
            return host.hostname != origin.hostname
        return host.netloc != origin.netloc.lower()


def _hang_up(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.close()
    return web.Response(status=500)


def _failure(status: int) -> web.Response:
    texts = {413: "Maximum request body size 104857600 exceeded.", 500: _TROUBLE}
    return web.Response(status=status, text=texts.get(status, f"{status}: simulated"))


def _trouble(request: web.Request) -> web.HTTPInternalServerError:
    """What aiohttp makes of an error that nobody caught."""
    answer = web.HTTPInternalServerError(text=_TROUBLE)
    if "text/html" in request.headers.get("Accept", ""):
        title, _, text = _TROUBLE.partition("\n\n")
        page = f"<html><head><title>{title}</title></head><body>\n<h1>{title}</h1>\n{text}\n</body></html>\n"
        answer = web.HTTPInternalServerError(text=page, content_type="text/html")
    answer.force_close()
    return answer


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False
