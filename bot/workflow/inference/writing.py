"""A manifest written as TOML to be edited: every option says which node it sets, and what else could be written."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from pydantic import BaseModel

from bot.errors import WorkflowError
from bot.text import _
from bot.workflow.graph import Graph, Target, find_target, title_of
from bot.workflow.manifest import Manifest
from bot.workflow.option import FILES, Option, OptionType

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
#: characters of a graph's own value which a comment shows
_SHOWN = 120
_BOUNDED = frozenset({OptionType.INTEGER, OptionType.NUMBER})


def write_manifest(manifest: Manifest, graph: Graph, notes: Sequence[str] = ()) -> str:
    """The text of a manifest file which reads back as the same manifest; `notes` stand on top of it."""
    blocks = [
        [*_comments([_("/{name}, made from {graph}. Edit it as you like.").format(**vars(manifest)), *notes])],
        [*_pairs(manifest, {"options", "variants", "presets"})],
        [*_comments(_further(manifest))],
        *([*_option(option, graph)] for option in manifest.options),
        *(["[[variant]]", *_pairs(variant)] for variant in manifest.variants),
        *(["[[preset]]", *_pairs(preset)] for preset in manifest.presets),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def _further(manifest: Manifest) -> Iterator[str]:
    """Keys of the command that somebody may want."""
    every = {
        "outputs": _line('outputs = ["…"]', _("the nodes whose files are posted; left out: all that are saved")),
        "group": _line('group = "art"', _("then it is /art {name}").format(name=manifest.name)),
        "cooldown": _line("cooldown = 30", _("seconds between two uses by the same person")),
        "roles": _line('roles = ["Artists"]', _("who may use it; left out: everybody")),
        "nsfw": _line("nsfw = true", _("only in channels marked so")),
        "grid": _line("grid = true", _("several pictures on one numbered sheet")),
        "enabled": _line("enabled = false", _("keeps the file, takes the command away")),
    }
    yield from (line for key, line in every.items() if key not in _set(manifest))


def _option(option: Option, graph: Graph) -> Iterator[str]:
    yield "[[option]]"
    yield from _comments(dict.fromkeys(_place(graph, name) for name in option.targets))
    yield from _pairs(option)
    yield from _comments(_offers(option, graph))


def _offers(option: Option, graph: Graph) -> Iterator[str]:
    """Keys of an option that somebody may want."""
    said = _set(option)
    own = _own_value(option, graph)
    if option.type in _BOUNDED:
        yield from (f"{key} = {own or 1}" for key in ("min", "max") if key not in said)
    if option.type is OptionType.TEXT and "default" not in said:
        yield _line(f"default = {own or _toml('')}", _("the graph's own; goes with required = false"))
        yield _line("max = 1000", _("characters"))
    if option.type is OptionType.CHOICE and option.choices is None:
        yield _line('pattern = "*"', _("only those on the list which match"))
        yield _line(f"choices = [{own}]", _("instead of choices_from: these alone"))
    if option.type is OptionType.SIZE and option.choices is None:
        yield 'choices = { square = "1024x1024", wide = "1344x768" }'
    if option.type in FILES and option.targets:
        node = option.targets[0].rpartition(".")[0]
        yield _line(f"bypass = [{_toml(node)}]", _("goes with required = false: taken out when nothing is attached"))


def _line(code: str, why: str) -> str:
    return f"{code}  # {why}"


def _place(graph: Graph, name: str) -> str:
    """Which node a target is, for somebody who looks for it in ComfyUI."""
    target = _found(graph, name)
    if target is None:
        return name
    title, class_type = title_of(graph, target.node), str(graph[target.node]["class_type"])
    called = f"“{title}” ({class_type})" if title != class_type else class_type
    return _("sets “{input}” of node {id}: {node}").format(input=target.input, id=target.node, node=called)


def _own_value(option: Option, graph: Graph) -> str:
    """What the graph has where the option goes, as TOML; empty where that is nothing one could write."""
    target = _found(graph, option.targets[0]) if option.targets else None
    value = graph[target.node]["inputs"].get(target.input) if target is not None else None
    if not isinstance(value, str | int | float) or value == "":
        return ""
    return _toml(value if not isinstance(value, str) or len(value) <= _SHOWN else f"{value[:_SHOWN]}…")


def _found(graph: Graph, name: str) -> Target | None:
    try:
        return find_target(graph, name, "", {})
    except WorkflowError:
        return None


def _set(table: BaseModel) -> set[str]:
    """The keys whose values are not what they are when left out."""
    return {name for name, field in type(table).model_fields.items() if getattr(table, name) != field.default}


def _pairs(table: BaseModel, without: Collection[str] = ()) -> Iterator[str]:
    said = _set(table)
    for name, field in type(table).model_fields.items():
        if name in said and name not in without:
            yield f"{field.alias or name} = {_toml(getattr(table, name))}"


def _comments(lines: Iterable[str]) -> Iterator[str]:
    yield from (f"# {_CONTROLS.sub(' ', line)}" for line in lines)


def _toml(value: object) -> str:
    if isinstance(value, BaseModel):
        return _toml({name: getattr(value, name) for name in type(value).model_fields if name in _set(value)})
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_text(str(key))} = {_toml(item)}" for key, item in value.items()) + " }"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, str):
        return _text(value)
    return json.dumps(value)


def _text(text: str) -> str:
    """JSON's escapes are TOML's; but TOML also wants that of the one control character JSON lets stand."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
