"""What nodes a server has, from its `/object_info`; kept on disk, so commands exist while it is down."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from sys import intern
from typing import Any

#: goes up when more is kept of each node; an older file is then not used
FORMAT = 1

COMBO = "COMBO"
#: types which are set by a widget in ComfyUI, not by a socket
WIDGETS = frozenset({COMBO, "INT", "FLOAT", "STRING", "BOOLEAN"})

Scalar = str | int | float | bool


@dataclass(frozen=True, slots=True)
class NodeClass:
    """One class: its inputs' types in order, those it can do without, its lists, its outputs' types."""

    inputs: Mapping[str, str]
    optional: frozenset[str]
    lists: Mapping[str, tuple[Scalar, ...]]
    outputs: tuple[str, ...]
    output_node: bool


class Catalogue:
    """A server's node classes, without what nothing here asks for: help, bounds, categories."""

    def __init__(self, info: Mapping[str, Any]) -> None:
        """`info` is the answer of ComfyUI's `GET /object_info`, legacy and V3 nodes alike."""
        lists: dict[str, tuple[Scalar, ...]] = {}
        self._classes = {
            intern(name): _read_class(facts, lists) for name, facts in info.items() if isinstance(facts, dict)
        }

    @classmethod
    def load(cls, path: Path) -> Catalogue | None:
        """What `save` wrote; None when it is absent, unreadable or of another format."""
        try:
            saved = json.loads(path.read_text("utf-8"))
            return cls(saved["classes"]) if saved["format"] == FORMAT else None
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None

    def save(self, path: Path) -> None:
        """Write it whole or not at all."""
        saved = {"format": FORMAT, "classes": {name: _write_class(node) for name, node in self._classes.items()}}
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{os.getpid()}.part")
        try:
            partial.write_text(json.dumps(saved, separators=(",", ":")), "utf-8")
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Catalogue) and self._classes == other._classes

    def __hash__(self) -> int:
        return id(self)

    def __len__(self) -> int:
        return len(self._classes)

    @property
    def classes(self) -> Collection[str]:
        """The names of all classes."""
        return self._classes.keys()

    def has(self, class_type: str) -> bool:
        """Whether the server has that class."""
        return class_type in self._classes

    def choices(self, class_type: str, input_name: str) -> tuple[str, ...] | None:
        """What the input can be set to, as text; None when it is no list or not known."""
        values = self._list(class_type, input_name)
        return None if values is None else tuple(str(value) for value in values)

    def scalar(self, class_type: str, input_name: str, choice: str) -> Scalar:
        """The list's own value for one of `choices`, which need not be text; the choice itself where there is none."""
        values = self._list(class_type, input_name) or ()
        return next((value for value in values if str(value) == choice), choice)

    def outputs(self, class_type: str) -> tuple[str, ...]:
        """The types of a class's outputs; empty when the class is not known."""
        node = self._classes.get(class_type)
        return () if node is None else node.outputs

    def input_types(self, class_type: str) -> Mapping[str, str]:
        """Input name -> type, in the node's order; lists are `COMBO`. Empty when the class is not known."""
        node = self._classes.get(class_type)
        return {} if node is None else node.inputs

    def optional(self, class_type: str, input_name: str) -> bool:
        """Whether the class is known to run without that input."""
        node = self._classes.get(class_type)
        return node is not None and input_name in node.optional

    def output_node(self, class_type: str) -> bool:
        """Whether ComfyUI runs a graph for this node's sake."""
        node = self._classes.get(class_type)
        return node is not None and node.output_node

    def _list(self, class_type: str, input_name: str) -> tuple[Scalar, ...] | None:
        node = self._classes.get(class_type)
        return None if node is None else node.lists.get(input_name)


def fits(given: str, wanted: str) -> bool:
    """Whether an output of one type may go into an input of another: `*` fits all, `INT,FLOAT` either."""
    if "*" in {given, wanted} or "MATCHTYPE" in given or "MATCHTYPE" in wanted:
        return True
    return not set(given.split(",")).isdisjoint(wanted.split(","))


def _read_class(facts: dict[str, Any], known: dict[str, tuple[Scalar, ...]]) -> NodeClass:
    inputs: dict[str, str] = {}
    lists: dict[str, tuple[Scalar, ...]] = {}
    optional: set[str] = set()
    sections = facts.get("input")
    for section in ("required", "optional"):
        found = sections.get(section) if isinstance(sections, dict) else None
        for name, spec in (found if isinstance(found, dict) else {}).items():
            inputs[intern(name)] = intern(_type_of(spec))
            values = _choices_of(spec)
            if values is not None:
                lists[intern(name)] = known.setdefault(repr(values), values)
            if section == "optional":
                optional.add(intern(name))
    outputs = facts.get("output")
    return NodeClass(
        inputs=inputs,
        optional=frozenset(optional),
        lists=lists,
        outputs=tuple(intern(_name(kind)) for kind in (outputs if isinstance(outputs, list) else ())),
        output_node=facts.get("output_node") is True,
    )


def _write_class(node: NodeClass) -> dict[str, Any]:
    """The least `/object_info` entry that reads as the same class."""
    sections: dict[str, dict[str, list[Any]]] = {"required": {}, "optional": {}}
    for name, kind in node.inputs.items():
        section = sections["optional" if name in node.optional else "required"]
        section[name] = [kind, {"options": list(node.lists[name])}] if name in node.lists else [kind]
    return {"input": sections, "output": list(node.outputs), "output_node": node.output_node}


def _type_of(spec: object) -> str:
    first = spec[0] if isinstance(spec, list) and spec else ""
    return _name(first)


def _name(kind: object) -> str:
    return COMBO if isinstance(kind, list) else str(kind)


def _choices_of(spec: object) -> tuple[Scalar, ...] | None:
    """Legacy `[[…], {}]`, V3 `["COMBO", {"options": […]}]`, dynamic `[…, {"options": [{"key": …}]}]`.

    A COMBO without options (its values come from an upload or from elsewhere) is an empty list.
    """
    if not isinstance(spec, list) or not spec:
        return None
    if isinstance(spec[0], list):
        return _scalars(spec[0])
    options = spec[1].get("options") if len(spec) > 1 and isinstance(spec[1], dict) else None
    if isinstance(options, list) and isinstance(spec[0], str) and ("COMBO" in spec[0]):
        return _scalars([option.get("key") if isinstance(option, dict) else option for option in options])
    return () if spec[0] == COMBO else None


def _scalars(values: list[Any]) -> tuple[Scalar, ...]:
    return tuple(intern(value) if isinstance(value, str) else value for value in values if isinstance(value, Scalar))
