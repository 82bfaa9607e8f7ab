"""A cloud for tests: the Comfy team's own proxy in front of a simulated ComfyUI, and what it was asked."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web
from comfy_api_proxy.app import make_app
from comfy_api_proxy.auth import make_bearer_auth_middleware

from bot.comfy.simulator.port import Port

KEY = "sesame-open-4711"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
#: what the cloud does in place of what it would; None: that
Front = Callable[[web.Request, Handler], Awaitable[web.StreamResponse | None]]


class Cloud:
    """`front` is asked before each request is answered; `asked` is every request with its headers and body."""

    def __init__(self, comfyui: str, state_dir: Path, *, key: str | None = KEY) -> None:
        self._comfyui = comfyui
        self._state_dir = state_dir
        self._key = key
        self._runner: web.AppRunner | None = None
        self._held = Port("127.0.0.1")
        self.front: Front | None = None
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        self._news = asyncio.Event()
        self._transports: weakref.WeakSet[asyncio.Transport] = weakref.WeakSet()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._held.number}"

    def count(self, method: str, end: str) -> int:
        """How often it was asked that."""
        return sum(asked == method and path.endswith(end) for asked, path, _headers, _body in self.asked)

    async def asked_for(self, method: str, end: str, times: int = 1) -> None:
        """Until it was asked that so often."""
        async with asyncio.timeout(20):
            while self.count(method, end) < times:
                self._news.clear()
                await self._news.wait()

    async def start(self) -> None:
        """Where it was before, if it was."""
        auth = [make_bearer_auth_middleware(self._key)] if self._key is not None else []
        app = make_app(self._comfyui, state_dir=self._state_dir, middlewares=[self._record, *auth])
        self._runner = web.AppRunner(app, shutdown_timeout=0.05, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._held.number).start()

    async def stop(self) -> None:
        """As if it were killed: connections break, what it knew of its own is on disk."""
        if self._runner is not None:
            runner, self._runner = self._runner, None
            for transport in self._transports:
                transport.abort()
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.stop()
        self._held.close()

    @property
    def _record(self) -> Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]:
        @web.middleware
        async def record(request: web.Request, handler: Handler) -> web.StreamResponse:
            body = b"" if request.content_type.startswith("multipart/") else await request.read()
            self.asked.append((request.method, request.path, dict(request.headers), body))
            self._news.set()
            if request.transport is not None:
                self._transports.add(request.transport)
            answer = None if self.front is None else await self.front(request, handler)
            return answer or await handler(request)

        return record


def says(status: int, code: str, message: str = "no", *, path: str = "/jobs", retry_after: int | None = None) -> Front:
    """Refuse every POST there in the API's own way."""

    async def refuse(request: web.Request, _handler: Handler) -> web.StreamResponse | None:
        if request.method != "POST" or not request.path.endswith(path):
            return None
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        return web.json_response({"error": {"code": code, "message": message}}, status=status, headers=headers)

    return refuse
