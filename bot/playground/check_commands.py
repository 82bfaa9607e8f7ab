"""The rules for application commands: names, lengths, counts, the order of options, what may not stand together."""

from __future__ import annotations

import re
from collections import Counter

from .wire import FormErrors, Payload, Refusal, refuse_field

CHAT_INPUT = 1
CAPS = {1: 100, 2: 15, 3: 15}
SUB_COMMAND, SUB_COMMAND_GROUP, STRING, INTEGER, NUMBER = 1, 2, 3, 4, 10
KINDS = tuple(range(1, 12))
MAX_SAFE = 2**53
NAME = re.compile(r"^[-_'\w\u0900-\u097F\u0E00-\u0E7F]{1,32}$")


def check_set(commands: object) -> list[Payload]:
    """The commands of a bulk overwrite, if all are well-formed; the paths begin with each one's place."""
    errors = FormErrors()
    if not isinstance(commands, list):
        raise refuse_field("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
    for index, command in enumerate(commands):
        _command(errors, f"{index}", command)
    errors.raise_any()
    kinds = Counter(command.get("type") or CHAT_INPUT for command in commands)
    for kind, cap in CAPS.items():
        if kinds[kind] > cap:
            raise Refusal(400, 30032, f"Maximum number of application commands reached ({cap})")
    names = Counter((command.get("type") or CHAT_INPUT, command["name"]) for command in commands)
    for index, command in enumerate(commands):
        if names[command.get("type") or CHAT_INPUT, command["name"]] > 1:
            message = "Application command names must be unique"
            errors.add(f"{index}", "APPLICATION_COMMANDS_DUPLICATE_NAME", message)
    errors.raise_any()
    return list(commands)


def check_command(command: Payload) -> None:
    errors = FormErrors()
    _command(errors, "", command)
    errors.raise_any()


def _command(errors: FormErrors, path: str, command: object) -> None:
    if not isinstance(command, dict):
        errors.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return
    kind = command.get("type") or CHAT_INPUT
    place = f"{path}." if path else ""
    if not errors.choice(f"{place}type", kind, (1, 2, 3)):
        return
    if kind == CHAT_INPUT:
        _name(errors, f"{place}name", command.get("name"))
        errors.length(f"{place}description", command.get("description"), 1, 100)
    else:
        errors.length(f"{place}name", command.get("name"), 1, 32)
        if command.get("description"):
            message = "Context menu commands cannot have description"
            errors.add(f"{place}description", "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_NOT_ALLOWED", message)
    _localizations(errors, place, command, names=kind == CHAT_INPUT)
    _options(errors, place, command.get("options"), depth=0)
    if _size(command) > 8000:
        message = "Command exceeds maximum size (8000)"
        errors.add(path, "APPLICATION_COMMAND_TOO_LARGE", message)


def _name(errors: FormErrors, path: str, name: object) -> None:
    if not errors.length(path, name, 1, 32):
        return
    if not NAME.match(str(name)) or str(name) != str(name).lower():
        message = "Command name is invalid"
        errors.add(path, "APPLICATION_COMMAND_INVALID_NAME", message)


def _localizations(errors: FormErrors, place: str, thing: Payload, *, names: bool) -> None:
    for locale, text in (thing.get("name_localizations") or {}).items():
        path = f"{place}name_localizations.{locale}"
        if names:
            _name(errors, path, text)
        else:
            errors.length(path, text, 1, 32)
    for locale, text in (thing.get("description_localizations") or {}).items():
        errors.length(f"{place}description_localizations.{locale}", text, 1, 100)


def _options(errors: FormErrors, place: str, options: object, *, depth: int) -> None:
    if not options or not errors.count(f"{place}options", options, 0, 25) or not isinstance(options, list):
        return
    seen: set[str] = set()
    optional = False
    nested = [option.get("type") in (SUB_COMMAND, SUB_COMMAND_GROUP) for option in options]
    for index, option in enumerate(options):
        path = f"{place}options.{index}"
        _option(errors, f"{path}.", option, depth=depth)
        if option.get("name") in seen:
            errors.add(f"{path}.name", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID", "Option names must be unique")
        seen.add(str(option.get("name")))
        if option.get("required") and optional:
            message = "Required options must be placed before non-required options"
            errors.add(path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message)
        optional = optional or not option.get("required")
        if any(nested) and not nested[index]:
            message = "Sub-command and sub-command group option types are mutually exclusive to all other types"
            errors.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)


def _option(errors: FormErrors, place: str, option: Payload, *, depth: int) -> None:
    _name(errors, f"{place}name", option.get("name"))
    errors.length(f"{place}description", option.get("description"), 1, 100)
    _localizations(errors, place, option, names=True)
    kind = option.get("type")
    if not errors.choice(f"{place}type", kind, KINDS):
        return
    deep = {SUB_COMMAND: 2, SUB_COMMAND_GROUP: 1}.get(int(kind or 0), 9)
    if depth >= deep:
        message = "Sub-command groups cannot be nested further"
        errors.add(f"{place}type", "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    if kind in (SUB_COMMAND, SUB_COMMAND_GROUP):
        _options(errors, place, option.get("options"), depth=depth + 1 if kind == SUB_COMMAND_GROUP else 2)
    else:
        _values(errors, place, option, kind)


def _values(errors: FormErrors, place: str, option: Payload, kind: object) -> None:
    choices = option.get("choices")
    if choices and option.get("autocomplete"):
        message = "Autocomplete and choices cannot be used together"
        errors.add(f"{place}autocomplete", "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_CHOICES", message)
    if (choices or option.get("autocomplete")) and kind not in (STRING, INTEGER, NUMBER):
        message = "This option type cannot have choices"
        errors.add(f"{place}choices", "APPLICATION_COMMAND_OPTIONS_CHOICES_NOT_ALLOWED", message)
    if choices and errors.count(f"{place}choices", choices, 0, 25):
        _choices(errors, place, choices, kind)
    for key, low, high in (("min_length", 0, 6000), ("max_length", 1, 6000)):
        if option.get(key) is not None:
            errors.number(f"{place}{key}", option[key], low, high)
    for key in ("min_value", "max_value"):
        value = option.get(key)
        if value is not None and ((kind == INTEGER and not isinstance(value, int)) or abs(value) > MAX_SAFE):
            errors.add(f"{place}{key}", "NUMBER_TYPE_COERCE", f'Value "{value}" is not a safe number.')


def _choices(errors: FormErrors, place: str, choices: list[Payload], kind: object) -> None:
    names = Counter(choice.get("name") for choice in choices)
    for index, choice in enumerate(choices):
        path = f"{place}choices.{index}"
        errors.length(f"{path}.name", choice.get("name"), 1, 100)
        value = choice.get("value")
        if kind == STRING:
            errors.length(f"{path}.value", value, 1, 100)
        elif isinstance(value, bool) or not isinstance(value, int if kind == INTEGER else int | float):
            errors.add(f"{path}.value", "NUMBER_TYPE_COERCE", f'Value "{value}" is not a number.')
        if names[choice.get("name")] > 1:
            message = "Choice names must be unique"
            errors.add(f"{path}.name", "APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_DUPLICATE", message)


def _size(thing: Payload) -> int:
    """Names, descriptions and choice values, the longest localization counting."""
    total = 0
    for key in ("name", "description"):
        texts = [thing.get(key) or "", *(thing.get(f"{key}_localizations") or {}).values()]
        total += max(len(str(text)) for text in texts)
    total += sum(_size(option) for option in thing.get("options") or [])
    for choice in thing.get("choices") or []:
        total += _size(choice) + len(str(choice.get("value")))
    return total
