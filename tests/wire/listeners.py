"""The clients of a recording: what each was recorded to hear, and what its counterpart hears."""

import asyncio
import json
from collections.abc import Mapping
from itertools import takewhile, zip_longest
from typing import Any

import aiohttp

from tests.wire.recorded import decode, text_of

#: What it may take until an event that was sent arrives.
_PATIENCE = 10.0
Event = dict[str, Any]
Line = dict[str, Any]


class Listener:
    """One socket, under the name it was recorded with."""

    def __init__(self, name: str, client_id: str, recorded: list[Event]) -> None:
        self.name = name
        self.client_id = client_id
        #: All events in order; those that the server sends by its queue rather than as a greeting.
        self.recorded = recorded
        self.queued = [event for event in recorded if not is_greeting(event)]
        self.seen: list[Event] = []
        #: How many of ``queued`` the recording has come to, and how many the simulator has sent.
        self.reached = 0
        self.sent = 0
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None
        self._arrived = asyncio.Event()
        self._pong = asyncio.Event()

    @property
    def next(self) -> Event | None:
        """What the simulator has to send this one next."""
        return self.queued[self.sent] if self.sent < len(self.queued) else None

    @property
    def close_code(self) -> int | None:
        return self._socket.close_code if self._socket else None

    async def connect(self, session: aiohttp.ClientSession, address: str) -> None:
        self._socket = await session.ws_connect(address, max_msg_size=0, autoping=False)
        self._reader = asyncio.create_task(self._read(self._socket))
        greetings = takewhile(is_greeting, (event for event in self.recorded if event["type"] != "feature_flags"))
        await self.hear(len(list(greetings)))

    async def say(self, text: str) -> None:
        assert self._socket is not None
        await self._socket.send_str(text)
        following = self.recorded[len(self.seen) : len(self.seen) + 1]
        if "feature_flags" in text and [event["type"] for event in following] == ["feature_flags"]:
            await self.hear(len(self.seen) + 1)

    async def hear(self, count: int) -> None:
        """Until that many events came."""
        try:
            async with asyncio.timeout(_PATIENCE):
                while len(self.seen) < count and not (self._reader and self._reader.done()):
                    self._arrived.clear()
                    await self._arrived.wait()
        except TimeoutError:
            raise AssertionError(f"{self.name} never got {self.recorded[len(self.seen)]}") from None

    async def compare(self, ids: Mapping[str, str]) -> None:
        """All that was recorded came, and nothing else."""
        await self.hear(len(self.recorded))
        if self._socket is not None and not self._socket.closed:
            self._pong.clear()
            await self._socket.ping()
            async with asyncio.timeout(_PATIENCE):
                await self._pong.wait()
        for seen, recorded in zip_longest(self.seen, self.recorded):
            assert seen is not None, f"{self.name} never got {recorded}"
            assert recorded is not None, f"{self.name} should not have got {seen}"
            assert text_of(seen, ids) == text_of(recorded, {}), f"{self.name}: {recorded} is now {seen}"

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    async def ended(self) -> None:
        """Until the server closed it."""
        assert self._reader is not None
        async with asyncio.timeout(_PATIENCE):
            await asyncio.gather(self._reader)

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        while True:
            message = await socket.receive()
            if message.type is aiohttp.WSMsgType.PONG:
                self._pong.set()
            elif message.type is aiohttp.WSMsgType.BINARY:
                self.seen.append(decode(message.data))
            elif message.type is aiohttp.WSMsgType.TEXT:
                self.seen.append(json.loads(message.data))
            else:
                break
            self._arrived.set()
        self._arrived.set()


def events_by_connection(trace: list[Line]) -> list[list[Event]]:
    found: list[list[Event]] = []
    current: dict[str, list[Event]] = {}
    for line in trace:
        if line["kind"] == "ws-connect":
            current[line["client"]] = []
            found.append(current[line["client"]])
        elif line["kind"] in ("ws-text", "ws-binary") and line["dir"] == "recv":
            current[line["client"]].append(event_of(line))
    return found


def event_of(line: Line) -> Event:
    event: Event = line["json"] if "json" in line else line["decoded"]
    return event


def is_greeting(event: Event) -> bool:
    """Sent to one socket at once rather than by the queue of events."""
    data = event.get("data", {})
    return (
        event["type"] == "feature_flags"
        or (event["type"] == "status" and "sid" in data)
        or (event["type"] == "executing" and "prompt_id" not in data)
    )
