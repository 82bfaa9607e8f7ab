"""Routes for servers: their channels, roles, members and active threads."""

from __future__ import annotations

from .payloads import basic_guild, channel_payload, member_payload, role_payload
from .rest import Call, Discord, Result, Route
from .wire import Refusal
from .world import Guild, permissions


def guild(discord: Discord, call: Call) -> Result:
    return 200, basic_guild(_guild(discord, call))


def guild_channels(discord: Discord, call: Call) -> Result:
    return 200, [channel_payload(channel) for channel in _guild(discord, call).channels]


def guild_roles(discord: Discord, call: Call) -> Result:
    return 200, [role_payload(role) for role in _guild(discord, call).roles]


def member(discord: Discord, call: Call) -> Result:
    number = call.id("user")
    found = _guild(discord, call).members.get(number)
    if number not in discord.world.users:
        raise Refusal(404, 10013, "Unknown User")
    if found is None:
        raise Refusal(404, 10007, "Unknown Member")
    return 200, member_payload(found)


def guild_role(discord: Discord, call: Call) -> Result:
    number = call.id("role")
    for role in _guild(discord, call).roles:
        if role.id == number:
            return 200, role_payload(role)
    raise Refusal(404, 10011, "Unknown Role")


def threads(discord: Discord, call: Call) -> Result:
    """The active ones that the bot may see, and those of them it joined: none."""
    active = [thread for thread in discord.world.threads(_guild(discord, call)) if not thread.archived]
    seen = [thread for thread in active if permissions(discord.world.bot, thread).view_channel]
    return 200, {"threads": [channel_payload(thread) for thread in seen], "members": [], "has_more": False}


def leave(discord: Discord, call: Call) -> Result:
    discord.gateway.leave(_guild(discord, call))
    return 204, None


def _guild(discord: Discord, call: Call) -> Guild:
    found = discord.world.guilds.get(call.id("guild"))
    if found is None or not found.has_bot:
        raise Refusal(404, 10004, "Unknown Guild")
    return found


GUILD = "/guilds/{guild}"
KEY = ("guild",)
ROUTES = [
    Route("GET", GUILD, guild, bucket=KEY),
    Route("GET", GUILD + "/channels", guild_channels, bucket=KEY),
    Route("GET", GUILD + "/roles", guild_roles, bucket=KEY),
    Route("GET", GUILD + "/roles/{role}", guild_role, bucket=KEY),
    Route("GET", GUILD + "/members/{user}", member, bucket=KEY),
    Route("GET", GUILD + "/threads/active", threads, bucket=KEY),
    Route("DELETE", "/users/@me/guilds/{guild}", leave, bucket=()),
]
