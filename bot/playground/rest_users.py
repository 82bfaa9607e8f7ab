"""Routes for the bot itself, people, servers and where the gateway is."""

from __future__ import annotations

from .payloads import (
    basic_guild,
    channel_payload,
    member_payload,
    own_payload,
    role_payload,
    user_payload,
)
from .rest import Call, Discord, Result, Route
from .wire import Refusal, refuse_field
from .world import Guild


def me(discord: Discord, call: Call) -> Result:
    return 200, own_payload(discord.world.bot)


def application(discord: Discord, call: Call) -> Result:
    bot = discord.world.bot
    guilds = [guild for guild in discord.world.guilds.values() if guild.has_bot]
    owner = next(iter(discord.world.guilds.values())).owner if discord.world.guilds else bot
    return 200, {
        "id": str(bot.id),
        "name": bot.display,
        "icon": None,
        "description": "",
        "type": None,
        "bot": user_payload(bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": 0,
        "flags_new": "0",
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user_payload(owner),
        "approximate_guild_count": len(guilds),
        "approximate_user_install_count": sum(user.installed for user in discord.world.users.values()),
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "integration_types_config": {"0": {}, "1": {}},
        "team": None,
        "eligible_oauth2_scopes": [],
    }


def gateway(discord: Discord, call: Call) -> Result:
    return 200, {"url": discord.base.replace("http", "ws", 1) + "/gateway"}


def gateway_bot(discord: Discord, call: Call) -> Result:
    url = discord.base.replace("http", "ws", 1) + "/gateway"
    limit = discord.gateway.starts.payload(discord.world.now())
    return 200, {"url": url, "shards": discord.gateway.rules.shards, "session_start_limit": limit}


def open_dm(discord: Discord, call: Call) -> Result:
    number = str(call.payload.get("recipient_id"))
    user = discord.world.users.get(int(number)) if number.isdigit() else None
    if user is None or user is discord.world.bot:
        raise refuse_field("recipient_id", "CANNOT_DM_USER", "Cannot send messages to this user")
    return 200, channel_payload(discord.world.dm(user))


def user(discord: Discord, call: Call) -> Result:
    found = discord.world.users.get(call.id("user"))
    if found is None:
        raise Refusal(404, 10013, "Unknown User")
    return 200, user_payload(found)


def guild(discord: Discord, call: Call) -> Result:
    return 200, basic_guild(_guild(discord, call))


def guild_channels(discord: Discord, call: Call) -> Result:
    return 200, [channel_payload(channel) for channel in _guild(discord, call).channels]


def guild_roles(discord: Discord, call: Call) -> Result:
    return 200, [role_payload(role) for role in _guild(discord, call).roles]


def member(discord: Discord, call: Call) -> Result:
    found = _guild(discord, call).members.get(call.id("user"))
    if found is None:
        raise Refusal(404, 10007, "Unknown Member")
    return 200, member_payload(found)


def leave(discord: Discord, call: Call) -> Result:
    discord.gateway.leave(_guild(discord, call))
    return 204, None


def _guild(discord: Discord, call: Call) -> Guild:
    found = discord.world.guilds.get(call.id("guild"))
    if found is None or not found.has_bot:
        raise Refusal(404, 10004, "Unknown Guild")
    return found


ROUTES = [
    Route("GET", "/users/@me", me),
    Route("GET", "/users/{user}", user),
    Route("POST", "/users/@me/channels", open_dm),
    Route("DELETE", "/users/@me/guilds/{guild}", leave),
    Route("GET", "/oauth2/applications/@me", application),
    Route("GET", "/applications/@me", application),
    Route("GET", "/gateway", gateway, needs_token=False),
    Route("GET", "/gateway/bot", gateway_bot),
    Route("GET", "/guilds/{guild}", guild),
    Route("GET", "/guilds/{guild}/channels", guild_channels),
    Route("GET", "/guilds/{guild}/roles", guild_roles),
    Route("GET", "/guilds/{guild}/members/{user}", member),
]
