"""The HTTP side: GET /metrics and GET /healthz on one port."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict

from aiohttp import web

from bot.errors import SettingsError
from bot.metrics.health import Health
from bot.metrics.ports import explain

log = logging.getLogger(__name__)

#: who asks again wants to know how it is now
FRESH = {"Cache-Control": "no-store"}


class Site:
    """`health` and `metrics` (of an Accept header: the text and its type) are asked for each request."""

    def __init__(
        self, health: Callable[[], Awaitable[Health]], metrics: Callable[[str], Awaitable[tuple[bytes, str]]]
    ) -> None:
        self._health = health
        self._metrics = metrics

    @asynccontextmanager
    async def open(self, host: str, port: int) -> AsyncGenerator[int, None]:
        """The port it answers on, until the block ends. Raises SettingsError where it cannot be had."""
        app = web.Application()
        app.add_routes([web.get("/metrics", self._answer_metrics), web.get("/healthz", self._answer_health)])
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            try:
                await web.TCPSite(runner, host, port).start()
            except OSError as error:
                raise SettingsError(f"METRICS_PORT: {explain(error, host, port)}") from error
            port = runner.addresses[0][1]
            log.info("metrics on http://%s:%d/metrics, health on /healthz", host, port)
            yield port
        finally:
            await runner.cleanup()

    async def _answer_metrics(self, request: web.Request) -> web.Response:
        body, content_type = await self._metrics(request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": content_type, **FRESH})

    async def _answer_health(self, _request: web.Request) -> web.Response:
        health = await self._health()
        return web.json_response(asdict(health), status=health.code, headers=FRESH)
