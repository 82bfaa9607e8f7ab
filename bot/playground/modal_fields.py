"""What a person fills into the fields of a form or picks in a select, checked as Discord's own client does."""

from __future__ import annotations

from collections.abc import Mapping

from .check_components import CHECKBOX, FILE_UPLOAD, LABEL, TEXT_INPUT
from .message import SELECTS, walk
from .resolved import FILE_LIKE, Resolved
from .wire import Payload
from .world import Channel, Role, User, World

STRING_SELECT, USER_SELECT, ROLE_SELECT, MENTIONABLE_SELECT, CHANNEL_SELECT = SELECTS
RADIO_GROUP, CHECKBOX_GROUP = 21, 22
LONGEST = 4000


def labelled(components: list[Payload]) -> dict[str, Payload]:
    """The inputs of a form by the label a person reads."""
    inputs = {part["label"]: part["component"] for part in components if part["type"] == LABEL}
    return inputs | {
        part.get("label") or "": part for part in walk(components) if part["type"] == TEXT_INPUT and part.get("label")
    }


def filled(components: list[Payload], given: Mapping[str, object], resolved: Resolved) -> list[Payload]:
    """The form's components with their values, of which `given` has some by custom id."""
    names = {part["custom_id"]: label for label, part in labelled(components).items()}
    return [_part(part, given, names, resolved) for part in components]


def picked(part: Payload, values: list[object], resolved: Resolved) -> list[str]:
    """The values of a select: options by value or label, people, roles, channels or files as themselves."""
    low, high = _bounds(part)
    if not low <= len(values) <= high:
        raise ValueError(f"Choose {low}." if low == high else f"Choose between {low} and {high}.")
    chosen = [_pick(part, value, resolved) for value in values]
    if len(set(chosen)) < len(chosen):
        raise ValueError("Each can be chosen once only.")
    return chosen


def _part(part: Payload, given: Mapping[str, object], names: Mapping[str, str], resolved: Resolved) -> Payload:
    whole: Payload = {"type": part["type"], "id": part["id"]}
    if "components" in part:
        whole["components"] = [_part(child, given, names, resolved) for child in part["components"]]
    elif "component" in part:
        whole["component"] = _part(part["component"], given, names, resolved)
    elif "custom_id" in part:
        number = part["custom_id"]
        name = names.get(number) or number
        whole |= {"custom_id": number, **_filled(part, name, given.get(number), resolved)}
    return whole


def _filled(part: Payload, name: str, value: object, resolved: Resolved) -> Payload:
    if part["type"] == TEXT_INPUT:
        return {"value": _text(part, name, value)}
    if part["type"] == CHECKBOX:
        return {"value": bool(part.get("default")) if value is None else bool(value)}
    values = _defaults(part, resolved.files.world) if value is None else value
    chosen = list(values) if isinstance(values, list) else [values]
    required = part.get("required") is not False
    if not chosen and required:
        raise ValueError(f"{name} is required.")
    numbers = picked(part, chosen, resolved) if chosen else []
    return {"value": numbers[0] if numbers else None} if part["type"] == RADIO_GROUP else {"values": numbers}


def _text(part: Payload, name: str, value: object) -> str:
    text = str(part.get("value") or "") if value is None else str(value)
    low, high = part.get("min_length") or 0, part.get("max_length") or LONGEST
    if not text and part.get("required") is not False:
        raise ValueError(f"{name} is required.")
    if text and not low <= len(text) <= high:
        raise ValueError(f"{name} has to be between {low} and {high} characters long.")
    return text


def _defaults(part: Payload, world: World) -> list[object]:
    """What is chosen before the person does anything."""
    chosen: list[object] = [option["value"] for option in part.get("options") or [] if option.get("default")]
    roles = {role.id: role for guild in world.guilds.values() for role in guild.roles}
    known: dict[str, Mapping[int, object]] = {"user": world.users, "role": roles, "channel": world.channels}
    for entry in part.get("default_values") or []:
        thing = known[entry["type"]].get(int(entry["id"]))
        chosen += [thing] if thing else []
    return chosen


def _bounds(part: Payload) -> tuple[int, int]:
    if part["type"] == RADIO_GROUP:
        return 1, 1
    most = len(part["options"]) if part["type"] == CHECKBOX_GROUP else 1
    low = part.get("min_values")
    return (1 if low is None else low), part.get("max_values") or most


def _pick(part: Payload, value: object, resolved: Resolved) -> str:
    kind = part["type"]
    if kind in (STRING_SELECT, RADIO_GROUP, CHECKBOX_GROUP):
        for option in part["options"]:
            if value in (option["value"], option["label"]):
                return str(option["value"])
    elif _fits(kind, value, part, resolved):
        number = resolved.add(value)
        if number:
            return number
    raise ValueError(f"{getattr(value, 'name', value)} cannot be chosen here.")


def _fits(kind: int, value: object, part: Payload, resolved: Resolved) -> bool:
    if kind == FILE_UPLOAD:
        return isinstance(value, FILE_LIKE)
    if isinstance(value, User):
        return kind in (USER_SELECT, MENTIONABLE_SELECT)
    if isinstance(value, Role):
        return kind in (ROLE_SELECT, MENTIONABLE_SELECT) and resolved.has_role(value)
    if isinstance(value, Channel):
        wanted = part.get("channel_types") or [value.type]
        return kind == CHANNEL_SELECT and value.type in wanted and resolved.sees(value)
    return False
