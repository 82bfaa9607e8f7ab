"""The REST API's frame: who asks, how often, then the route's function, then the answer in Discord's words."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from aiohttp import BodyPartReader, web
from multidict import MultiMapping

from .commands import Commands
from .gateway import Gateway
from .interactions import Interactions
from .messages import Messages
from .ratelimits import Buckets
from .uploads import Files, Upload
from .wire import Payload, Refusal, refuse_field
from .world import World

log = logging.getLogger(__name__)

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
    payload: Payload
    #: the body where it is a list
    items: list[Payload]
    uploads: dict[int, Upload]

    def id(self, name: str) -> int:
        if not self.ids[name].isdigit():
            raise refuse_field(name, "NUMBER_TYPE_COERCE", f'Value "{self.ids[name]}" is not snowflake.')
        return int(self.ids[name])


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
    bucket: tuple[str, ...] = ()

    def bucket_key(self, ids: dict[str, str]) -> str:
        # a webhook's routes share one bucket per token, others have one per route and channel
        kind = "webhook" if "token" in self.bucket else f"{self.method} {self.path}"
        return ":".join([kind, *(ids[name] for name in self.bucket)])


class Rest:
    """Serves routes; keeps what was asked and what was refused, and lets hooks in between."""

    def __init__(self, discord: Discord) -> None:
        self.discord = discord
        self.requests: deque[Request] = deque(maxlen=5000)
        self.refused: deque[Refused] = deque(maxlen=5000)
        self.hooks: list[Hook] = []

    def add_routes(self, app: web.Application, routes: list[Route]) -> None:
        for route in routes:
            app.router.add_route(route.method, f"/api/v10{route.path}", self._serving(route))
        app.router.add_route("*", "/api/{rest:.*}", self._unknown)

    def _serving(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def serve(http: web.Request) -> web.StreamResponse:
            return await self._serve(route, http)

        return serve

    async def _serve(self, route: Route, http: web.Request) -> web.StreamResponse:
        body, uploads = await _read(http)
        request = _noted(http, body, uploads)
        self.requests.append(request)
        headers: dict[str, str] = {}
        answer: object
        try:
            await self._hooked("request", request)
            headers, wait = self._limited(route, http)
            if wait:
                status, answer = 429, {"message": "You are being rate limited.", "retry_after": wait, "global": False}
                self._refuse(request, Refusal(429, 0, "You are being rate limited."))
            else:
                status, answer = self._carry_out(route, http, body, uploads)
        except Refusal as refusal:
            status, answer = refusal.status, refusal.payload()
            self._refuse(request, refusal)
        except ConnectionError:
            return _cut(http)
        return await self._answer(http, request, status, answer, headers)

    def _carry_out(self, route: Route, http: web.Request, body: object, uploads: dict[int, Upload]) -> Result:
        if route.needs_token and http.headers.get("Authorization") != f"Bot {self.discord.token}":
            raise Refusal(401, 0, "401: Unauthorized")
        payload = body if isinstance(body, dict) else {}
        items = body if isinstance(body, list) else []
        ids = dict(http.match_info)
        return route.handler(self.discord, Call(ids, http.query, payload, items, uploads))

    async def _answer(
        self, http: web.Request, request: Request, status: int, answer: object, headers: dict[str, str]
    ) -> web.StreamResponse:
        request.status, request.answer = status, answer
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

    async def _hooked(self, moment: Moment, request: Request) -> None:
        for hook in list(self.hooks):
            await hook(moment, request)

    def _limited(self, route: Route, http: web.Request) -> tuple[dict[str, str], float]:
        if not route.bucket:
            return {}, 0.0
        return self.discord.buckets.take(route.bucket_key(dict(http.match_info)))

    def _refuse(self, request: Request, refusal: Refusal) -> None:
        log.debug("refused %s %s: %s", request.method, request.path, refusal.payload())
        self.refused.append(Refused(request, refusal.status, refusal.code, refusal.message, refusal.errors))

    async def _unknown(self, http: web.Request) -> web.StreamResponse:
        request = _noted(http, None, {})
        self.requests.append(request)
        refusal = Refusal(404, 0, "404: Not Found")
        self._refuse(request, refusal)
        return await self._answer(http, request, 404, refusal.payload(), {})


async def _read(http: web.Request) -> tuple[object, dict[int, Upload]]:
    """The JSON body and the files, from either kind of request."""
    if http.content_type == "multipart/form-data":
        return await _read_parts(http)
    raw = await http.read()
    try:
        return (json.loads(raw) if raw else None), {}
    except ValueError:
        return None, {}


async def _read_parts(http: web.Request) -> tuple[object, dict[int, Upload]]:
    body: object = None
    uploads: dict[int, Upload] = {}
    async for part in await http.multipart():
        if not isinstance(part, BodyPartReader):
            continue
        data = bytes(await part.read())
        name = part.name or ""
        if name == "payload_json":
            body = json.loads(data)
        elif name.startswith("files["):
            uploads[int(name[6:-1])] = Upload(part.filename or "unknown", data)
    return body, uploads


def _noted(http: web.Request, body: object, uploads: dict[int, Upload]) -> Request:
    files = [(upload.name, len(upload.data)) for _, upload in sorted(uploads.items())]
    payload = body if isinstance(body, dict | list) else None
    path = http.path.removeprefix("/api/v10")
    return Request(http.method, path, payload, files, asyncio.get_running_loop().time(), dict(http.query))


def _cut(http: web.Request) -> web.Response:
    """The connection ends without an answer."""
    if http.transport:
        http.transport.abort()
    return web.Response(status=500)
