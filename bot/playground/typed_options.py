"""What a person types or picks, checked against the registered command as Discord's own client does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from .message import StoredFile
from .payloads import channel_payload, effective_permissions, file_payload, member_payload, role_payload, user_payload
from .uploads import Files, Upload
from .wire import Payload
from .world import Channel, Guild, Role, User

SUB_COMMAND, SUB_COMMAND_GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(
    1, 12
)
NUMBERS = (INTEGER, NUMBER)

FileLike: TypeAlias = Upload | Path | tuple[str, bytes]


@dataclass
class Resolved:
    """The things that ids in the values stand for, as the `resolved` part of an interaction."""

    files: Files
    guild: Guild | None
    parts: dict[str, Payload] = field(default_factory=dict)

    def add_user(self, user: User) -> str:
        self._add("users", user.id, user_payload(user))
        if self.guild and user.id in self.guild.members:
            member = member_payload(self.guild.members[user.id])
            self._add(
                "members",
                user.id,
                {key: member[key] for key in member if key not in ("user", "mute", "deaf")} | {"permissions": "0"},
            )
        return str(user.id)

    def add_channel(self, channel: Channel, user: User) -> str:
        self._add(
            "channels", channel.id, channel_payload(channel) | {"permissions": effective_permissions(user, channel)}
        )
        return str(channel.id)

    def add_role(self, role: Role) -> str:
        self._add("roles", role.id, role_payload(role))
        return str(role.id)

    def add_file(self, file: FileLike, application: int) -> str:
        stored = self._stored(file, application)
        self._add("attachments", stored.id, file_payload(stored))
        return str(stored.id)

    def _stored(self, file: FileLike, application: int) -> StoredFile:
        if isinstance(file, Path):
            file = Upload(file.name, file.read_bytes())
        upload = file if isinstance(file, Upload) else Upload(*file)
        if len(upload.data) > self.files.upload_limit:
            raise ValueError(f"{upload.name} is larger than this server's limit")
        return self.files.store(upload, application, ephemeral=True)

    def _add(self, kind: str, number: int, payload: Payload) -> None:
        self.parts.setdefault(kind, {})[str(number)] = payload


def find_leaf(commands: list[Payload], path: str) -> tuple[Payload, list[Payload]]:
    """The command of `jobs list` and the options on the way down to the one that is called; KeyError if unknown."""
    name, *rest = path.removeprefix("/").split()
    command = next((known for known in commands if known["type"] == 1 and known["name"] == name), None)
    if command is None:
        raise KeyError(name)
    chain: list[Payload] = []
    place = command
    for step in rest:
        place = next(
            option
            for option in place.get("options", [])
            if option["name"] == step and option["type"] <= SUB_COMMAND_GROUP
        )
        chain.append(place)
    if any(option["type"] <= SUB_COMMAND_GROUP for option in place.get("options", [])):
        raise ValueError(f"/{path} is a group: one of its subcommands has to be named")
    return command, chain


def command_data(command: Payload, chain: list[Payload], options: list[Payload], resolved: Resolved) -> Payload:
    """The `data` of the interaction: the values nested in the subcommands they belong to."""
    for step in reversed(chain):
        options = [{"type": step["type"], "name": step["name"], "options": options}]
    data: Payload = {"id": command["id"], "name": command["name"], "type": command["type"], "options": options}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data | ({"resolved": resolved.parts} if resolved.parts else {})


def checked_values(known: list[Payload], values: Mapping[str, object], resolved: Resolved, user: User) -> list[Payload]:
    """The options of a submitted command; ValueError says what the client would not let through."""
    unknown = set(values) - {option["name"] for option in known}
    if unknown:
        raise ValueError(f"there is no option called {', '.join(sorted(unknown))}")
    missing = [option["name"] for option in known if option.get("required") and values.get(option["name"]) is None]
    if missing:
        raise ValueError(f"{', '.join(missing)} is required")
    chosen = [option for option in known if values.get(option["name"]) is not None]
    return [_entry(option, values[option["name"]], resolved, user) for option in chosen]


def partial_values(known: list[Payload], typed: Mapping[str, object], focused: str) -> list[Payload]:
    """The options while a person still types: values unchecked, one of them focused; attachments are left out."""
    entries: list[Payload] = []
    for option in known:
        value = typed.get(option["name"])
        if value is None or option["type"] == ATTACHMENT:
            continue
        entry = {"type": option["type"], "name": option["name"], "value": value}
        entries.append(entry | ({"focused": True} if option["name"] == focused else {}))
    return entries


def _entry(option: Payload, value: object, resolved: Resolved, user: User) -> Payload:
    return {"type": option["type"], "name": option["name"], "value": _value(option, value, resolved, user)}


def _value(option: Payload, value: object, resolved: Resolved, user: User) -> object:
    kind, name = option["type"], option["name"]
    if kind == ATTACHMENT and isinstance(value, Upload | Path | tuple):
        return resolved.add_file(value, resolved.files.world.bot.id)
    if isinstance(value, User) and kind in (USER, MENTIONABLE):
        return resolved.add_user(value)
    if isinstance(value, Role) and kind in (ROLE, MENTIONABLE):
        return resolved.add_role(value)
    if isinstance(value, Channel) and kind == CHANNEL:
        return resolved.add_channel(value, user)
    if option.get("choices"):
        return _choice(option, value)
    wanted: dict[int, type | tuple[type, ...]] = {STRING: str, BOOLEAN: bool, INTEGER: int, NUMBER: (int, float)}
    if kind not in wanted or not isinstance(value, wanted[kind]) or (kind in NUMBERS and isinstance(value, bool)):
        raise ValueError(f"{name} cannot be {value!r}")
    _check_range(option, value)
    return value


def _choice(option: Payload, value: object) -> object:
    """A choice by its value, or by the name people see."""
    for choice in option["choices"]:
        if value in (choice["value"], choice["name"]):
            return choice["value"]
    offered = ", ".join(choice["name"] for choice in option["choices"])
    raise ValueError(f"{option['name']} has to be one of {offered}")


def _check_range(option: Payload, value: object) -> None:
    size = len(value) if isinstance(value, str) else value
    kind = "length" if isinstance(value, str) else "value"
    low, high = option.get(f"min_{kind}"), option.get(f"max_{kind}", 6000 if kind == "length" else None)
    if isinstance(size, int | float) and ((low is not None and size < low) or (high is not None and size > high)):
        raise ValueError(f"{option['name']} has to be between {low} and {high}")
    if kind == "value" and isinstance(size, int | float) and abs(size) > 2**53:
        raise ValueError(f"{option['name']} is too large a number")
