"""The commands an application has registered, global and per server."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from discord import Permissions

from .check_commands import check_command, check_set
from .wire import Payload, Refusal
from .world import Channel, Guild, User, World, permissions

CHAT_INPUT, USER_MENU, MESSAGE_MENU = 1, 2, 3
#: guild id, or none for global ones
Scope = int | None
IN_GUILD, IN_BOT_DM = 0, 1


class Commands:
    def __init__(self, world: World, changed: Callable[[], None]) -> None:
        self.world = world
        self._changed = changed
        self._scopes: dict[Scope, dict[int, Payload]] = {}
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

    def put(self, scope: Scope, commands: object) -> list[Payload]:
        """Replace all; commands of the same type and name keep their id."""
        self.puts += 1
        checked = check_set(commands)
        old = {(known["type"], known["name"]): known["id"] for known in self.all(scope)}
        whole = [self._whole(scope, command, old.get(_key(command))) for command in checked]
        self._scopes[scope] = {int(command["id"]): command for command in whole}
        self._changed()
        return whole

    def add(self, scope: Scope, command: Payload) -> tuple[Payload, bool]:
        """Add one, or replace the one of the same type and name; whether it is new."""
        check_command(command)
        same = [known for known in self.all(scope) if (known["type"], known["name"]) == _key(command)]
        whole = self._whole(scope, command, same[0]["id"] if same else None)
        self._scopes.setdefault(scope, {})[int(whole["id"])] = whole
        self._changed()
        return whole, not same

    def change(self, scope: Scope, number: int, changes: Payload) -> Payload:
        known = self.get(scope, number)
        merged = {
            key: value for key, value in known.items() if key not in ("id", "version", "application_id")
        } | changes
        check_command(merged)
        self._scopes[scope][number] = self._whole(scope, merged, known["id"])
        return self._scopes[scope][number]

    def remove(self, scope: Scope, number: int) -> None:
        self.get(scope, number)
        del self._scopes[scope][number]

    def visible(self, user: User, channel: Channel) -> list[Payload]:
        """What this person's client offers here; a server's own command hides a global one of its name."""
        guild = channel.guild
        scopes: list[Scope] = [guild.id, None] if guild else [None]
        found: dict[tuple[int, str], Payload] = {}
        for scope in scopes:
            for command in self.all(scope):
                if self._offered(command, user, channel):
                    found.setdefault(_key(command), command)
        return sorted(found.values(), key=lambda command: str(command["name"]))

    def _offered(self, command: Payload, user: User, channel: Channel) -> bool:
        guild = channel.guild
        contexts = command["contexts"]
        here = IN_GUILD if guild else IN_BOT_DM
        if contexts is not None and here not in contexts:
            return False
        if not self._installed(command, user, guild):
            return False
        if guild is None:
            return bool(command["dm_permission"])
        if command.get("nsfw") and not channel.nsfw:
            return False
        return may_use(command, user, channel)

    def _installed(self, command: Payload, user: User, guild: Guild | None) -> bool:
        kinds = command["integration_types"]
        by_server = 0 in kinds and (guild is None or guild.has_bot)
        return by_server or (1 in kinds and user.installed)

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


def may_use(command: Payload, user: User, channel: Channel) -> bool:
    """Whether this member's permissions allow the command: those it asks for, and to use commands at all."""
    held = permissions(user, channel)
    if held.administrator:
        return True
    wanted = command.get("default_member_permissions")
    if not held.view_channel or not held.use_application_commands or wanted == "0":
        return False
    return Permissions(int(wanted or 0)).is_subset(held)


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
