"""The REST API's frame: who asks, how often, then the route's function, then the answer in Discord's words."""

from __future__ import annotations

import asyncio
import json
import logging
import math
import re
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Literal, TypeAlias

from aiohttp import web
from multidict import MultiMapping

from .bodies import Body, read_body
from .commands import Commands
from .forms import form, read_form, snowflake, whole
from .gateway import Gateway
from .interactions import Interactions
from .messages import Messages
from .ratelimits import Buckets
from .uploads import Files, Upload
from .wire import Payload, Refusal
from .world import World

log = logging.getLogger(__name__)

PREFIX = "/api/v10"
#: how Discord calls ids that have a shorter name in our paths
IDS = {"app": "application_id"}

Moment: TypeAlias = Literal["request", "answer"]


@dataclass(eq=False)
class Request:
    """What the bot asked; `status` and `answer` are there once it was carried out."""

    method: str
    path: str
    #: the JSON body, also when it came as multipart
    payload: Payload | list[Payload] | None
    #: name and size of each uploaded file
    files: list[tuple[str, int]]
    #: loop time
    at: float
    query: dict[str, str] = field(default_factory=dict)
    status: int | None = None
    answer: object = None


@dataclass(frozen=True)
class Refused:
    """A request that was turned down, and Discord's words for it."""

    request: Request
    status: int
    code: int
    message: str
    errors: Payload | None = None


Hook: TypeAlias = Callable[[Moment, Request], Awaitable[None]]


@dataclass(frozen=True)
class Call:
    """One request as a route's function gets it."""

    ids: dict[str, str]
    query: MultiMapping[str]
    body: Body

    @property
    def payload(self) -> Payload:
        return self.body.payload

    @property
    def uploads(self) -> dict[int, Upload]:
        return self.body.uploads

    def id(self, name: str) -> int:
        field = IDS.get(name, f"{name}_id")
        return int(read_form(form({field: snowflake}), {field: self.ids[name]})[field])

    def asked(self, key: str) -> bool:
        """Whether a query parameter says yes."""
        return self.query.get(key, "").lower() in ("1", "true")

    def asked_id(self, key: str) -> int | None:
        if key not in self.query:
            return None
        return int(read_form(form({key: snowflake}), {key: self.query[key]})[key])

    def asked_number(self, key: str, default: int, low: int, high: int) -> int:
        written = self.query.get(key, str(default))
        plain = written.isascii() and written.isdecimal() and len(written) < 10
        number: int = read_form(form({key: whole(low, high)}), {key: int(written) if plain else written})[key]
        return number


@dataclass
class Discord:
    """The parts of the server that routes work on."""

    world: World
    files: Files
    gateway: Gateway
    commands: Commands
    messages: Messages
    interactions: Interactions
    token: str
    buckets: Buckets
    latency: float = 0.0
    base: str = ""


Result: TypeAlias = tuple[int, object]
Handler: TypeAlias = Callable[[Discord, Call], Result]


@dataclass(frozen=True)
class Route:
    """`bucket` names the path's ids that share one rate limit; none for routes without."""

    method: str
    path: str
    handler: Handler
    needs_token: bool = True
    bucket: tuple[str, ...] | None = None
    takes_files: bool = False

    def bucket_key(self, ids: Mapping[str, str]) -> str:
        # a webhook's routes share one bucket per token, others have one per route and channel
        names = self.bucket or ()
        kind = "webhook" if "token" in names else f"{self.method} {self.path}"
        return ":".join([kind, *(ids[name] for name in names)])

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(re.sub(r"\{\w+\}", "[^/]+", self.path))


