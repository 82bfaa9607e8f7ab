"""How a connection becomes a session: IDENTIFY and RESUME, and every reason to turn them down."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field

from .intents import KNOWN, PRIVILEGED, Intent, application_flags
from .payloads import own_payload
from .sockets import Close, Connection, Op, Session
from .wire import Payload
from .world import Guild, World

DAY = 24 * 3600.0


@dataclass
class GatewayRules:
    """Discord's limits, except that one IDENTIFY may follow another at once unless `identify_seconds` is set to 5."""

    heartbeat: float = 41.25  # seconds
    #: how much longer than a heartbeat a client may stay silent, in seconds
    grace: float = 40.0
    frames_per_minute: int = 120
    session_seconds: float = 180.0
    identify_seconds: float = 0.0
    max_concurrency: int = 1
    starts_per_day: int = 1000
    guilds_per_session: int = 2500
    #: how many shards Discord recommends
    shards: int = 1
    #: the privileged intents that are switched on in the developer portal
    privileged: int = 0


@dataclass
class Starts:
    """The sessions begun in the last 24 hours."""

    rules: GatewayRules
    _times: deque[float] = field(default_factory=deque)
    _last: dict[int, float] = field(default_factory=dict)

    def begin(self, shard: int, now: float) -> bool:
        """Count one more; false when it comes too soon after another of its key."""
        key = shard % self.rules.max_concurrency
        if now - self._last.get(key, 0.0) < self.rules.identify_seconds:
            return False
        self._last[key] = now
        self._times.append(now)
        return True

    def remaining(self, now: float) -> int:
        while self._times and self._times[0] <= now - DAY:
            self._times.popleft()
        return max(0, self.rules.starts_per_day - len(self._times))

    def payload(self, now: float) -> Payload:
        """The session start limit, as GET /gateway/bot tells it."""
        remaining = self.remaining(now)
        since = self._times[0] if self._times else now
        return {
            "total": self.rules.starts_per_day,
            "remaining": remaining,
            "reset_after": int((since + DAY - now) * 1000),
            "max_concurrency": self.rules.max_concurrency,
        }


def refusal(data: Payload, token: str, rules: GatewayRules, world: World) -> Close | None:
    """Why an IDENTIFY closes the connection."""
    intents, shard = data.get("intents"), data.get("shard", [0, 1])
    if data.get("token") != token:
        return Close.AUTHENTICATION_FAILED
    if not isinstance(shard, list) or len(shard) != 2 or not all(isinstance(part, int) for part in shard):
        return Close.INVALID_SHARD
    if not 0 <= shard[0] < shard[1]:
        return Close.INVALID_SHARD
    if isinstance(intents, bool) or not isinstance(intents, int) or intents & ~KNOWN:
        return Close.INVALID_INTENTS
    if intents & PRIVILEGED & ~rules.privileged:
        return Close.DISALLOWED_INTENTS
    session = Session("", intents, (shard[0], shard[1]), None)
    if len(guilds_of(session, world)) > rules.guilds_per_session:
        return Close.SHARDING_REQUIRED
    return None


def new_session(data: Payload, connection: Connection) -> Session:
    index, count = data.get("shard", [0, 1])
    return Session(secrets.token_hex(16), data["intents"], (index, count), connection)


def guilds_of(session: Session, world: World) -> list[Guild]:
    return [guild for guild in world.guilds.values() if guild.has_bot and session.serves(guild.id)]


def ready_payload(session: Session, connection: Connection, world: World, privileged: int) -> Payload:
    return {
        "v": 10,
        "user": own_payload(world.bot),
        "user_settings": {},
        "guilds": [{"id": str(guild.id), "unavailable": True} for guild in guilds_of(session, world)],
        "private_channels": [],
        "relationships": [],
        "presences": [],
        "session_id": session.id,
        "session_type": "normal",
        "resume_gateway_url": connection.address,
        "shard": list(session.shard),
        "application": {"id": str(world.bot.id), "flags": application_flags(privileged)},
    }


def replay(session: Session, connection: Connection, sequence: object) -> bool:
    """Send what was missed; false when the session cannot go on (the connection is then told, or closed)."""
    if isinstance(sequence, bool) or not isinstance(sequence, int) or not 0 <= sequence <= session.sequence:
        connection.close(Close.INVALID_SEQUENCE)
        return False
    missed = session.missed(sequence)
    if missed is None:
        connection.put(Op.INVALID_SESSION, False)
        return False
    if session.connection:
        session.connection.close(Close.UNKNOWN_ERROR)
    session.connection, session.left = connection, None
    for number, event, payload in missed:
        connection.put(Op.DISPATCH, payload, event=event, sequence=number)
    session.dispatch("RESUMED", {"_trace": []})
    return True


def sees_members(session: Session) -> bool:
    """Whether GUILD_CREATE names all members, not only the bot's own."""
    return bool(session.intents & Intent.GUILD_PRESENCES)
