"""Routes for registering application commands."""

from __future__ import annotations

from .commands import Scope
from .rest import Call, Discord, Result, Route
from .wire import Payload, Refusal


def put(discord: Discord, call: Call) -> Result:
    return 200, discord.commands.put(_scope(discord, call), call.items)


def listing(discord: Discord, call: Call) -> Result:
    found = discord.commands.all(_scope(discord, call))
    return 200, [_localized(command, call) for command in found]


def add(discord: Discord, call: Call) -> Result:
    command, new = discord.commands.add(_scope(discord, call), call.payload)
    return (201 if new else 200), command


def get(discord: Discord, call: Call) -> Result:
    return 200, discord.commands.get(_scope(discord, call), call.id("command"))


def change(discord: Discord, call: Call) -> Result:
    return 200, discord.commands.change(_scope(discord, call), call.id("command"), call.payload)


def remove(discord: Discord, call: Call) -> Result:
    discord.commands.remove(_scope(discord, call), call.id("command"))
    return 204, None


def _scope(discord: Discord, call: Call) -> Scope:
    if call.id("app") != discord.world.bot.id:
        raise Refusal(403, 20012, "You are not authorized to perform this action on this application")
    if "guild" not in call.ids:
        return None
    guild = discord.world.guilds.get(call.id("guild"))
    if guild is None or not guild.has_bot:
        raise Refusal(403, 50001, "Missing Access")
    return guild.id


def _localized(command: Payload, call: Call) -> Payload:
    if call.query.get("with_localizations") in ("1", "true", "True"):
        return command
    return {key: value for key, value in command.items() if not key.endswith("_localizations")}


ROUTES = [
    Route(method, f"/applications/{{app}}{scope}/commands{tail}", handler)
    for scope in ("", "/guilds/{guild}")
    for method, tail, handler in (
        ("PUT", "", put),
        ("GET", "", listing),
        ("POST", "", add),
        ("GET", "/{command}", get),
        ("PATCH", "/{command}", change),
        ("DELETE", "/{command}", remove),
    )
]