class Rest:
    """Serves routes; keeps what was asked and what was refused, and lets hooks in between."""

    #: told of every instance that is made, for those who look over all shoulders
    watchers: ClassVar[list[Callable[[Rest], None]]] = []

    def __init__(self, discord: Discord) -> None:
        self.discord = discord
        self.requests: deque[Request] = deque(maxlen=5000)
        self.refused: deque[Refused] = deque(maxlen=5000)
        self.hooks: list[Hook] = []
        self._routes: list[Route] = []
        for watcher in self.watchers:
            watcher(self)

    def add_routes(self, app: web.Application, routes: list[Route]) -> None:
        self._routes += routes
        for route in routes:
            app.router.add_route(route.method, f"{PREFIX}{route.path}", self._serving(route))
        app.router.add_route("*", "/api/{rest:.*}", self._unknown)

    def _serving(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(http: web.Request) -> web.StreamResponse:
            return await self._serve(route, http)

        return serve

    async def _serve(self, route: Route, http: web.Request) -> web.StreamResponse:
        body = await read_body(http, takes_files=route.takes_files)
        request = _noted(http, body)
        self.requests.append(request)
        headers: dict[str, str] = {}
        answer: object
        try:
            await self._hooked("request", request)
            if wait := self.discord.buckets.shut_out():
                return await self._shut_out(http, request, wait)
            headers = self._admit(route, http)
            status, answer = route.handler(self.discord, Call(dict(http.match_info), http.query, body))
        except Refusal as refusal:
            status, answer = refusal.status, refusal.payload()
            headers |= refusal.headers()
            self._refuse(request, refusal)
        except ConnectionError:
            return _cut(http)
        return await self._answer(http, request, status, answer, headers)

    def _admit(self, route: Route, http: web.Request) -> dict[str, str]:
        """The token, then the limits; the headers that tell of them."""
        if route.needs_token:
            if http.headers.get("Authorization") != f"Bot {self.discord.token}":
                raise Refusal(401, 0, "401: Unauthorized")
            self.discord.buckets.take_overall()
        if route.bucket is None:
            return {}
        return self.discord.buckets.take(route.bucket_key(http.match_info))

    async def _answer(
        self, http: web.Request, request: Request, status: int, answer: object, headers: dict[str, str]
    ) -> web.StreamResponse:
        request.status, request.answer = status, answer
        self.discord.buckets.note(status, headers.get("X-RateLimit-Scope", ""))
        try:
            await self._hooked("answer", request)
        except ConnectionError:
            return _cut(http)
        if self.discord.latency:
            await asyncio.sleep(self.discord.latency)
        if status == 204:
            return web.Response(status=204, headers=headers)
        return web.Response(
            body=json.dumps(answer).encode(), status=status, headers=headers, content_type="application/json"
        )

    async def _shut_out(self, http: web.Request, request: Request, wait: float) -> web.StreamResponse:
        """What stands before Discord answers, in its own words: no JSON, and no `Via`."""
        request.status, request.answer = 429, None
        self._refuse(request, Refusal(429, 0, "error code: 1015"))
        await self._hooked("answer", request)
        headers = {"Retry-After": str(math.ceil(wait))}
        return web.Response(status=429, text="error code: 1015", headers=headers)

    async def _hooked(self, moment: Moment, request: Request) -> None:
        for hook in list(self.hooks):
            await hook(moment, request)

    def _refuse(self, request: Request, refusal: Refusal) -> None:
        log.debug("refused %s %s: %s", request.method, request.path, refusal.payload())
        self.refused.append(Refused(request, refusal.status, refusal.code, refusal.message, refusal.errors))

    async def _unknown(self, http: web.Request) -> web.StreamResponse:
        """No such version, route or method."""
        request = _noted(http, Body())
        self.requests.append(request)
        path = http.path.removeprefix(PREFIX)
        allowed = sorted({route.method for route in self._routes if route.pattern.fullmatch(path)})
        headers: dict[str, str] = {}
        if not http.path.startswith(f"{PREFIX}/"):
            refusal = Refusal(400, 50041, "Invalid API version provided")
        elif allowed:
            refusal = Refusal(405, 0, "405: Method Not Allowed")
            headers["Allow"] = ", ".join(allowed)
        else:
            refusal = Refusal(404, 0, "404: Not Found")
        self._refuse(request, refusal)
        return await self._answer(http, request, refusal.status, refusal.payload(), headers)


def _noted(http: web.Request, body: Body) -> Request:
    files = [(upload.name, len(upload.data)) for _, upload in sorted(body.uploads.items())]
    payload = body.json if isinstance(body.json, dict | list) else None
    path = http.path.removeprefix(PREFIX)
    return Request(http.method, path, payload, files, asyncio.get_running_loop().time(), dict(http.query))


def _cut(http: web.Request) -> web.Response:
    """The connection ends without an answer."""
    if http.transport:
        http.transport.abort()
    return web.Response(status=500)
