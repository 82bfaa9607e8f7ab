"""The rules for an app's first answer to an interaction: its type, and the choices it may offer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .check_commands import INTEGER, LOCALES, NUMBER, STRING
from .check_commands import MAX_SAFE as SAFE
from .forms import Field, choice, decimal, form, is_object, items, maybe, read_form, table, text, whole
from .wire import FormErrors, Payload

VALUES: dict[int, Field] = {STRING: text(0, 100), INTEGER: whole(-SAFE, SAFE), NUMBER: decimal()}


def check_answer(payload: object, allowed: Iterable[int]) -> tuple[int, Payload]:
    """The answer's type, one of those allowed here, and its data as yet unread."""
    clean = read_form(form({"type": choice(*allowed), "data": maybe(_object)}, "type"), payload)
    return clean["type"], clean.get("data") or {}


def check_choices(data: Payload, asked: Payload) -> list[Payload]:
    """At most 25 choices, of the type of the option that is being typed."""
    name = text(1, 100)
    fields = {"name": name, "name_localizations": maybe(table(LOCALES, name)), "value": VALUES[_focused(asked)]}
    offered = form({"choices": maybe(items(maybe(form(fields, "name", "value")), 0, 25))})
    clean = read_form(offered, data)
    return [entry for entry in clean.get("choices") or [] if entry is not None]


def _focused(asked: Payload) -> int:
    """The type of the option that has the focus, in what the person sent."""
    for option in asked.get("options") or []:
        if option.get("focused"):
            return int(option["type"])
        if option.get("options") is not None:
            return _focused(option)
    return STRING


def _object(errors: FormErrors, path: str, value: Any) -> Any:
    is_object(errors, path, value)
    return value
