"""A Discord on loopback: one server process-wide object that bots connect to and people are played on."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from . import rest_channels, rest_commands, rest_guilds, rest_interactions, rest_threads, rest_users
from .backstage import Backstage
from .cdn import add_cdn
from .commands import Commands
from .gateway import Gateway
from .handshake import GatewayRules
from .intents import Intent
from .interactions import Interactions
from .messages import Messages
from .ratelimits import Buckets, RateLimits
from .rest import Discord, Hook, Refused, Request, Rest
from .scenery import Scenery
from .uploads import Files
from .world import World

PARTS = (rest_users, rest_guilds, rest_commands, rest_channels, rest_threads, rest_interactions)
ROUTES = [route for part in PARTS for route in part.ROUTES]
BODY_LIMIT = 600 * 2**20


class DiscordServer(Scenery):
    """REST under `/api/v10`, the gateway at `/gateway`, files under `/cdn`; a small world is there from the start.

    `latency` is in seconds, added before each REST answer; `upload_limit` in bytes per file; `answer_window` is
    how long an app may take for its first answer. `clock` is wall time and can be moved on with `advance`.
    """

    def __init__(
        self,
        *,
        token: str = "playground-token",  # noqa: S107 (a stand-in's, good for nothing else)
        latency: float = 0.0,
        rate_limits: RateLimits | None = None,
        upload_limit: int = 10 * 2**20,
        host: str = "127.0.0.1",
        port: int = 0,
        application_id: int | None = None,
        answer_window: float = 3.0,
        clock: Callable[[], float] = time.time,
        banner: str = "",
        gateway_rules: GatewayRules | None = None,
    ) -> None:
        self.rules = gateway_rules or GatewayRules()
        self.token = token
        self.banner = banner
        #: set before `start` where something draws behind it: the page tells of it and turns its knobs
        self.backstage: Backstage | None = None
        self._host = host
        self._port = port
        self._runner: web.AppRunner | None = None
        world = World(clock, application_id)
        world.bot.reads_content = bool(self.rules.privileged & Intent.MESSAGE_CONTENT)
        files = Files(world, upload_limit)
        messages = Messages(world, files)
        gateway = Gateway(world, token, self.rules)
        interactions = Interactions(world, messages, gateway, answer_window=answer_window)
        buckets = Buckets(rate_limits, world.now)
        commands = Commands(world, gateway)
        parts = Discord(world, files, gateway, commands, messages, interactions, token, buckets, latency)
        super().__init__(parts)
        self.rest = Rest(parts)

    @property
    def url(self) -> str:
        """What DISCORD_API_URL is set to; known once it listens."""
        return self.parts.base

    @property
    def requests(self) -> deque[Request]:
        return self.rest.requests

    @property
    def refused(self) -> deque[Refused]:
        return self.rest.refused

    @property
    def command_puts(self) -> int:
        """How many times all commands were overwritten."""
        return self.parts.commands.puts

    async def start(self) -> None:
        # imported here: the page is made of this class
        from .page_api import PageApi

        app = web.Application(client_max_size=BODY_LIMIT)
        PageApi(self).add_to(app)
        app.router.add_get("/gateway", self.gateway.handle)
        self.rest.add_routes(app, ROUTES)
        add_cdn(app, self.parts.files)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._host, self._port)
        await site.start()
        host, self._port = self._runner.addresses[0][:2]  # started again, it is where it was
        self.parts.base = self.parts.files.base = f"http://{host}:{self._port}"

    async def close(self) -> None:
        self.gateway.cut(resumable=False)
        if self._runner:
            await self._runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def on(self, callback: Hook) -> None:
        """Await `callback(moment, request)` before each REST request is carried out ("request") and before it is
        answered ("answer"). Raising ConnectionError there cuts the connection; raising a Refusal answers with it.
        """
        self.rest.hooks.append(callback)

    async def wait_ready(self, timeout: float = 30) -> None:
        """Until a bot is identified and there are commands."""
        async with asyncio.timeout(timeout):
            while not (self.gateway.online and self.parts.commands.any()):
                await self.gateway.changed.wait()

    def advance(self, seconds: float) -> None:
        """Move the clock on: tokens and links grow older, rate limits are over."""
        self.world.advance(seconds)
        self.parts.interactions.expire()

    async def disconnect_gateway(self, *, resumable: bool = True) -> None:
        """Close the bot's gateway sockets; without `resumable` it has to identify anew."""
        self.gateway.cut(resumable=resumable)
