"""What nodes a server has, from its `/object_info`; kept on disk, so commands exist while it is down."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from sys import intern
from typing import Any
from weakref import WeakValueDictionary

from bot.workflow.json_members import members
from bot.workflow.node_class import COMBO, WIDGETS, Input, NodeClass, Reader, Scalar

__all__ = ["COMBO", "WIDGETS", "Catalogue", "Input", "NodeClass", "Scalar", "fits", "read_info", "save_info"]

#: what reading a file raises that was not written by `save_info`, or was cut short
UNREADABLE = (OSError, EOFError, zlib.error, ValueError, RecursionError)


class Catalogue:
    """A server's node classes."""

    def __init__(self, info: Mapping[str, Any]) -> None:
        """`info` is the answer of ComfyUI's `GET /object_info`."""
        self._classes = _classes(info.items())

    @classmethod
    def read(cls, body: bytes) -> Catalogue:
        """From the answer as it came: megabytes, of which few are kept, and those of equal answers once.

        Raises ValueError, RecursionError.
        """
        known = _alive.get(answer := sha256(body).digest())
        if known is not None:
            return known
        catalogue = cls({})
        catalogue._classes = _classes(members(body))
        _alive[answer] = catalogue
        return catalogue

    @classmethod
    def load(cls, path: Path) -> Catalogue | None:
        """What `save_info` wrote; None when it is absent or unreadable."""
        try:
            return cls.read(_unpacked(path))
        except UNREADABLE:
            return None

    def joined(self, other: Catalogue) -> Catalogue:
        """The classes of both, and all that the lists of either offer; this one's come first."""
        if other is self:
            return self
        both = Catalogue({})
        shared = self._classes.keys() & other._classes.keys()
        joined = {name: self._classes[name].joined(other._classes[name]) for name in shared}
        both._classes = {**self._classes, **other._classes, **joined}
        return both

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

    def node(self, class_type: str) -> NodeClass | None:
        """All that is known of a class."""
        return self._classes.get(class_type)

    def input(self, class_type: str, name: str, literals: Mapping[str, object] | None = None) -> Input | None:
        """An input by its name in a graph, also `"format.codec"`, which only some choices of `format` bring.

        `literals` are the node's inputs in the graph and say what is chosen; without, any choice that brings it counts.
        """
        node = self._classes.get(class_type)
        return None if node is None else _find(node.inputs, name, "", literals or {})

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
        return {} if node is None else {name: found.type for name, found in node.inputs.items()}

    def optional(self, class_type: str, input_name: str) -> bool:
        """Whether the class is known to run without that input."""
        found = self.input(class_type, input_name)
        return found is not None and not found.required

    def output_node(self, class_type: str) -> bool:
        """Whether ComfyUI runs a graph for this node's sake."""
        node = self._classes.get(class_type)
        return node is not None and node.output_node

    def _list(self, class_type: str, input_name: str) -> tuple[Scalar, ...] | None:
        found = self.input(class_type, input_name)
        return None if found is None else found.choices


#: by the answers they were read from, as long as somebody has them
_alive: WeakValueDictionary[bytes, Catalogue] = WeakValueDictionary()


def fits(given: str, wanted: str) -> bool:
    """Whether an output of one type may go into an input of another: `*` fits all, `INT,FLOAT` either."""
    if "*" in {given, wanted} or "MATCHTYPE" in given or "MATCHTYPE" in wanted:
        return True
    return not set(given.split(",")).isdisjoint(wanted.split(","))


def save_info(path: Path, body: bytes) -> None:
    """Write a server's answer as it came, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        partial.write_bytes(gzip.compress(body, 3, mtime=0))  # a fifth of the time of 9, for a quarter more
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def read_info(path: Path) -> dict[str, Any] | None:
    """The answer as it came; None when it is absent or unreadable."""
    try:
        info = json.loads(_unpacked(path))
    except UNREADABLE:
        return None
    return info if isinstance(info, dict) else None


def _unpacked(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


def _classes(info: Iterable[tuple[str, Any]]) -> dict[str, NodeClass]:
    reader = Reader()
    return {intern(name): reader.node(intern(name), facts) for name, facts in info if isinstance(facts, dict)}


def _find(inputs: Mapping[str, Input], name: str, above: str, literals: Mapping[str, object]) -> Input | None:
    if name in inputs:
        return inputs[name]
    first, dot, rest = name.partition(".")
    parent = inputs.get(first)
    if not dot or parent is None:
        return None
    chosen = literals.get(above + first)
    if isinstance(chosen, Scalar) and chosen in parent.branches:
        return _find(parent.branches[chosen], rest, f"{above}{first}.", literals)
    found = (_find(branch, rest, f"{above}{first}.", literals) for branch in parent.branches.values())
    return next((each for each in found if each is not None), None)
