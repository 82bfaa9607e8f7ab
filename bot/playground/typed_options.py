"""What a person types or picks for a command's options, checked as Discord's own client does."""

from __future__ import annotations

from collections.abc import Mapping

from .resolved import FILE_LIKE, Resolved
from .wire import Payload
from .world import Channel, Role, User

SUB_COMMAND, SUB_COMMAND_GROUP, STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(
    1, 12
)
NUMBERS = (INTEGER, NUMBER)
LONGEST = 6000
LARGEST = 2**53
KINDS = {
    STRING: "a text",
    INTEGER: "a whole number",
    BOOLEAN: "True or False",
    USER: "a person",
    CHANNEL: "a channel that you see here",
    ROLE: "a role of this server",
    MENTIONABLE: "a person or a role",
    NUMBER: "a number",
    ATTACHMENT: "a file",
}


def find_leaf(commands: list[Payload], path: str, locale: str = "") -> tuple[Payload, list[Payload]]:
    """The command of `jobs list` and the options on the way down to the one that is called; KeyError if unknown.

    Names may be those of the locale. ValueError: only a part of the way is named.
    """
    name, *rest = path.removeprefix("/").split()
    named = [known for known in commands if known["type"] == 1]
    place = command = _named(named, name, locale)
    chain: list[Payload] = []
    for step in rest:
        inside = [option for option in place.get("options", []) if option["type"] <= SUB_COMMAND_GROUP]
        place = _named(inside, step, locale)
        chain.append(place)
    if any(option["type"] <= SUB_COMMAND_GROUP for option in place.get("options", [])):
        raise ValueError(f"Choose one of the subcommands of /{path}.")
    return command, chain


def command_data(command: Payload, chain: list[Payload], options: list[Payload], resolved: Resolved) -> Payload:
    """The `data` of the interaction: the values nested in the subcommands they belong to."""
    for step in reversed(chain):
        options = [{"type": step["type"], "name": step["name"], "options": options}]
    data: Payload = {"id": command["id"], "name": command["name"], "type": command["type"], "options": options}
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return data | ({"resolved": resolved.parts} if resolved.parts else {})


def checked_values(
    known: list[Payload], values: Mapping[str, object], resolved: Resolved, locale: str = ""
) -> list[Payload]:
    """The options of a submitted command; ValueError says what the client would not let through."""
    given = _by_name(known, values, locale)
    for option in known:
        if option.get("required") and given.get(option["name"]) is None:
            raise ValueError(f"{option['name']} is required. Specify a value.")
    chosen = [option for option in known if given.get(option["name"]) is not None]
    return [
        {
            "type": option["type"],
            "name": option["name"],
            "value": _value(option, given[option["name"]], resolved, locale),
        }
        for option in chosen
    ]


def partial_values(
    known: list[Payload], typed: Mapping[str, object], focused: str, resolved: Resolved, locale: str = ""
) -> list[Payload]:
    """The options while a person still types: values unchecked, one of them focused; attachments are left out."""
    given = _by_name(known, typed, locale)
    entries: list[Payload] = []
    for option in known:
        value = given.get(option["name"])
        if value is None or option["type"] == ATTACHMENT:
            continue
        entry = {"type": option["type"], "name": option["name"], "value": resolved.add(value) or value}
        entries.append(entry | ({"focused": True} if named(option, focused, locale) else {}))
    return entries


def named(entry: Payload, name: str, locale: str) -> bool:
    """Whether a command, option or choice is called this, in the locale or as it was registered."""
    return name in (entry["name"], (entry.get("name_localizations") or {}).get(locale))


def _named(entries: list[Payload], name: str, locale: str) -> Payload:
    for entry in entries:
        if named(entry, name, locale):
            return entry
    raise KeyError(name)


def _by_name(known: list[Payload], values: Mapping[str, object], locale: str) -> dict[str, object]:
    given: dict[str, object] = {}
    for name, value in values.items():
        try:
            given[_named(known, name, locale)["name"]] = value
        except KeyError:
            raise ValueError(f"There is no option called {name}.") from None
    return given


def _value(option: Payload, value: object, resolved: Resolved, locale: str) -> object:
    kind, name = option["type"], option["name"]
    if option.get("choices"):
        return _choice(option, value, locale)
    if not _fits(kind, value, resolved):
        raise ValueError(f"{name} cannot be {_shown(value)}: it has to be {KINDS[kind]}.")
    if isinstance(value, Channel) and value.type not in (option.get("channel_types") or [value.type]):
        raise ValueError(f"{name} cannot be {_shown(value)}: this kind of channel is not taken.")
    _check_range(option, value)
    return resolved.add(value) or value


def _fits(kind: int, value: object, resolved: Resolved) -> bool:
    if kind in (USER, MENTIONABLE) and isinstance(value, User):
        return True
    if kind in (ROLE, MENTIONABLE) and isinstance(value, Role):
        return resolved.has_role(value)
    if kind == CHANNEL:
        return isinstance(value, Channel) and resolved.sees(value)
    if kind == ATTACHMENT:
        return isinstance(value, FILE_LIKE)
    if isinstance(value, bool):
        return kind == BOOLEAN
    plain: dict[int, type | tuple[type, ...]] = {STRING: str, INTEGER: int, NUMBER: (int, float)}
    return kind in plain and isinstance(value, plain[kind])


def _choice(option: Payload, value: object, locale: str) -> object:
    """A choice by its value, or by the name people see."""
    for choice in option["choices"]:
        if value == choice["value"] or (isinstance(value, str) and named(choice, value, locale)):
            return choice["value"]
    offered = ", ".join(choice["name"] for choice in option["choices"])
    raise ValueError(f"{option['name']} has to be one of {offered}.")


def _check_range(option: Payload, value: object) -> None:
    name = option["name"]
    if isinstance(value, str):
        low, high = option.get("min_length") or 0, option.get("max_length") or LONGEST
        if not low <= len(value) <= high:
            raise ValueError(f"{name} has to be between {low} and {high} characters long.")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        low, high = option.get("min_value"), option.get("max_value")
        if (low is not None and value < low) or (high is not None and value > high):
            raise ValueError(f"{name} has to be {_range(low, high)}.")
        if abs(value) > LARGEST:
            raise ValueError(f"{name} is too large a number.")


def _range(low: float | None, high: float | None) -> str:
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"between {low} and {high}"


def _shown(value: object) -> str:
    return str(getattr(value, "name", value))
