"""Forms as tables: what each field of a request may be, read into clean values with every mistake under its path."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from .wire import FormErrors

#: Reads the value at a path: notes what is wrong with it and returns it without what Discord would ignore.
Field: TypeAlias = Callable[[FormErrors, str, Any], Any]
Fields: TypeAlias = Mapping[str, Field]

LARGEST_ID = 2**63 - 1


def text(low: int, high: int) -> Field:
    def read(errors: FormErrors, path: str, value: Any) -> Any:
        errors.length(path, value, low, high)
        return value

    return read


def whole(low: int, high: int) -> Field:
    """An integer; 3.0 is one as well, as in JSON Schema."""

    def read(errors: FormErrors, path: str, value: Any) -> Any:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        errors.number(path, value, low, high)
        return value

    return read


def decimal(low: float = -math.inf, high: float = math.inf) -> Field:
    def read(errors: FormErrors, path: str, value: Any) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float) or not -1e308 <= value <= 1e308:
            errors.add(path, "NUMBER_TYPE_COERCE", f'Value "{value}" is not float.')
        elif value < low:
            errors.add(path, "NUMBER_TYPE_MIN", f"float value should be greater than or equal to {low}.")
        elif value > high:
            errors.add(path, "NUMBER_TYPE_MAX", f"float value should be less than or equal to {high}.")
        return value

    return read


def flag(errors: FormErrors, path: str, value: Any) -> Any:
    if not isinstance(value, bool):
        errors.add(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
    return value


def snowflake(errors: FormErrors, path: str, value: Any) -> Any:
    """An id, as a string or an integer: Discord takes both."""
    number = str(value)
    is_id = isinstance(value, str | int) and not isinstance(value, bool) and number.isascii() and number.isdecimal()
    if not is_id or len(number) > 20 or int(number) > LARGEST_ID or str(int(number)) != number:
        errors.add(path, "NUMBER_TYPE_COERCE", f'Value "{number[:100]}" is not snowflake.')
    return number


def choice(*allowed: object) -> Field:
    def read(errors: FormErrors, path: str, value: Any) -> Any:
        if errors.choice(path, value, allowed) and isinstance(value, float):
            return int(value)
        return value

    return read


def url(high: int = 2048, schemes: tuple[str, ...] = ("http", "https")) -> Field:
    def read(errors: FormErrors, path: str, value: Any) -> Any:
        if not errors.length(path, value, 0, high):
            return value
        try:
            parts = urlsplit(value)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in schemes:
            message = f'Scheme "{parts.scheme}" is not supported. Scheme must be one of {schemes}.'
            errors.add(path, "URL_TYPE_INVALID_SCHEME", message)
        elif not parts.netloc:
            errors.add(path, "URL_TYPE_INVALID_URL", "Not a well formed URL.")
        return value

    return read


def moment(errors: FormErrors, path: str, value: Any) -> Any:
    """A time in ISO 8601."""
    if errors.length(path, value, 0, 100):
        try:
            datetime.fromisoformat(value)
        except ValueError:
            errors.add(path, "DATE_TIME_TYPE_PARSE", f"Could not parse {value}. Should be ISO8601.")
    return value


def maybe(of: Field) -> Field:
    """That, or null."""

    def read(errors: FormErrors, path: str, value: Any) -> Any:
        return None if value is None else of(errors, path, value)

    return read


def items(of: Field, low: int, high: int, *, unique: bool = False) -> Field:
    def read(errors: FormErrors, path: str, value: Any) -> Any:
        if not errors.count(path, value, low, high):
            return value
        clean: list[Any] = []
        for index, entry in enumerate(value):
            place = joined(path, index)
            read_entry = of(errors, place, entry)
            if unique and read_entry in clean:
                errors.add(place, "SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value")
            clean.append(read_entry)
        return clean

    return read


def table(keys: frozenset[str], of: Field) -> Field:
    """An object whose keys are among these, all of whose values are alike."""

    def read(errors: FormErrors, path: str, value: Any) -> Any:
        if not is_object(errors, path, value):
            return value
        for key in value.keys() - keys:
            errors.add(joined(path, key), "BASE_TYPE_CHOICES", f"Value must be one of {sorted(keys)}.")
        return {key: of(errors, joined(path, key), entry) for key, entry in value.items()}

    return read


def form(fields: Fields, *required: str) -> Field:
    """An object with these fields; others are ignored and left out."""

    def read(errors: FormErrors, path: str, value: Any) -> Any:
        if not is_object(errors, path, value):
            return value
        for key in required:
            if value.get(key) is None:
                errors.add(joined(path, key), "BASE_TYPE_REQUIRED", "This field is required")
        wanted = [key for key in fields if key in value and not (key in required and value[key] is None)]
        return {key: fields[key](errors, joined(path, key), value[key]) for key in wanted}

    return read


def union(kinds: Mapping[int, Field]) -> Field:
    """An object whose `type` says which of these it is."""
    allowed = tuple(sorted(kinds))

    def read(errors: FormErrors, path: str, value: Any) -> Any:
        if not is_object(errors, path, value):
            return value
        kind = value.get("type")
        if kind is None:
            errors.add(joined(path, "type"), "BASE_TYPE_REQUIRED", "This field is required")
        elif isinstance(kind, bool | list | dict) or kind not in kinds:
            message = f'Value of field "type" must be one of {allowed}.'
            errors.add(path, "UNION_TYPE_CHOICES", message)
        else:
            return kinds[kind](errors, path, value | {"type": int(kind)})
        return value

    return read


def read_form(of: Field, value: object) -> Any:
    """The clean value; Refusal 50035 names every mistake."""
    errors = FormErrors()
    clean = of(errors, "", value)
    errors.raise_any()
    return clean


def is_object(errors: FormErrors, path: str, value: object) -> bool:
    if isinstance(value, dict):
        return True
    errors.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
    return False


def joined(path: str, key: object) -> str:
    return f"{path}.{key}" if path else str(key)
