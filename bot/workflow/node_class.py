"""One class of nodes as a server describes it: its inputs with bounds, lists and help, its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import isfinite
from sys import intern
from typing import Any

COMBO = "COMBO"
#: types which are set by a widget in ComfyUI, not by a socket
WIDGETS = frozenset({COMBO, "INT", "FLOAT", "STRING", "BOOLEAN"})

Scalar = str | int | float | bool

_UPLOADS = {"image_upload": "image", "audio_upload": "audio", "video_upload": "video", "file_upload": "file"}
_DEEPEST = 8


@dataclass(frozen=True, slots=True)
class Input:
    """What a node takes under one name. Bounds, step and default are the node's own, which may exceed Discord's."""

    type: str
    required: bool = True
    #: the list to pick from; None where it is no list
    choices: tuple[Scalar, ...] | None = None
    default: Scalar | None = None
    min: int | float | None = None
    max: int | float | None = None
    step: int | float | None = None
    multiline: bool = False
    #: "image", "audio", "video" or "file", where ComfyUI shows a button to upload one
    upload: str = ""
    help: str = ""
    #: for each choice the further inputs it brings, called `"<this input>.<name>"` in a graph
    branches: Mapping[Scalar, Mapping[str, Input]] = field(default_factory=dict)

    def joined(self, other: Input | None) -> Input:
        """With what another server's list offers besides."""
        if other is None or self.choices is None or other.choices is None or self.choices == other.choices:
            return self
        choices = tuple(dict.fromkeys((*self.choices, *other.choices)))
        return replace(self, choices=choices, branches={**other.branches, **self.branches})


@dataclass(frozen=True, slots=True)
class NodeClass:
    """One class: its inputs in order, its outputs' types, and what kind of node it is."""

    title: str
    inputs: Mapping[str, Input]
    outputs: tuple[str, ...]
    #: a graph is run for its sake
    output_node: bool
    #: it calls a paid service
    paid: bool

    def joined(self, other: NodeClass) -> NodeClass:
        """With what another server's lists offer besides."""
        if self == other:
            return self
        inputs = {name: found.joined(other.inputs.get(name)) for name, found in self.inputs.items()}
        return replace(self, inputs=inputs, paid=self.paid or other.paid)


class Reader:
    """Reads classes from `/object_info`; equal lists are kept once."""

    def __init__(self) -> None:
        self._lists: dict[str, tuple[Scalar, ...]] = {}

    def node(self, name: str, facts: Mapping[str, Any]) -> NodeClass:
        """Legacy and V3 nodes alike; whatever is odd in it is left out."""
        outputs = facts.get("output")
        title = facts.get("display_name")
        return NodeClass(
            title=intern(title) if isinstance(title, str) and title else name,
            inputs=self._inputs(facts.get("input"), _DEEPEST),
            outputs=tuple(intern(_name(kind)) for kind in (outputs if isinstance(outputs, list) else ())),
            output_node=facts.get("output_node") is True,
            paid=facts.get("api_node") is True,
        )

    def _inputs(self, sections: object, depth: int) -> Mapping[str, Input]:
        inputs: dict[str, Input] = {}
        for section in ("required", "optional"):
            found = sections.get(section) if isinstance(sections, dict) else None
            for name, spec in (found if isinstance(found, dict) else {}).items():
                inputs[intern(name)] = self._input(spec, section == "required", depth)
        return inputs

    def _input(self, spec: object, required: bool, depth: int) -> Input:
        kind = spec[0] if isinstance(spec, list) and spec else ""
        says = spec[1] if isinstance(spec, list) and len(spec) > 1 and isinstance(spec[1], dict) else {}
        help_text = says.get("tooltip")
        return Input(
            type=intern(_name(kind)),
            required=required,
            choices=self._choices(kind, says),
            default=_scalar(says.get("default")),
            min=_number(says.get("min")),
            max=_number(says.get("max")),
            step=_number(says.get("step")),
            multiline=says.get("multiline") is True,
            upload=next((what for key, what in _UPLOADS.items() if says.get(key) is True), ""),
            help=intern(help_text) if isinstance(help_text, str) else "",
            branches=self._branches(says.get("options"), depth - 1) if depth else {},
        )

    def _choices(self, kind: object, says: Mapping[str, Any]) -> tuple[Scalar, ...] | None:
        """Legacy `[[…], {}]`, V3 `["COMBO", {"options": […]}]`, dynamic `[…, {"options": [{"key": …}]}]`.

        A COMBO without options (its values come from an upload or from elsewhere) is an empty list.
        """
        if isinstance(kind, list):
            return self._once(kind)
        options = says.get("options")
        if isinstance(options, list) and isinstance(kind, str) and COMBO in kind:
            return self._once([option.get("key") if isinstance(option, dict) else option for option in options])
        return () if kind == COMBO else None

    def _branches(self, options: object, depth: int) -> Mapping[Scalar, Mapping[str, Input]]:
        found = options if isinstance(options, list) else []
        return {
            option["key"]: self._inputs(option.get("inputs"), depth)
            for option in found
            if isinstance(option, dict) and isinstance(option.get("key"), Scalar)
        }

    def _once(self, values: list[Any]) -> tuple[Scalar, ...]:
        scalars = tuple(intern(value) if isinstance(value, str) else value for value in values if _is_scalar(value))
        return self._lists.setdefault(repr(scalars), scalars)


def _name(kind: object) -> str:
    return COMBO if isinstance(kind, list) else str(kind)


def _is_scalar(value: object) -> bool:
    return isinstance(value, Scalar)


def _scalar(value: object) -> Scalar | None:
    if isinstance(value, float) and not isfinite(value):
        return None
    return value if isinstance(value, Scalar) else None


def _number(value: object) -> int | float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return value
