"""The WebSocket side: who is connected, and one publisher that sends everybody's events in turn."""

import asyncio
import json
import logging
import struct
import uuid
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import WSMessage, WSMsgType, web

from bot.comfy.simulator.faults import Faults
from bot.comfy.simulator.versions import Version
from bot.comfy.simulator.wire import Payload

log = logging.getLogger(__name__)

_TELLS = Callable[..., Awaitable[None]]


@dataclass(frozen=True)
class Sent:
    """An event that was queued: its type (a number for binary ones), its data, and for whom (None: everybody)."""

    kind: str | int
    data: Payload
    client_id: str | None


class Sockets:
    """One socket per client id: a second one takes over, and the first one's end then unregisters the second.

    The publisher waits for each socket's buffer in turn, so one client that does not read stalls all. Both are bugs of
    the real server (recorded on 0.33).
    """

    def __init__(self, faults: Faults, version: Version, features: Payload) -> None:
        self._faults = faults
        self._version = version
        self._features = features
        self._by_id: dict[str, web.WebSocketResponse] = {}
        self._flags: dict[str, Payload] = {}
        self._transports: set[asyncio.Transport] = set()
        self._messages: asyncio.Queue[tuple[str | bytes | Payload, str | None]] = asyncio.Queue()
        #: The last events, oldest first.
        self.sent: deque[Sent] = deque(maxlen=1_000)

    def send(self, kind: str, data: Payload, client_id: str | None = None) -> None:
        """Queue an event for one client, or for all. It becomes JSON, if it can, only when somebody is there for it."""
        self.sent.append(Sent(kind, data, client_id))
        self._messages.put_nowait(({"type": kind, "data": data}, client_id))

    def send_text(self, frame: str, client_id: str | None = None) -> None:
        self._messages.put_nowait((frame, client_id))

    def send_binary(self, kind: int, body: bytes, client_id: str | None = None) -> None:
        self.sent.append(Sent(kind, {}, client_id))
        self._messages.put_nowait((struct.pack(">I", kind) + body, client_id))

    def wants_metadata(self, client_id: str | None) -> bool:
        """Whether previews for this client carry their prompt's id (type 4)."""
        return client_id is not None and bool(self._flags.get(client_id, {}).get("supports_preview_metadata"))

    async def publish(self) -> None:
        """Send what is queued, forever. Raises TypeError for data that is no JSON and for an id that is no string."""
        while True:
            message, client_id = await self._messages.get()
            while self._faults.stall:  # noqa: ASYNC110 - a plain attribute, turned by tests
                await asyncio.sleep(0.005)
            targets = list(self._by_id.values()) if client_id is None else [self._by_id.get(client_id)]
            for socket in targets:
                if socket is not None:
                    await self._send_frame(socket, json.dumps(message) if isinstance(message, dict) else message)

    async def serve(
        self, request: web.Request, first: Callable[[str], list[Payload]], tell: _TELLS
    ) -> web.StreamResponse:
        """Keep one socket until it closes. ``first`` gives the greetings for a client id."""
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        client_id = request.query.get("clientId") or uuid.uuid4().hex
        self._by_id[client_id] = socket
        self._flags[client_id] = {}
        transport = request.transport
        assert transport is not None  # noqa: S101 - prepared just now
        self._transports.add(transport)
        await tell("socket", client_id=client_id)
        try:
            for greeting in first(client_id):
                await self._send_frame(socket, json.dumps(greeting))
            await self._listen(socket, client_id)
        finally:
            self._transports.discard(transport)
            self._by_id.pop(client_id, None)
            self._flags.pop(client_id, None)
        return socket

    def cut(self) -> None:
        """End every connection without a close frame."""
        for transport in list(self._transports):
            transport.close()

    @property
    def client_ids(self) -> list[str]:
        return list(self._by_id)

    async def _listen(self, socket: web.WebSocketResponse, client_id: str) -> None:
        first = True
        async for message in socket:
            data = _parse(message)
            if data is None:
                continue
            if first and self._version.client_ids and data.get("type") == "feature_flags":
                self._flags[client_id] = data.get("data", {})
                await self._send_frame(socket, json.dumps({"type": "feature_flags", "data": self._features}))
            first = False

    async def _send_frame(self, socket: web.WebSocketResponse, frame: str | bytes) -> None:
        if self._faults.deaf:
            return
        try:
            if isinstance(frame, str):
                await socket.send_str(frame)
            else:
                await socket.send_bytes(frame)
        except (ConnectionError, RuntimeError) as ex:
            log.debug("a socket went away while sending: %s", ex)


def _parse(message: WSMessage) -> Payload | None:
    """The object in a text frame. Anything else is ignored and does not count as the first message."""
    if message.type is not WSMsgType.TEXT:
        return None
    try:
        data = json.loads(message.data)
    except ValueError:
        return None
    return data if isinstance(data, dict) else None
