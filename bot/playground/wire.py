"""JSON as it travels, Discord's refusals of it, and ids with the time in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

#: A JSON object from the network: its values are checked where they are used.
Payload: TypeAlias = dict[str, Any]

DISCORD_EPOCH = 1_420_070_400_000


class Refusal(Exception):
    """A request Discord would refuse: HTTP status, Discord's JSON error code, and for 50035 where in the form."""

    def __init__(self, status: int, code: int, message: str, errors: Payload | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def inside(self, key: str) -> Refusal:
        """The same refusal of a form that is this field of another one."""
        return Refusal(self.status, self.code, self.message, {key: self.errors} if self.errors else None)

    def headers(self) -> dict[str, str]:
        """What the answer's headers tell besides."""
        return {}

    def payload(self) -> Payload:
        answer: Payload = {"message": self.message, "code": self.code}
        return answer | {"errors": self.errors} if self.errors else answer


@dataclass
class FormErrors:
    """The mistakes found in one form, each under its field's path: `components.0.label`."""

    found: Payload = field(default_factory=dict)

    def add(self, path: str, code: str, message: str) -> None:
        place = self.found
        for step in filter(None, path.split(".")):
            place = place.setdefault(step, {})
        place.setdefault("_errors", []).append({"code": code, "message": message})

    def raise_any(self) -> None:
        if self.found:
            raise Refusal(400, 50035, "Invalid Form Body", self.found)

    def length(self, path: str, value: object, low: int, high: int) -> bool:
        """Whether the value is a string of that many characters; what is wrong is noted."""
        if not isinstance(value, str):
            self._kind(path, value, "STRING_TYPE_CONVERT", f'Could not interpret "{str(value)[:100]}" as string.')
        elif not low <= len(value) <= high:
            self._size(path, low, high)
        else:
            return True
        return False

    def count(self, path: str, values: object, low: int, high: int) -> bool:
        """Whether the value is a list of that many items; what is wrong is noted."""
        if not isinstance(values, list):
            self._kind(path, values, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        elif not low <= len(values) <= high:
            self._size(path, low, high)
        else:
            return True
        return False

    def number(self, path: str, value: object, low: int, high: int) -> bool:
        """Whether the value is an integer in the range; what is wrong is noted."""
        if isinstance(value, bool) or not isinstance(value, int):
            self._kind(path, value, "NUMBER_TYPE_COERCE", f'Value "{str(value)[:100]}" is not int.')
        elif value < low:
            self.add(path, "NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}.")
        elif value > high:
            self.add(path, "NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")
        else:
            return True
        return False

    def choice(self, path: str, value: object, allowed: tuple[object, ...]) -> bool:
        """Whether the value is one of these; what is wrong is noted."""
        if value in allowed and not isinstance(value, bool):
            return True
        self._kind(path, value, "BASE_TYPE_CHOICES", f"Value must be one of {{{', '.join(map(repr, allowed))}}}.")
        return False

    def _kind(self, path: str, value: object, code: str, message: str) -> None:
        if value is None:
            self.add(path, "BASE_TYPE_REQUIRED", "This field is required")
        else:
            self.add(path, code, message)

    def _size(self, path: str, low: int, high: int) -> None:
        if low:
            self.add(path, "BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
        else:
            self.add(path, "BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")


def refuse_field(path: str, code: str, message: str) -> Refusal:
    """The refusal of a form with one mistake."""
    errors = FormErrors()
    errors.add(path, code, message)
    return Refusal(400, 50035, "Invalid Form Body", errors.found)


class Snowflakes:
    """Ids that grow: milliseconds since Discord's epoch in the upper bits, a counter in the lower 22."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._last = 0

    def next(self) -> int:
        self._last = max(self._last + 1, (int(self._now() * 1000) - DISCORD_EPOCH) << 22)
        return self._last


def timestamp(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="microseconds")


def given(payload: Mapping[str, Any], key: str) -> bool:
    """Whether the key is there with a value that is neither null nor empty."""
    return payload.get(key) not in (None, "", [], {})
