"""Routes for registering application commands."""

from __future__ import annotations

from .check_commands import check_caps, check_command, check_set
from .commands import Scope
from .rest import Call, Discord, Result, Route
from .wire import Payload, Refusal, refuse_field
from .world import Guild


def put(discord: Discord, call: Call) -> Result:
    scope = _scope(discord, call)
    commands = check_set(call.body.items)
    _count_new(discord, scope, commands)
    return 200, discord.commands.put(scope, commands)


def listing(discord: Discord, call: Call) -> Result:
    found = discord.commands.all(_scope(discord, call))
    return 200, [_localized(command, call) for command in found]


def add(discord: Discord, call: Call) -> Result:
    scope = _scope(discord, call)
    added = check_command(call.payload)
    others = [known for known in discord.commands.all(scope) if _key(known) != _key(added)]
    check_caps([*others, added])
    _count_new(discord, scope, [added])
    command, new = discord.commands.add(scope, added)
    return (201 if new else 200), command


def get(discord: Discord, call: Call) -> Result:
    return 200, discord.commands.get(_scope(discord, call), call.id("command"))


def change(discord: Discord, call: Call) -> Result:
    scope, number = _scope(discord, call), call.id("command")
    known = discord.commands.get(scope, number)
    renamed = known | call.payload
    others = [_key(other) for other in discord.commands.all(scope) if other is not known]
    if _key(renamed) in others:
        raise refuse_field("", "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique")
    return 200, discord.commands.change(scope, number, call.payload)


def remove(discord: Discord, call: Call) -> Result:
    discord.commands.remove(_scope(discord, call), call.id("command"))
    return 204, None


def all_permissions(discord: Discord, call: Call) -> Result:
    return 200, discord.commands.all_permitted(_guild(discord, call))


def permissions(discord: Discord, call: Call) -> Result:
    return 200, discord.commands.permitted(_guild(discord, call), call.id("command"))


def permit(discord: Discord, call: Call) -> Result:
    """Members do this, with a token that stands for them; a bot's is refused."""
    _guild(discord, call)
    raise Refusal(403, 20001, "Bots cannot use this endpoint")


def _count_new(discord: Discord, scope: Scope, commands: list[Payload]) -> None:
    """Only names that were not there before count towards the day's limit."""
    known = {_key(command) for command in discord.commands.all(scope)}
    discord.buckets.take_creates(scope, sum(_key(command) not in known for command in commands))


def _key(command: Payload) -> tuple[object, object]:
    return command["type"], command["name"]


def _guild(discord: Discord, call: Call) -> Guild:
    _scope(discord, call)
    return discord.world.guilds[call.id("guild")]


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
    if call.asked("with_localizations"):
        return command
    return {key: value for key, value in command.items() if not key.endswith("_localizations")}


PERMISSIONS = "/applications/{app}/guilds/{guild}/commands/{command}/permissions"
KEY = ("app",)
ROUTES = [
    # before the commands themselves, whose ids would match as well
    Route("GET", "/applications/{app}/guilds/{guild}/commands/permissions", all_permissions, bucket=KEY),
    Route("GET", PERMISSIONS, permissions, bucket=KEY),
    Route("PUT", PERMISSIONS, permit, bucket=KEY),
] + [
    Route(method, f"/applications/{{app}}{scope}/commands{tail}", handler, bucket=KEY)
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
