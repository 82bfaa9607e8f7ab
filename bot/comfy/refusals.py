"""ComfyUI's answer to a prompt it does not take, or takes in part -> what went wrong with which input."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from bot.comfy.paths import base_name, first_line
from bot.failures import BadInput, JobFailed, MissingModel, MissingNode, PromptRefused
from bot.text import _

Graph = Mapping[str, Any]
#: class and input -> what it can be set to, None where that is not known
Choices = Callable[[str, str], tuple[str, ...] | None]

CLOSEST = 3
_FILE = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,11}$")
# before 0.12: "Cannot execute because node X does not exist."
_OLD_MISSING_NODE = re.compile(r"node (?P<class_type>.+) does not exist")


@dataclass(frozen=True)
class _Fault:
    """One of a node's errors, with where it is."""

    title: str
    class_type: str
    type: str
    message: str
    details: str
    extra: Mapping[str, Any]

    @property
    def input(self) -> str:
        return _word(self.extra, "input_name")


def refusal(body: object, graph: Graph, choices: Choices) -> PromptRefused:
    """The one error that says most: a missing model or node before a bad input before the graph as a whole."""
    answer = body if isinstance(body, dict) else {}
    error = _mapping(answer, "error")
    located = [_read_fault(fault, choices) for fault in _faults(answer.get("node_errors"), graph)]
    missing = _missing_node(error, graph)
    for kind in (MissingModel, MissingNode, BadInput, PromptRefused):
        for failure in [*located, *([missing] if missing else [])]:
            if isinstance(failure, kind):
                return failure
    return PromptRefused(_word(error, "type") or "refused", _whole(error))


def warnings(node_errors: object, graph: Graph, choices: Choices) -> tuple[JobFailed, ...]:
    """What a server that took the prompt left out of it: it drops outputs that do not validate."""
    return tuple(_read_fault(fault, choices) for fault in _faults(node_errors, graph))


def title_of(graph: Graph, node: str, class_type: str = "") -> str:
    """What a person calls a node: its title, else its class. Ids made while running (`2.0.0.3`) are their parent's."""
    entry = graph.get(node)
    if not isinstance(entry, dict):
        parent = node.split(".", maxsplit=1)[0]
        return title_of(graph, parent, class_type) if parent != node else class_type or node
    title = _word(_mapping(entry, "_meta"), "title")
    return title or class_type or _word(entry, "class_type") or node


def closest(value: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """The names most like it, without regard to folder, extension and case."""
    keys: dict[str, str] = {}
    for name in names:
        keys.setdefault(_key(name), name)
    return tuple(keys[key] for key in get_close_matches(_key(value), keys, n=CLOSEST, cutoff=0.5))


def _faults(node_errors: object, graph: Graph) -> Iterator[_Fault]:
    for node, entry in node_errors.items() if isinstance(node_errors, dict) else ():
        if not isinstance(entry, dict) or not isinstance(entry.get("errors"), list):
            continue
        class_type = _word(entry, "class_type")
        for error in entry["errors"]:
            if isinstance(error, dict):
                yield _Fault(
                    title=title_of(graph, str(node), class_type),
                    class_type=class_type,
                    type=_word(error, "type"),
                    message=_word(error, "message"),
                    details=_word(error, "details"),
                    extra=_mapping(error, "extra_info"),
                )


def _read_fault(fault: _Fault, choices: Choices) -> PromptRefused:
    if fault.type == "value_not_in_list":
        return _not_in_list(fault, choices)
    if fault.input and not fault.type.startswith("exception_"):
        return _bad_input(fault, first_line(_reason(fault)))
    said = first_line(f"{fault.message}: {fault.details}" if fault.details else fault.message)
    return PromptRefused(fault.type, f"“{fault.title}”: {said}")


def _not_in_list(fault: _Fault, choices: Choices) -> PromptRefused:
    value = str(fault.extra.get("received_value"))
    known = _listed(fault.extra.get("input_config")) or choices(fault.class_type, fault.input) or ()
    near = closest(value, known)
    if _FILE.search(value) or any(_FILE.search(name) for name in known[:50]):
        return MissingModel(
            fault.type,
            fault.message,
            title=fault.title,
            class_type=fault.class_type,
            input=fault.input,
            value=value,
            closest=near,
        )
    said = _("“{value}” is not in its list.").format(value=value)
    if near:
        said += " " + _("The closest: {names}.").format(names=", ".join(f"`{name}`" for name in near))
    return _bad_input(fault, said)


def _bad_input(fault: _Fault, message: str) -> BadInput:
    return BadInput(fault.type, message, title=fault.title, class_type=fault.class_type, input=fault.input)


def _reason(fault: _Fault) -> str:
    """ComfyUI's message, or the details where those are what says it: `image - Invalid image file: missing.png`."""
    if fault.type == "custom_validation_failed":
        return fault.details.removeprefix(f"{fault.input} - ") or fault.message
    if fault.type in {"invalid_input_type", "return_type_mismatch"} and fault.details:
        return f"{fault.message} ({fault.details.removeprefix(f'{fault.input}, ')})"
    return fault.message


def _missing_node(error: Mapping[str, Any], graph: Graph) -> MissingNode | None:
    kind, message = _word(error, "type"), _word(error, "message")
    extra = _mapping(error, "extra_info")
    class_type = _word(extra, "class_type")
    if kind == "invalid_prompt" and not class_type:
        found = _OLD_MISSING_NODE.search(message)
        class_type = found["class_type"] if found else ""
    elif kind != "missing_node_type":
        return None
    if not class_type:
        return None
    nodes = [key for key, node in graph.items() if isinstance(node, dict) and node.get("class_type") == class_type]
    node = _word(extra, "node_id") or next(iter(nodes), "")
    return MissingNode(kind, first_line(message), title=title_of(graph, node, class_type), class_type=class_type)


def _whole(error: Mapping[str, Any]) -> str:
    message, details = _word(error, "message"), _word(error, "details")
    return first_line(f"{message}: {details}" if details and details != message else message)


def _listed(config: object) -> tuple[str, ...]:
    """The list in an `input_config`, legacy `[[…], {}]` or V3 `["COMBO", {"options": […]}]`."""
    first = config[0] if isinstance(config, list) and config else None
    if isinstance(first, list):
        return tuple(str(value) for value in first)
    options = config[1].get("options") if isinstance(config, list) and len(config) > 1 and _is_map(config[1]) else None
    return tuple(str(value) for value in options if not _is_map(value)) if isinstance(options, list) else ()


def _key(name: str) -> str:
    return _FILE.sub("", base_name(name)).casefold()


def _is_map(value: object) -> bool:
    return isinstance(value, dict)


def _mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _word(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    return value if isinstance(value, str) else ""
