"""The gateway: sessions that identify, get events in order, may be cut off and resume where they were."""

from __future__ import annotations

import asyncio
import json
import secrets

from aiohttp import WSMessage, WSMsgType, web

from .payloads import channel_payload, guild_payload, member_payload, own_payload
from .sockets import Close, Connection, Op, Session
from .wire import Payload
from .world import Channel, Guild, World

GUILDS_INTENT = 1 << 0
ACK_DELAY = 0.03  # seconds, as over a real network


class Gateway:
    """All sessions of the one bot; `heartbeat` is in seconds."""

    def __init__(self, world: World, token: str, *, heartbeat: float = 41.25) -> None:
        self.world = world
        self.token = token
        self.heartbeat = heartbeat
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
        return bool(self.sessions)

    def dispatch(self, event: str, data: Payload, *, guild: Guild | None = None, intent: int = 0) -> None:
        """To every session of the shard that this server belongs to, if it asked for such events."""
        for session in list(self.sessions.values()):
            index, count = session.shard
            wanted = (guild.id >> 22) % count == index if guild else index == 0
            if wanted and (not intent or session.intents & intent):
                session.dispatch(event, data)

    def guild_event(self, event: str, data: Payload, guild: Guild) -> None:
        if guild.has_bot:
            self.dispatch(event, data, guild=guild, intent=GUILDS_INTENT)

    def channel_event(self, event: str, channel: Channel) -> None:
        if channel.guild:
            self.guild_event(event, channel_payload(channel), channel.guild)

    def guild_created(self, guild: Guild) -> None:
        self.guild_event("GUILD_CREATE", guild_payload(guild, self.world), guild)

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
                session.connection = None
            if not resumable:
                self.sessions.pop(session.id, None)
        self.tell()

    def ask_reconnect(self) -> None:
        """RECONNECT: the client should come back and resume."""
        for session in self.sessions.values():
            if session.connection:
                session.connection.put(Op.RECONNECT)

    def invalidate(self, *, resumable: bool = False) -> None:
        """INVALID_SESSION: without `resumable` the client has to identify anew."""
        for session in list(self.sessions.values()):
            if session.connection:
                session.connection.put(Op.INVALID_SESSION, resumable)
            if not resumable:
                self.sessions.pop(session.id, None)

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=4096, autoping=True)
        await socket.prepare(request)
        address = f"ws://{request.host}{request.path}"
        connection = Connection(socket, request.query.get("compress") == "zlib-stream", address)
        writer = asyncio.create_task(connection.write())
        session: Session | None = None
        try:
            connection.put(Op.HELLO, {"heartbeat_interval": int(self.heartbeat * 1000), "_trace": []})
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
                async with asyncio.timeout(self.heartbeat * 2):
                    received = await connection.socket.receive()
            except TimeoutError:
                connection.close(Close.SESSION_TIMED_OUT)
                return session
            if received.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                break
            session = self._answer(connection, session, received)
        return session

    def _answer(self, connection: Connection, session: Session | None, received: WSMessage) -> Session | None:
        try:
            frame = json.loads(received.data)
            op, data = frame["op"], frame.get("d")
        except (ValueError, TypeError, KeyError):
            connection.close(Close.DECODE_ERROR)
            return session
        if op == Op.HEARTBEAT:
            # discord.py notes the time of sending only afterwards, so an answer without any delay looks very late
            asyncio.get_running_loop().call_later(ACK_DELAY, connection.put, Op.HEARTBEAT_ACK)
        elif op in (Op.IDENTIFY, Op.RESUME) and session:
            connection.close(Close.ALREADY_AUTHENTICATED)
        elif op == Op.IDENTIFY:
            return self._identify(connection, data)
        elif op == Op.RESUME:
            return self._resume(connection, data)
        elif not session:
            connection.close(Close.NOT_AUTHENTICATED)
        elif op == Op.REQUEST_MEMBERS:
            self._members(session, data)
        elif op not in (Op.PRESENCE, Op.VOICE_STATE):
            connection.close(Close.UNKNOWN_OPCODE)
        return session

    def _identify(self, connection: Connection, data: Payload) -> Session | None:
        index, count = data.get("shard") or (0, 1)
        if data.get("token") != self.token:
            connection.close(Close.AUTHENTICATION_FAILED)
        elif not 0 <= index < count:
            connection.close(Close.INVALID_SHARD)
        elif not isinstance(data.get("intents"), int):
            connection.close(Close.INVALID_INTENTS)
        else:
            return self._ready(Session(secrets.token_hex(16), data["intents"], (index, count), connection), connection)
        return None

    def _ready(self, session: Session, connection: Connection) -> Session:
        index, count = session.shard
        for other in [old for old in self.sessions.values() if old.shard == session.shard and not old.connection]:
            del self.sessions[other.id]
        self.sessions[session.id] = session
        mine = [guild for guild in self.world.guilds.values() if guild.has_bot and (guild.id >> 22) % count == index]
        bot = self.world.bot
        ready: Payload = {
            "v": 10,
            "user": own_payload(bot),
            "user_settings": {},
            "guilds": [{"id": str(guild.id), "unavailable": True} for guild in mine],
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": connection.address,
            "shard": list(session.shard),
            "application": {"id": str(bot.id), "flags": 0},
        }
        session.dispatch("READY", ready)
        for guild in mine:
            if session.intents & GUILDS_INTENT:
                session.dispatch("GUILD_CREATE", guild_payload(guild, self.world))
        self.identified += 1
        self.tell()
        return session

    def _resume(self, connection: Connection, data: Payload) -> Session | None:
        session = self.sessions.get(str(data.get("session_id")))
        missed = [entry for entry in session.sent if entry[0] > int(data.get("seq") or 0)] if session else []
        if data.get("token") != self.token:
            connection.close(Close.AUTHENTICATION_FAILED)
            return None
        if session is None:
            connection.put(Op.INVALID_SESSION, False)
            return None
        session.connection = connection
        for sequence, event, payload in missed:
            connection.put(Op.DISPATCH, payload, event=event, sequence=sequence)
        session.dispatch("RESUMED", {"_trace": []})
        self.resumed += 1
        self.tell()
        return session

    def _members(self, session: Session, data: Payload) -> None:
        guild = self.world.guilds.get(int(data["guild_id"]))
        members = [member_payload(member) for member in guild.members.values()] if guild else []
        chunk = {"guild_id": data["guild_id"], "members": members, "chunk_index": 0, "chunk_count": 1, "not_found": []}
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk | ({"nonce": data["nonce"]} if data.get("nonce") else {}))

    def _ended(self, session: Session | None, connection: Connection) -> None:
        """A client that closes with 1000 or 1001 ends its session; any other end leaves it to be resumed."""
        if session and session.connection is connection:
            session.connection = None
            if connection.socket.close_code in (1000, 1001):
                self.sessions.pop(session.id, None)
        self.tell()

    def tell(self) -> None:
        """Wake who waits for the bot to come, to go or to have its commands."""
        self.changed.set()
        self.changed = asyncio.Event()
        self.world.notify(None)
