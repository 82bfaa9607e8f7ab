"""Gateway sockets and the sessions that outlive them: events leave in order and can be sent again."""

from __future__ import annotations

import asyncio
import json
import zlib
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import ClassVar

from aiohttp import web

from .wire import Payload

#: how many past events a session keeps for a client that comes back
REPLAYED = 1000


class Op(IntEnum):
    DISPATCH = 0
    HEARTBEAT = 1
    IDENTIFY = 2
    PRESENCE = 3
    VOICE_STATE = 4
    RESUME = 6
    RECONNECT = 7
    REQUEST_MEMBERS = 8
    INVALID_SESSION = 9
    HELLO = 10
    HEARTBEAT_ACK = 11
    REQUEST_SOUNDS = 31
    REQUEST_CHANNEL_INFO = 43


class Close(IntEnum):
    UNKNOWN_ERROR = 4000
    UNKNOWN_OPCODE = 4001
    DECODE_ERROR = 4002
    NOT_AUTHENTICATED = 4003
    AUTHENTICATION_FAILED = 4004
    ALREADY_AUTHENTICATED = 4005
    INVALID_SEQUENCE = 4007
    RATE_LIMITED = 4008
    SESSION_TIMED_OUT = 4009
    INVALID_SHARD = 4010
    SHARDING_REQUIRED = 4011
    INVALID_VERSION = 4012
    INVALID_INTENTS = 4013
    DISALLOWED_INTENTS = 4014


@dataclass(eq=False)
class Connection:
    """One socket: what is put in leaves in order, through one zlib context when the client asked for zlib-stream.

    A client that asked for zstd-stream gets plain text, which is allowed as well.
    """

    socket: web.WebSocketResponse
    compressed: bool
    address: str
    #: nothing leaves any more, though the socket stays open
    silent: bool = False
    #: when frames came in lately
    received: deque[float] = field(default_factory=deque)
    heartbeats: int = 0
    _deflate: zlib._Compress = field(default_factory=zlib.compressobj)
    _outbox: asyncio.Queue[Payload | int] = field(default_factory=asyncio.Queue)

    def put(self, op: int, data: object = None, *, event: str | None = None, sequence: int | None = None) -> None:
        if not self.silent:
            self._outbox.put_nowait({"op": op, "d": data, "s": sequence, "t": event})

    def close(self, code: int) -> None:
        """Closes after what was put in before has left."""
        self._outbox.put_nowait(code)

    def count(self, now: float, per: float = 60.0) -> int:
        """Note one more frame; how many there were in the last `per` seconds."""
        self.received.append(now)
        while self.received[0] <= now - per:
            self.received.popleft()
        return len(self.received)

    async def write(self) -> None:
        while not self.socket.closed:
            frame = await self._outbox.get()
            if isinstance(frame, int):
                await self.socket.close(code=frame)
                return
            text = json.dumps(frame)
            if self.compressed:
                await self.socket.send_bytes(
                    self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
                )
            else:
                await self.socket.send_str(text)


@dataclass(eq=False)
class Session:
    id: str
    intents: int
    shard: tuple[int, int]
    connection: Connection | None
    sequence: int = 0
    sent: deque[tuple[int, str, Payload]] = field(default_factory=lambda: deque(maxlen=REPLAYED))
    #: since when nobody is connected
    left: float | None = None
    #: told of every event of every session, for those who look over all shoulders
    watchers: ClassVar[list[Callable[[str, Payload], None]]] = []

    def dispatch(self, event: str, data: Payload) -> None:
        for watcher in self.watchers:
            watcher(event, data)
        self.sequence += 1
        self.sent.append((self.sequence, event, data))
        if self.connection:
            self.connection.put(Op.DISPATCH, data, event=event, sequence=self.sequence)

    def serves(self, guild_id: int | None) -> bool:
        """Whether this shard gets the events of that server; what belongs to none goes to the first one."""
        index, count = self.shard
        return index == ((guild_id >> 22) % count if guild_id else 0)

    def missed(self, sequence: int) -> list[tuple[int, str, Payload]] | None:
        """What came after that event; none where some of it was forgotten."""
        if self.sent and self.sent[0][0] > sequence + 1:
            return None
        return [entry for entry in self.sent if entry[0] > sequence]

    def drop(self, now: float) -> None:
        """Nobody is connected any more."""
        self.connection = None
        self.left = now
