"""What a session may ask the gateway for: members, soundboard sounds, channel details."""

from __future__ import annotations

from collections.abc import Iterator

from .intents import Intent
from .payloads import member_payload
from .sockets import Op, Session
from .wire import Payload
from .world import Guild, Member, World

CHUNK = 1000
MOST_FOUND = 100
NONCE_BYTES = 32


def carry_out(op: int, data: Payload, session: Session, world: World) -> bool:
    """Whether there is such a request; ids that are none raise ValueError, missing fields KeyError."""
    if op == Op.REQUEST_MEMBERS:
        _members(data, session, world)
    elif op == Op.REQUEST_SOUNDS:
        for number in data["guild_ids"]:
            if _guild(number, world):
                session.dispatch("SOUNDBOARD_SOUNDS", {"guild_id": str(number), "soundboard_sounds": []})
    elif op == Op.REQUEST_CHANNEL_INFO:
        if _guild(data["guild_id"], world):
            session.dispatch("CHANNEL_INFO", {"guild_id": str(data["guild_id"]), "channels": []})
    else:
        return op in (Op.PRESENCE, Op.VOICE_STATE)
    return True


def _members(data: Payload, session: Session, world: World) -> None:
    guild = _guild(data["guild_id"], world)
    whole = data.get("query") == "" and not data.get("user_ids")
    if guild is None or (whole and not session.intents & Intent.GUILD_MEMBERS):
        return  # Discord does not answer these
    found, unknown = _found(data, guild)
    nonce = data.get("nonce")
    chunks = [found[start : start + CHUNK] for start in range(0, len(found), CHUNK)] or [[]]
    for index, members in enumerate(chunks):
        chunk: Payload = {
            "guild_id": str(guild.id),
            "members": [member_payload(member) for member in members],
            "chunk_index": index,
            "chunk_count": len(chunks),
            "not_found": unknown,
        }
        if data.get("presences") and session.intents & Intent.GUILD_PRESENCES:
            chunk["presences"] = []
        if isinstance(nonce, str) and len(nonce.encode()) <= NONCE_BYTES:
            chunk["nonce"] = nonce
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk)


def _found(data: Payload, guild: Guild) -> tuple[list[Member], list[str]]:
    """The members asked for, and the ids that are nobody's here."""
    if "user_ids" in data:
        asked = data["user_ids"] if isinstance(data["user_ids"], list) else [data["user_ids"]]
        numbers = [int(number) for number in asked[:MOST_FOUND]]
        return (
            [guild.members[number] for number in numbers if number in guild.members],
            [str(number) for number in numbers if number not in guild.members],
        )
    query, limit = data["query"].lower(), int(data["limit"])
    if query:
        limit = min(limit or MOST_FOUND, MOST_FOUND)
    return list(_named(query, guild))[: limit or None], []


def _named(query: str, guild: Guild) -> Iterator[Member]:
    for member in guild.members.values():
        if member.user.name.lower().startswith(query):
            yield member


def _guild(number: object, world: World) -> Guild | None:
    guild = world.guilds.get(int(str(number)))
    return guild if guild and guild.has_bot and guild.available else None
