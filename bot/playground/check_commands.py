"""The rules for application commands: names, lengths, counts, the order of options, what may not stand together."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from discord import Locale

from .check_components import CHANNEL_TYPES
from .forms import (
    Field,
    choice,
    decimal,
    flag,
    form,
    items,
    joined,
    maybe,
    read_form,
    snowflake,
    table,
    text,
    union,
    whole,
)
from .wire import FormErrors, Payload, Refusal

CHAT_INPUT = 1
CAPS = {1: 100, 2: 15, 3: 15}
MOST_AT_ONCE = 130
MOST_TEXT = 8000
SUB_COMMAND, SUB_COMMAND_GROUP, STRING, INTEGER, CHANNEL, NUMBER = 1, 2, 3, 4, 7, 10
PLAIN = (5, 6, 8, 9, 11)
MAX_SAFE = 2**53 - 1
MOST_PERMISSIONS = 2**54 - 1
NAME = re.compile(r"^[-_'\w\u0900-\u097F\u0E00-\u0E7F]{1,32}$")
LOCALES = frozenset(str(locale) for locale in Locale)


def _name(errors: FormErrors, path: str, value: Any) -> Any:
    if errors.length(path, value, 1, 32) and (not NAME.match(value) or value != value.lower()):
        errors.add(path, "APPLICATION_COMMAND_INVALID_NAME", "Command name is invalid")
    return value


def _permissions(errors: FormErrors, path: str, value: Any) -> Any:
    """A set of permissions, as a number or, as the documentation has it, a string of digits."""
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20:
        value = int(value)
    clean = whole(0, MOST_PERMISSIONS)(errors, path, value)
    return str(clean)


def _titled(name: Field, description: Field) -> dict[str, Field]:
    return {
        "name": name,
        "name_localizations": maybe(table(LOCALES, name)),
        "description": description,
        "description_localizations": maybe(table(LOCALES, description)),
    }


def _option(kind: int, **fields: Field) -> Field:
    common = {"type": choice(kind), **_titled(_name, text(1, 100)), "required": maybe(flag)}
    return form(common | fields, "type", "name", "description")


def _choices(value: Field) -> Field:
    fields = {"name": text(1, 100), "name_localizations": maybe(table(LOCALES, text(1, 100))), "value": value}
    return maybe(items(form(fields, "name", "value"), 0, 25))


_safe = whole(-MAX_SAFE, MAX_SAFE)
_TYPED: dict[str, Field] = {"autocomplete": maybe(flag)}
BASIC: dict[int, Field] = {
    STRING: _option(
        STRING,
        choices=_choices(text(1, 100)),
        min_length=maybe(whole(0, 6000)),
        max_length=maybe(whole(1, 6000)),
        **_TYPED,
    ),
    INTEGER: _option(INTEGER, choices=_choices(_safe), min_value=maybe(_safe), max_value=maybe(_safe), **_TYPED),
    NUMBER: _option(
        NUMBER, choices=_choices(decimal()), min_value=maybe(decimal()), max_value=maybe(decimal()), **_TYPED
    ),
    CHANNEL: _option(CHANNEL, channel_types=maybe(items(choice(*CHANNEL_TYPES), 0, 25, unique=True))),
    **{kind: _option(kind) for kind in PLAIN},
}
SUB = {SUB_COMMAND: _option(SUB_COMMAND, options=maybe(items(union(BASIC), 0, 25)))}
GROUP = {SUB_COMMAND_GROUP: _option(SUB_COMMAND_GROUP, options=maybe(items(union(SUB), 0, 25)))}
_COMMON: dict[str, Field] = {
    "type": maybe(choice(*CAPS)),
    "options": maybe(items(union({**BASIC, **SUB, **GROUP}), 0, 25)),
    "default_member_permissions": maybe(_permissions),
    "default_permission": maybe(flag),
    "dm_permission": maybe(flag),
    "contexts": maybe(items(choice(0, 1, 2), 1, 3, unique=True)),
    "integration_types": maybe(items(choice(0, 1), 1, 2, unique=True)),
    "handler": maybe(choice(1, 2)),
    "nsfw": maybe(flag),
    "id": maybe(snowflake),
}
CHAT = form(_COMMON | _titled(_name, text(1, 100)), "name", "description")
MENU = form(_COMMON | _titled(text(1, 32), maybe(text(0, 100))), "name")


def check_set(commands: object) -> list[Payload]:
    """The commands of a bulk overwrite, if all are well-formed; the paths begin with each one's place."""
    clean: list[Payload] = read_form(items(_command, 0, MOST_AT_ONCE), [] if commands is None else commands)
    errors = FormErrors()
    for index, command in enumerate(clean):
        _check_rules(errors, f"{index}", command)
    errors.raise_any()
    check_caps(clean)
    names = Counter((command["type"], command["name"]) for command in clean)
    for index, command in enumerate(clean):
        if names[command["type"], command["name"]] > 1:
            message = "Application command names must be unique"
            errors.add(f"{index}", "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
    errors.raise_any()
    return clean


def check_command(command: object) -> Payload:
    clean: Payload = read_form(_command, command)
    errors = FormErrors()
    _check_rules(errors, "", clean)
    errors.raise_any()
    return clean


def check_caps(commands: list[Payload]) -> None:
    """So many commands of each type there may be in one place."""
    kinds = Counter(command["type"] for command in commands)
    for kind, cap in CAPS.items():
        if kinds[kind] > cap:
            raise Refusal(400, 30032, f"Maximum number of application commands reached ({cap})")


def _command(errors: FormErrors, path: str, value: Any) -> Any:
    kind = value.get("type") if isinstance(value, dict) else None
    clean = (MENU if kind in (2, 3) else CHAT)(errors, path, value)
    if isinstance(clean, dict):
        clean["type"] = clean.get("type") or CHAT_INPUT
    return clean


def _check_rules(errors: FormErrors, path: str, command: Payload) -> None:
    if command["type"] != CHAT_INPUT:
        _check_menu(errors, path, command)
    _check_options(errors, path, command.get("options") or [])
    if _size(command) > MOST_TEXT:
        errors.add(path, "APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({MOST_TEXT})")


def _check_menu(errors: FormErrors, path: str, command: Payload) -> None:
    for key in ("description", "options"):
        if command.get(key):
            message = f"Context menu commands cannot have {key}"
            code = f"APPLICATION_COMMAND_CONTEXT_MENU_{key.upper()}_NOT_ALLOWED"
            errors.add(joined(path, key), code, message)


def _check_options(errors: FormErrors, place: str, options: list[Payload]) -> None:
    seen: set[str] = set()
    optional = False
    nests = any(option["type"] in (SUB_COMMAND, SUB_COMMAND_GROUP) for option in options)
    for index, option in enumerate(options):
        path = joined(place, f"options.{index}")
        if option["name"] in seen:
            message = f"Command name {option['name']} got already used in this options"
            errors.add(f"{path}.name", "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message)
        seen.add(option["name"])
        if option.get("required") and optional:
            message = "Required options must be placed before non-required options"
            errors.add(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional = optional or not option.get("required")
        if option["type"] in (SUB_COMMAND, SUB_COMMAND_GROUP):
            _check_options(errors, path, option.get("options") or [])
            continue
        if nests:
            message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
            errors.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
        _check_choices(errors, path, option)


def _check_choices(errors: FormErrors, path: str, option: Payload) -> None:
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        message = "Autocomplete and choices cannot be used together"
        errors.add(f"{path}.autocomplete", "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", message)
    names = Counter(entry["name"] for entry in choices)
    for index, entry in enumerate(choices):
        if names[entry["name"]] > 1:
            message = "Option choice name already exists"
            errors.add(f"{path}.choices.{index}", "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_ALREADY_EXISTS", message)
    for low, high in (("min_length", "max_length"), ("min_value", "max_value")):
        least, most = option.get(low), option.get(high)
        if least is not None and most is not None and least > most:
            errors.add(f"{path}.{low}", "NUMBER_TYPE_MAX", f"int value should be less than or equal to {most}.")


def _size(thing: Payload) -> int:
    """Names, descriptions and choice values, the longest localization counting."""
    total = 0
    for key in ("name", "description"):
        texts = [thing.get(key) or "", *(thing.get(f"{key}_localizations") or {}).values()]
        total += max(len(str(written)) for written in texts)
    total += sum(_size(option) for option in thing.get("options") or [])
    for entry in thing.get("choices") or []:
        total += _size(entry) + len(str(entry.get("value")))
    return total
