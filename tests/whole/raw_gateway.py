"""A gateway client without any library: what it sends and gets is in the test's hands."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.playground import DiscordServer

WAIT = 10  # seconds, for anything


class RawGateway:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse, token: str) -> None:
        self.socket = socket
        self.token = token
        self._inflate = zlib.decompressobj()

    async def receive(self) -> dict[str, Any]:
        """The next frame; AssertionError when the connection is closed instead."""
        async with asyncio.timeout(WAIT):
            message = await self.socket.receive()
        assert message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY), message
        text = message.data
        if message.type is aiohttp.WSMsgType.BINARY:
            assert text.endswith(b"\x00\x00\xff\xff")
            text = self._inflate.decompress(text)
        frame: dict[str, Any] = json.loads(text)
        return frame

    async def until(self, event: str) -> dict[str, Any]:
        """The next event of that name, others passed over."""
        while True:
            frame = await self.receive()
            if frame["t"] == event:
                return frame

    async def closed(self) -> int | None:
        """The code that the connection is closed with, frames before it passed over."""
        async with asyncio.timeout(WAIT):
            while not self.socket.closed:
                await self.socket.receive()
        return self.socket.close_code

    async def send(self, op: object, data: object = None) -> None:
        await self.socket.send_json({"op": op, "d": data})

    async def identify(self, **changes: object) -> None:
        await self.send(2, {"token": self.token, "intents": 1} | changes)

    async def resume(self, session: str, sequence: object) -> None:
        await self.send(6, {"token": self.token, "session_id": session, "seq": sequence})

    async def ready(self, **changes: object) -> dict[str, Any]:
        """Identify; what READY says."""
        await self.identify(**changes)
        ready: dict[str, Any] = (await self.until("READY"))["d"]
        return ready


@asynccontextmanager
async def connected(server: DiscordServer, query: str = "v=10&encoding=json") -> AsyncIterator[RawGateway]:
    """A connection that has got its HELLO."""
    async with (
        aiohttp.ClientSession() as http,
        http.ws_connect(f"{server.url}/gateway?{query}") as socket,
    ):
        client = RawGateway(socket, server.token)
        hello = await client.receive()
        assert hello["op"] == 10
        yield client
