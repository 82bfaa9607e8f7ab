"""The gateway: sessions that identify, get events in order, may be cut off and resume where they were."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable

from aiohttp import WSMessage, WSMsgType, web

from .handshake import GatewayRules, Starts, guilds_of, new_session, ready_payload, refusal, replay, sees_members
from .intents import Intent, needed
from .payloads import channel_news, guild_payload
from .requests import carry_out
from .sockets import Close, Connection, Op, Session
from .wire import Payload
from .world import Channel, Guild, World

ACK_DELAY = 0.03  # seconds, as over a real network
LARGEST_FRAME = 4096
VERSIONS = ("9", "10")


class Gateway:
    """All sessions of the one bot."""

    def __init__(self, world: World, token: str, rules: GatewayRules | None = None) -> None:
        self.world = world
        self.token = token
        self.rules = rules or GatewayRules()
        self.starts = Starts(self.rules)
        self.sessions: dict[str, Session] = {}
        self.identified = 0
        self.resumed = 0
        self.changed = asyncio.Event()

    @property
    def online(self) -> bool:
        return any(session.connection for session in self.sessions.values())

    @property
    def reachable(self) -> bool:
        """Whether somebody is there to get an event, or may come back for it."""
        self._forget()
        return bool(self.sessions)

    def dispatch(
        self,
        event: str,
        data: Payload | Callable[[Session], Payload],
        *,
        guild: Guild | None = None,
        always: bool = False,
    ) -> None:
        """To every session of the shard that this server belongs to, if it asked for such events (or `always`)."""
        wanted = 0 if always else needed(event, direct=guild is None)
        for session in list(self.sessions.values()):
            if session.serves(guild.id if guild else None) and (not wanted or session.intents & wanted):
                session.dispatch(event, data(session) if callable(data) else data)

    def guild_event(self, event: str, data: Payload, guild: Guild, *, always: bool = False) -> None:
        if guild.has_bot and guild.available:
            self.dispatch(event, data, guild=guild, always=always)

    def channel_event(self, event: str, channel: Channel) -> None:
        if channel.guild:
            self.guild_event(event, channel_news(event, channel), channel.guild)

    def guild_created(self, guild: Guild, *, joined: bool = True) -> None:
        """The bot has come into this server; or without `joined`, it is back after an outage."""
        if guild.has_bot:
            self.dispatch("GUILD_CREATE", lambda session: self._guild(guild, session, joined=joined), guild=guild)

    def leave(self, guild: Guild) -> None:
        """The bot is no longer in this server."""
        self.guild_event("GUILD_DELETE", {"id": str(guild.id)}, guild)
        guild.has_bot = False
        guild.members.pop(self.world.bot.id, None)

    def cut(self, *, resumable: bool = True) -> None:
        """Every socket is closed; without `resumable` the sessions are forgotten as well."""
        for session in list(self.sessions.values()):
            if session.connection:
                session.connection.close(Close.UNKNOWN_ERROR)
                session.drop(self.world.now())
            if not resumable:
                self.sessions.pop(session.id, None)
        self.tell()

    def fall_silent(self) -> None:
        """Sockets stay open but nothing comes any more, neither events nor acknowledged heartbeats."""
        for connection in self._connections():
            connection.silent = True

    def ask_heartbeat(self) -> None:
        for connection in self._connections():
            connection.put(Op.HEARTBEAT)

    def ask_reconnect(self) -> None:
        """RECONNECT: the client should come back and resume."""
        for connection in self._connections():
            connection.put(Op.RECONNECT)

    def invalidate(self, *, resumable: bool = False) -> None:
        """INVALID_SESSION: without `resumable` the client has to identify anew."""
        for session in list(self.sessions.values()):
            if session.connection:
                session.connection.put(Op.INVALID_SESSION, resumable)
            if not resumable:
                self.sessions.pop(session.id, None)

    def tell(self) -> None:
        """Wake who waits for the bot to come, to go or to have its commands."""
        self._wake()
        self.world.notify(None)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=2**20, autoping=True)
        await socket.prepare(request)
        address = f"ws://{request.host}{request.path}"
        connection = Connection(socket, request.query.get("compress") == "zlib-stream", address)
        writer = asyncio.create_task(connection.write())
        session: Session | None = None
        try:
            if request.query.get("v", "10") not in VERSIONS or request.query.get("encoding", "json") != "json":
                connection.close(Close.INVALID_VERSION)
            else:
                interval = int(self.rules.heartbeat * 1000)
                connection.put(Op.HELLO, {"heartbeat_interval": interval, "_trace": []})
            session = await self._converse(connection)
        finally:
            self._ended(session, connection)
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
        return socket

    async def _converse(self, connection: Connection) -> Session | None:
        session: Session | None = None
        while not connection.socket.closed:
            try:
                async with asyncio.timeout(self.rules.heartbeat + self.rules.grace):
                    received = await connection.socket.receive()
            except TimeoutError:
                connection.close(Close.SESSION_TIMED_OUT)
                await connection.socket.receive()
                return session
            if received.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                break
            session = self._answer(connection, session, received)
        return session

    def _answer(self, connection: Connection, session: Session | None, received: WSMessage) -> Session | None:
        if connection.count(self.world.now()) > self.rules.frames_per_minute:
            connection.close(Close.RATE_LIMITED)
            return session
        try:
            if len(received.data) > LARGEST_FRAME:
                raise ValueError("too large")
            frame = json.loads(received.data)
            return self._obey(connection, session, frame["op"], frame.get("d"))
        except (ValueError, TypeError, KeyError, AttributeError):
            connection.close(Close.DECODE_ERROR)
            return session

    def _obey(self, connection: Connection, session: Session | None, op: int, data: Payload) -> Session | None:
        known = session is not None and session.id in self.sessions
        if op == Op.HEARTBEAT:
            connection.heartbeats += 1
            # discord.py notes the time of sending only afterwards, so an answer without any delay looks very late
            asyncio.get_running_loop().call_later(ACK_DELAY, connection.put, Op.HEARTBEAT_ACK)
            self._wake()
        elif op in (Op.IDENTIFY, Op.RESUME) and known:
            connection.close(Close.ALREADY_AUTHENTICATED)
        elif op == Op.IDENTIFY:
            return self._identify(connection, data)
        elif op == Op.RESUME:
            return self._resume(connection, data)
        elif not session or not known:
            connection.close(Close.NOT_AUTHENTICATED)
        elif not carry_out(op, data, session, self.world):
            connection.close(Close.UNKNOWN_OPCODE)
        return session

    def _identify(self, connection: Connection, data: Payload) -> Session | None:
        close = refusal(data, self.token, self.rules, self.world)
        if close is None and not self.starts.remaining(self.world.now()):
            self.cut(resumable=False)
            close = Close.AUTHENTICATION_FAILED  # Discord resets the token of an app that starts too often
        if close:
            connection.close(close)
            return None
        session = new_session(data, connection)
        if not self.starts.begin(session.shard[0], self.world.now()):
            connection.put(Op.INVALID_SESSION, False)
            return None
        return self._begin(session, connection)

    def _begin(self, session: Session, connection: Connection) -> Session:
        for other in [old for old in self.sessions.values() if old.shard == session.shard and not old.connection]:
            del self.sessions[other.id]
        self.sessions[session.id] = session
        session.dispatch("READY", ready_payload(session, connection, self.world, self.rules.privileged))
        for guild in guilds_of(session, self.world):
            if not guild.available:
                session.dispatch("GUILD_DELETE", {"id": str(guild.id), "unavailable": True})
            elif session.intents & Intent.GUILDS:
                session.dispatch("GUILD_CREATE", self._guild(guild, session))
        self.identified += 1
        self.tell()
        return session

    def _resume(self, connection: Connection, data: Payload) -> Session | None:
        self._forget()
        session = self.sessions.get(str(data.get("session_id")))
        if data.get("token") != self.token:
            connection.close(Close.AUTHENTICATION_FAILED)
        elif session is None:
            connection.put(Op.INVALID_SESSION, False)
        elif replay(session, connection, data.get("seq")):
            self.resumed += 1
            self.tell()
            return session
        return None

    def _guild(self, guild: Guild, session: Session, *, joined: bool = False) -> Payload:
        return guild_payload(guild, self.world, members=sees_members(session), joined=joined)

    def _connections(self) -> list[Connection]:
        return [session.connection for session in self.sessions.values() if session.connection]

    def _forget(self) -> None:
        """Sessions that nobody came back for are over."""
        oldest = self.world.now() - self.rules.session_seconds
        for session in list(self.sessions.values()):
            if session.left is not None and session.left < oldest:
                del self.sessions[session.id]

    def _ended(self, session: Session | None, connection: Connection) -> None:
        """A client that closes with 1000 or 1001 ends its session; any other end leaves it to be resumed."""
        if session and session.connection is connection:
            session.drop(self.world.now())
            if connection.socket.close_code in (1000, 1001):
                self.sessions.pop(session.id, None)
        self.tell()

    def _wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()
