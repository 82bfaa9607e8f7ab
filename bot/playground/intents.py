"""Which events a session asked for, and which of these an app has to be allowed to."""

from __future__ import annotations

from enum import IntFlag


class Intent(IntFlag):
    """Discord documentation, "List of Intents"."""

    GUILDS = 1 << 0
    GUILD_MEMBERS = 1 << 1
    GUILD_PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    DIRECT_MESSAGES = 1 << 12
    MESSAGE_CONTENT = 1 << 15


KNOWN = sum(1 << bit for bit in (*range(17), 20, 21, 24, 25))
#: have to be switched on in the developer portal
PRIVILEGED = Intent.GUILD_MEMBERS | Intent.GUILD_PRESENCES | Intent.MESSAGE_CONTENT
#: the application's flag that says so, for apps in fewer than 100 servers
LIMITED_FLAGS = {
    Intent.GUILD_PRESENCES: 1 << 13,
    Intent.GUILD_MEMBERS: 1 << 15,
    Intent.MESSAGE_CONTENT: 1 << 19,
}


def needed(event: str, *, direct: bool) -> Intent:
    """What a session has to have asked for to get the event; none where it always comes."""
    if event.startswith("MESSAGE_"):
        return Intent.DIRECT_MESSAGES if direct else Intent.GUILD_MESSAGES
    if event.startswith("GUILD_MEMBER_"):
        return Intent.GUILD_MEMBERS
    if event.startswith(("GUILD_", "CHANNEL_", "THREAD_")) and not direct:
        return Intent.GUILDS
    return Intent(0)


def application_flags(allowed: int) -> int:
    return sum(flag for intent, flag in LIMITED_FLAGS.items() if allowed & intent)
