"""A manifest's text becomes a Manifest, or one sentence that says what to change."""

from __future__ import annotations

import tomllib
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.graph import did_you_mean
from bot.workflow.manifest import Manifest, keys_of
from bot.workflow.option import Option, OptionType


def parse_manifest(text: str, file: str) -> Manifest:
    """The manifest in a file's text; `name` and `graph` follow the file's name unless it says otherwise.

    Raises WorkflowError.
    """
    stem = file.rpartition(".")[0] or file
    try:
        facts = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise WorkflowError(file, _("It is not valid TOML: {reason}.").format(reason=error)) from error
    try:
        return Manifest.model_validate({"name": stem, "graph": f"{stem}.json", **facts})
    except ValidationError as error:
        raise WorkflowError(file, _sentence(facts, error)) from error


def _sentence(facts: dict[str, Any], error: ValidationError) -> str:
    """About the first mistake; an unknown key before a missing one, since it is often its misspelling."""
    errors = error.errors(include_url=False)
    details = min(errors, key=lambda details: details["type"] != "extra_forbidden")
    where = details["loc"]
    if len(where) >= 2 and where[0] == "option" and isinstance(where[1], int):
        return _("Option {name}: {problem}").format(
            name=_option_name(facts, where[1]), problem=_problem(details, where[2:], keys_of(Option))
        )
    return _problem(details, where, keys_of(Manifest))


def _option_name(facts: dict[str, Any], at: int) -> str:
    option = facts["option"][at] if isinstance(facts["option"], list) else None
    name = option.get("name") if isinstance(option, dict) else None
    return f"“{name}”" if isinstance(name, str) else _("number {number}").format(number=at + 1)


def _problem(details: ErrorDetails, where: tuple[int | str, ...], keys: list[str]) -> str:
    """The sentence about one mistake; `where` starts at the key, `keys` are those of its table."""
    key = str(where[0]) if where else ""
    if details["type"] == "value_error":
        return str(details["ctx"]["error"])
    if details["type"] == "extra_forbidden":
        return _("There is no key “{key}”.{hint} The keys are: {keys}.").format(
            key=key, hint=did_you_mean(key, keys), keys=", ".join(keys)
        )
    if details["type"] == "missing":
        return _("“{key}” is missing.").format(key=key)
    if key == "type":
        kinds = [kind.value for kind in OptionType]
        return _("There is no type “{type}”.{hint} The types are: {types}.").format(
            type=details["input"], hint=did_you_mean(str(details["input"]), kinds), types=", ".join(kinds)
        )
    if details["type"].endswith("_type") and key in (expected := _expected()):
        return _("“{key}” must be {expected}.").format(key=key, expected=expected[key])
    if not key:
        return _("It must be a table such as [[option]].")
    return f"“{key}”: {details['msg']}."


def _expected() -> dict[str, str]:
    text, number = _("text in quotes"), _("a number")
    names = _('a list of texts, such as ["Prompt.text"]')
    return {
        **dict.fromkeys(("name", "description", "graph", "help", "prefix", "suffix", "choices_from"), text),
        **dict.fromkeys(("min", "max", "step", "multiply"), number),
        **dict.fromkeys(("targets", "bypass", "outputs"), names),
        "required": _("true or false"),
        "default": _("text in quotes, a number, true or false"),
        "choices": _("a list, or a table of name = value"),
        "option": _("a list of tables: write [[option]] before each option"),
    }
