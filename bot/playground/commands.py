"""The commands an application has registered, global and per server."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .check_commands import check_command
from .command_rules import Overrides, refusal
from .gateway import Gateway
from .wire import Payload, Refusal
from .world import Channel, Guild, User, World

CHAT_INPUT, USER_MENU, MESSAGE_MENU = 1, 2, 3
#: guild id, or none for global ones
Scope = int | None


class Commands:
    def __init__(self, world: World, gateway: Gateway) -> None:
        self.world = world
        self.gateway = gateway
        self._scopes: dict[Scope, dict[int, Payload]] = {}
        #: guild id -> command or application id -> (kind, id) -> allowed
        self._overrides: dict[int, dict[int, dict[tuple[int, int], bool]]] = {}
        #: how many bulk overwrites there were
        self.puts = 0

    def all(self, scope: Scope) -> list[Payload]:
        return list(self._scopes.get(scope, {}).values())

    def any(self) -> bool:
        return any(self._scopes.values())

    def get(self, scope: Scope, number: int) -> Payload:
        try:
            return self._scopes[scope][number]
        except KeyError:
            raise Refusal(404, 10063, "Unknown application command") from None

    def put(self, scope: Scope, checked: Iterable[Payload]) -> list[Payload]:
        """Replace all; commands of the same type and name keep their id."""
        self.puts += 1
        old = {(known["type"], known["name"]): known["id"] for known in self.all(scope)}
        whole = [self._whole(scope, command, old.get(_key(command))) for command in checked]
        self._scopes[scope] = {int(command["id"]): command for command in whole}
        self._forget_permissions()
        self.gateway.tell()
        return whole

    def add(self, scope: Scope, command: Payload) -> tuple[Payload, bool]:
        """Add one, or replace the one of the same type and name; whether it is new."""
        check_command(command)
        same = [known for known in self.all(scope) if (known["type"], known["name"]) == _key(command)]
        whole = self._whole(scope, command, same[0]["id"] if same else None)
        self._scopes.setdefault(scope, {})[int(whole["id"])] = whole
        self.gateway.tell()
        return whole, not same

    def change(self, scope: Scope, number: int, changes: Payload) -> Payload:
        known = self.get(scope, number)
        merged = {
            key: value for key, value in known.items() if key not in ("id", "version", "application_id")
        } | changes
        check_command(merged)
        self._scopes[scope][number] = self._whole(scope, merged, known["id"])
        if merged["name"] != known["name"]:
            self._forget_permissions(renamed=number)
        return self._scopes[scope][number]

    def remove(self, scope: Scope, number: int) -> None:
        self.get(scope, number)
        del self._scopes[scope][number]
        self._forget_permissions()

    def visible(self, user: User, channel: Channel) -> list[Payload]:
        """What this person's client offers here."""
        offered = [command for command in self.here(channel) if not self.refusal(command, user, channel)]
        return sorted(offered, key=lambda command: str(command["name"]))

    def here(self, channel: Channel) -> list[Payload]:
        """The commands there are, whoever may use them; a server's own command hides a global one of its name."""
        guild = channel.guild
        scopes: list[Scope] = [guild.id, None] if guild else [None]
        found: dict[tuple[int, str], Payload] = {}
        for scope in scopes:
            for command in self.all(scope):
                found.setdefault(_key(command), command)
        return list(found.values())

    def refusal(self, command: Payload, user: User, channel: Channel) -> str:
        """Why this person is not offered the command here, in a sentence; empty when they are."""
        if channel.guild is None:
            return refusal(command, user, channel)
        levels = self._overrides.get(channel.guild.id, {})
        own, app = levels.get(int(command["id"]), {}), levels.get(self.world.bot.id, {})
        return refusal(command, user, channel, Overrides(own, app))

    def permit(self, guild: Guild, number: int, entries: list[Payload]) -> Payload:
        """Replace what a server has set for a command, or with the app's id for all: `{"id", "type", "permission"}`."""
        if number != self.world.bot.id and number not in {
            **self._scopes.get(None, {}),
            **self._scopes.get(guild.id, {}),
        }:
            raise Refusal(404, 10063, "Unknown application command")
        known = {(int(entry["type"]), int(entry["id"])): bool(entry["permission"]) for entry in entries}
        self._overrides.setdefault(guild.id, {})[number] = known
        told = self.permitted(guild, number)
        self.gateway.dispatch("APPLICATION_COMMAND_PERMISSIONS_UPDATE", told, guild=guild)
        self.gateway.tell()
        return told

    def permitted(self, guild: Guild, number: int) -> Payload:
        """What a server has set for one command, as Discord tells it; 10066 where it has set nothing."""
        entries = self._overrides.get(guild.id, {}).get(number)
        if entries is None:
            raise Refusal(404, 10066, "Unknown application command permissions")
        listed = [{"id": str(key), "type": kind, "permission": allowed} for (kind, key), allowed in entries.items()]
        bot = str(self.world.bot.id)
        return {"id": str(number), "application_id": bot, "guild_id": str(guild.id), "permissions": listed}

    def all_permitted(self, guild: Guild) -> list[Payload]:
        return [self.permitted(guild, number) for number in self._overrides.get(guild.id, {})]

    def _numbers(self) -> set[int]:
        return {self.world.bot.id, *(number for commands in self._scopes.values() for number in commands)}

    def _forget_permissions(self, renamed: int | None = None) -> None:
        """What was set for a command goes with the command, or with its name."""
        numbers = self._numbers() - {renamed}
        for levels in self._overrides.values():
            for number in levels.keys() - numbers:
                del levels[number]

    def _whole(self, scope: Scope, command: Payload, number: str | None) -> Payload:
        """A command as Discord gives it back."""
        whole: dict[str, Any] = {
            "id": number or str(self.world.new_id()),
            "application_id": str(self.world.bot.id),
            "version": str(self.world.new_id()),
            "type": command.get("type") or CHAT_INPUT,
            "name": command["name"],
            "name_localizations": command.get("name_localizations"),
            "description": command.get("description") or "",
            "description_localizations": command.get("description_localizations"),
            "default_member_permissions": _permission_string(command.get("default_member_permissions")),
            "dm_permission": command.get("dm_permission") is not False,
            "contexts": command.get("contexts"),
            "integration_types": command.get("integration_types") or [0],
            "nsfw": bool(command.get("nsfw")),
        }
        if command.get("options"):
            whole["options"] = [_option(option) for option in command["options"]]
        return whole | ({"guild_id": str(scope)} if scope else {})


def _key(command: Payload) -> tuple[int, str]:
    return command.get("type") or CHAT_INPUT, command["name"]


def _permission_string(value: object) -> str | None:
    return None if value is None else str(value)


def _option(option: Payload) -> Payload:
    kept = {key: value for key, value in option.items() if value is not None and value is not False and value != []}
    for key in ("options", "choices"):
        if key in kept:
            nested: Iterable[Payload] = kept[key]
            kept[key] = [_option(child) if key == "options" else child for child in nested]
    return kept
