"""Every sentence and name that people read: in the code, in the commands' signatures, in the shipped manifests."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

from bot.text import NAME

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "cogs")
#: functions of discord.py whose decorated functions are commands
COMMANDS = frozenset({"command", "Group", "GroupCog"})
#: what a command's function has besides its options
NOT_OPTIONS = frozenset({"self", "interaction"})


def template() -> Catalog:
    """All of them, without translations."""
    catalogue = Catalog(project="easel", charset="utf-8", fuzzy=False)
    for package in PACKAGES:
        for _file, _line, message, _comments, context in extract_from_dir(ROOT / package, keywords=DEFAULT_KEYWORDS):
            catalogue.add(message, context=context)
    for name in {*command_names(), *manifest_names()}:
        catalogue.add(name, context=NAME)
    for text in manifest_texts():
        catalogue.add(text)
    return catalogue


def command_names() -> set[str]:
    """Of commands, groups of them, and options, as the cogs' decorators and signatures have them."""
    found: set[str] = set()
    for path in sorted((ROOT / "cogs").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                found |= {_text(word.value) for word in node.keywords if word.arg == "group_name"}
            elif isinstance(node, ast.Call) and _called(node) == "Group":
                found |= {_text(word.value) for word in node.keywords if word.arg == "name"}
            elif isinstance(node, ast.AsyncFunctionDef):
                found |= set(_names_of(node))
    return found - {""}


def _names_of(function: ast.AsyncFunctionDef) -> Iterator[str]:
    decorators = {_called(call): call for call in function.decorator_list if isinstance(call, ast.Call)}
    if "command" not in decorators:
        return
    given = {word.arg: _text(word.value) for word in decorators["command"].keywords}
    yield given.get("name") or function.name
    renamed = {word.arg: _text(word.value) for word in _keywords(decorators.get("rename"))}
    for argument in [*function.args.args, *function.args.kwonlyargs]:
        if argument.arg not in NOT_OPTIONS:
            yield renamed.get(argument.arg, argument.arg)


def _keywords(call: ast.Call | None) -> list[ast.keyword]:
    return [] if call is None else call.keywords


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _text(value: ast.expr) -> str:
    """Of a text in quotes, marked for translation or not; empty for anything else."""
    if isinstance(value, ast.Call) and value.args:
        return _text(value.args[0])
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""


def manifests() -> dict[str, dict[str, Any]]:
    """The shipped ones, by the command's name."""
    paths = sorted((ROOT / "workflows").glob("*.toml"))
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in paths}


def manifest_names() -> set[str]:
    """Of the shipped workflows and their options."""
    names = set(manifests())
    for manifest in manifests().values():
        names |= {option["name"] for option in manifest.get("option", [])} | {"preset", "repeat"}
    return names


def manifest_texts() -> set[str]:
    """The lines, choices and buttons of the shipped workflows."""
    texts: set[str] = set()
    for manifest in manifests().values():
        texts |= {manifest["description"], *manifest.get("actions", {})}
        texts |= {preset["name"] for preset in manifest.get("preset", [])}
        for option in manifest.get("option", []):
            texts |= {option["help"], *option.get("choices", {})}
    return texts
