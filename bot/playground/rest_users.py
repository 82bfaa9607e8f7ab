"""Routes for the bot itself, people, what they bought, and where the gateway is."""

from __future__ import annotations

from discord import Permissions

from .forms import form, read_form, snowflake
from .payloads import channel_payload, own_payload, user_payload
from .routes import Call, Discord, Result, Route
from .wire import Payload, Refusal
from .world import Guild, User


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
        "integration_types_config": {"0": {}} | ({"1": {}} if discord.world.user_install else {}),
        "team": None,
        "eligible_oauth2_scopes": [],
    }


def gateway(discord: Discord, call: Call) -> Result:
    return 200, {"url": discord.base.replace("http", "ws", 1) + "/gateway"}


def gateway_bot(discord: Discord, call: Call) -> Result:
    url = discord.base.replace("http", "ws", 1) + "/gateway"
    limit = discord.gateway.starts.payload(discord.world.now())
    return 200, {"url": url, "shards": discord.gateway.rules.shards, "session_start_limit": limit}


NEW_DM = form({"recipient_id": snowflake}, "recipient_id")


def guilds(discord: Discord, call: Call) -> Result:
    limit, after = call.asked_number("limit", 200, 1, 200), call.asked_id("after") or 0
    before = call.asked_id("before") or discord.world.new_id()
    there = [guild for guild in discord.world.guilds.values() if guild.has_bot and after < guild.id < before]
    return 200, [_own_guild(guild, discord.world.bot) for guild in there[:limit]]


def entitlements(discord: Discord, call: Call) -> Result:
    """What people bought of this app, oldest first."""
    if call.id("app") != discord.world.bot.id:
        raise Refusal(403, 20012, "You are not authorized to perform this action on this application")
    limit = call.asked_number("limit", 100, 1, 100)
    found = discord.world.entitlements
    for key in ("user_id", "guild_id"):
        wanted = call.asked_id(key)
        found = [bought for bought in found if wanted is None or bought.get(key) == str(wanted)]
    return 200, found[:limit]


def open_dm(discord: Discord, call: Call) -> Result:
    asked = read_form(NEW_DM, call.payload)
    user = discord.world.users.get(int(asked["recipient_id"]))
    if user is None or user is discord.world.bot:
        raise Refusal(400, 50033, "Invalid Recipient(s)")
    return 200, channel_payload(discord.world.dm(user))


def user(discord: Discord, call: Call) -> Result:
    found = discord.world.users.get(call.id("user"))
    if found is None:
        raise Refusal(404, 10013, "Unknown User")
    return 200, user_payload(found)


def _own_guild(guild: Guild, bot: User) -> Payload:
    """A server as the list of one's own tells it."""
    held = Permissions(guild.everyone.permissions.value)
    for role in guild.members[bot.id].roles if bot.id in guild.members else []:
        held |= role.permissions
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "banner": None,
        "owner": guild.owner is bot,
        "permissions": str(held.value),
        "features": [],
    }


ROUTES = [
    Route("GET", "/users/@me", me, bucket=()),
    Route("GET", "/users/{user}", user, bucket=()),
    Route("GET", "/users/@me/guilds", guilds, bucket=()),
    Route("POST", "/users/@me/channels", open_dm, bucket=()),
    Route("GET", "/oauth2/applications/@me", application),
    Route("GET", "/applications/@me", application),
    Route("GET", "/applications/{app}/entitlements", entitlements, bucket=("app",)),
    Route("GET", "/gateway", gateway, needs_token=False),
    Route("GET", "/gateway/bot", gateway_bot, bucket=()),
]
