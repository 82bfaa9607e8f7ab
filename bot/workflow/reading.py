"""A manifest's text becomes a Manifest, or one sentence that says what to change."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.graph import did_you_mean
from bot.workflow.manifest import Manifest, Preset, Requires, Variant, keys_of
from bot.workflow.option import Option, OptionType
from bot.workflow.safety import Safety

#: tables that may be there many times
_ROWS: dict[str, type[BaseModel]] = {"option": Option, "variant": Variant, "preset": Preset}


@lru_cache(maxsize=64)
def parse_manifest(text: str, file: str) -> Manifest:
    """The manifest in a file's text; `name` and `graph` follow the file's name unless it says otherwise.

    Raises WorkflowError. A folder is read again as a whole, though mostly a single file changed: hence the cache.
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
    if where[:1] == ("requires",) and len(where) > 1:
        return _("Requires: {problem}").format(problem=_problem(details, where[1:], keys_of(Requires)))
    if where[:1] == ("safety",) and len(where) > 1:
        if where[1] == "option" and details["type"].endswith("_type"):  # elsewhere a table of that name
            return _("Safety: {problem}").format(problem=_("“option” must be the name of one."))
        return _("Safety: {problem}").format(problem=_problem(details, where[1:], keys_of(Safety)))
    if len(where) >= 2 and where[0] in _ROWS and isinstance(where[1], int):
        inner, model = where[2:], _ROWS[str(where[0])]
        if inner[:1] == ("requires",) and len(inner) > 1:
            inner, model = inner[1:], Requires
        return _row(str(where[0])).format(
            name=_name_of(facts[str(where[0])], where[1]), problem=_problem(details, inner, keys_of(model))
        )
    return _problem(details, where, keys_of(Manifest))


def _row(table: str) -> str:
    return {
        "option": _("Option {name}: {problem}"),
        "variant": _("Variant {name}: {problem}"),
        "preset": _("Preset {name}: {problem}"),
    }[table]


def _name_of(tables: object, at: int) -> str:
    table = tables[at] if isinstance(tables, list) else None
    name = table.get("name") if isinstance(table, dict) else None
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
    if details["type"] == "dict_type" and key == "targets":
        return _("“targets” of a variant must be a table of options and their inputs, such as {example}.").format(
            example='{ model = "Model.unet_name" }'
        )
    if details["type"].endswith("_type") and key in (expected := _expected()):
        return _("“{key}” must be {expected}.").format(key=key, expected=expected[key])
    if not key:
        return _("It must be a table of keys and values.")
    return f"“{key}”: {details['msg']}."


def _expected() -> dict[str, str]:
    text, number, switch = _("text in quotes"), _("a number"), _("true or false")
    names, words = _('a list of texts, such as ["Prompt.text"]'), _('a table of texts, such as { de = "malen" }')
    values = _('a table of values, such as { steps = 30, size = "512x768" }')
    texts = ("name", "description", "graph", "group", "help", "prefix", "suffix", "template", "choices_from", "comfyui")
    return {
        **dict.fromkeys(texts, text),
        **dict.fromkeys(("min", "max", "step", "multiply", "round_to", "cooldown", "cost"), number),
        **dict.fromkeys(("targets", "bypass", "outputs", "pattern", "nodes", "models", "without"), names),
        **dict.fromkeys(("required", "grid", "enabled", "nsfw", "strike"), switch),
        **dict.fromkeys(("names", "descriptions", "helps"), words),
        **dict.fromkeys(("values", "defaults"), values),
        "actions": _('a table of buttons, such as { "Upscale" = "upscale.image" }'),
        "requires": _('a table such as { models = ["checkpoints/*xl*"] }'),
        "safety": _("a table: write [safety] before its keys"),
        "workflow": text,
        "unsafe": _('words, such as "unsafe|nsfw"'),
        "roles": _('a list of roles\' names, such as ["Artists"]'),
        "default": _("text in quotes, a number, true or false"),
        "choices": _("a list, or a table of name = value"),
        **{table: _("a list of tables: write [[{table}]] before each").format(table=table) for table in _ROWS},
    }
