"""What has to be equal in two servers' answers: everything but times, paths, tooltips and the order of sets."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from PIL import Image, UnidentifiedImageError

from tests.live.requests import Raw, Request

#: Numbers and texts of the moment or the machine; their type is compared.
_VOLATILE = {"timestamp", "create_time", "execution_start_time", "execution_end_time", "traceback"}
_TOOLTIPS = {"tooltip", "output_tooltips"}
#: Lists the real server makes of sets.
_SETS = {"executed", "current_outputs"}
_HEADERS = ("Content-Disposition", "X-Content-Type-Options", "Accept-Ranges", "Allow", "Cache-Control", "Vary")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TEMPORARY = re.compile(r"ComfyUI_temp_[a-z]{5}_")
#: Reasons which quote an exception of Python's.
_PYTHONS_OWN = ("exception_during_validation", "exception_during_inner_validation", "invalid_input_type")


@dataclass(frozen=True)
class Reading:
    """How answers are read: which classes are outputs, and whether what depends on the Python that runs counts."""

    outputs: frozenset[str]
    portable: bool = False

    def summary(self, request: Request, raw: Raw) -> dict[str, Any]:
        """The answer as plain JSON to be compared."""
        headers = {name: raw.headers[name] for name in _HEADERS if name in raw.headers}
        answer: dict[str, Any] = {"status": raw.status, "type": raw.kind, "headers": headers}
        if raw.kind == "application/json" and raw.text:
            body = json.loads(raw.text)
            answer["body"] = self._refusal(request, body) if _is_refusal(body) else self._body(request, body)
        elif raw.kind.startswith("image/") and raw.content:
            answer["picture"] = _picture(raw)
        else:
            answer["text"] = raw.text
        return answer

    def same(self, request: Request, real: dict[str, Any], simulated: dict[str, Any]) -> bool:
        """Whether both say the same, as far as the order of a set, which each process draws anew, allows."""
        if real == simulated and json.dumps(real) == json.dumps(simulated):
            return True
        if real["status"] != simulated["status"] or not (self._is_unordered(request) and _is_abrupt(real, simulated)):
            return False
        error, other = real["body"].get("error", {}), simulated["body"].get("error", {})
        reported = real["body"]["node_errors"], simulated["body"]["node_errors"]
        return error.get("type") == other.get("type") and bool(reported[0]) == bool(reported[1])

    def has_many_outputs(self, request: Request) -> bool:
        return sum(node.get("class_type") in self.outputs for node in _nodes(request)) > 1

    def _body(self, request: Request, body: Any) -> Any:
        if isinstance(body, dict) and body.get("node_errors"):
            body = {**body, "node_errors": self._node_errors(request, body["node_errors"])}
        return _plain(body, request)

    def _refusal(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        error = dict(body["error"], details="\n".join(sorted(str(body["error"]["details"]).split("\n"))))
        if self.portable and _is_abrupt(body["node_errors"]):
            error["details"] = "…"
        return {"error": _plain(error, request), "node_errors": self._node_errors(request, body["node_errors"])}

    def _node_errors(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        nodes = {}
        for node_id, entry in sorted(body.items()):
            errors = [_plain(self._reason(reason), request) for reason in entry["errors"]]
            dependent = "some" if self.has_many_outputs(request) else entry["dependent_outputs"]
            nodes[node_id] = {**entry, "errors": sorted(errors, key=json.dumps), "dependent_outputs": dependent}
        return nodes

    def _reason(self, reason: dict[str, Any]) -> dict[str, Any]:
        if not self.portable or reason["type"] not in _PYTHONS_OWN:
            return reason
        extra = {key: "…" if key == "exception_message" else value for key, value in reason["extra_info"].items()}
        return {**reason, "details": "…", "extra_info": extra}

    def _is_unordered(self, request: Request) -> bool:
        """Whether some node has two links, or two outputs are asked for."""
        links = [sum(isinstance(value, list) for value in _inputs(node).values()) for node in _nodes(request)]
        return max(links, default=0) > 1 or self.has_many_outputs(request)


def differences(one: Any, other: Any, where: str = "") -> Iterator[str]:
    """Paths at which two answers differ, with both values."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            if key not in one or key not in other:
                yield f"{where}.{key}: only {'the simulator' if key not in one else 'the real server'} has it"
            else:
                yield from differences(one[key], other[key], f"{where}.{key}")
        if list(one) != list(other) and one.keys() == other.keys():
            yield f"{where}: keys in the order {list(one)}, simulated {list(other)}"
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, f"{where}[{index}]")
    elif one != other or type(one) is not type(other):
        yield f"{where}: {one!r}, simulated {other!r}"


def _is_refusal(body: Any) -> bool:
    return isinstance(body, dict) and list(body) == ["error", "node_errors"] and isinstance(body["error"], dict)


def _plain(value: Any, request: Request, key: str = "") -> Any:
    """Without what differs from run to run."""
    if key in _VOLATILE:
        return type(value).__name__
    if isinstance(value, dict):
        # outputs run in the order of a set, and are listed as they end
        items = sorted(value.items()) if key in ("outputs", "meta") else value.items()
        return {name: _plain(item, request, name) for name, item in items if name not in _TOOLTIPS}
    if key == "prompt" and isinstance(value, list) and len(value) == 5:
        value = ["number", *value[1:4], sorted(value[4])]
    if isinstance(value, list):
        listed = [_plain(item, request) for item in value]
        return sorted(listed, key=json.dumps) if key in _SETS else listed
    if key in ("number", "priority") and "number" not in (request.json or ()):
        return "number"
    if key == "exception_message":
        value = re.sub(r"'/[^']*/", "'/…/", value)
    return _TEMPORARY.sub("ComfyUI_temp_xxxxx_", _UUID.sub("UUID", value)) if isinstance(value, str) else value


def _picture(raw: Raw) -> dict[str, Any] | str:
    """Its shape, and of a PNG the pixels; the text of what only calls itself a picture."""
    try:
        with Image.open(io.BytesIO(raw.content)) as picture:
            shape: dict[str, Any] = {"format": picture.format, "mode": picture.mode, "size": list(picture.size)}
            if picture.format == "PNG":
                shape["pixels"] = hashlib.sha256(picture.tobytes()).hexdigest()
            return shape
    except UnidentifiedImageError:
        return raw.text


def _nodes(request: Request) -> list[dict[str, Any]]:
    graph = (request.json or {}).get("prompt")
    nodes = graph.values() if isinstance(graph, dict) else ()
    return [node for node in nodes if isinstance(node, dict) and isinstance(node.get("class_type"), str)]


def _inputs(node: dict[str, Any]) -> dict[str, Any]:
    inputs = node.get("inputs")
    return inputs if isinstance(inputs, dict) else {}


def _is_abrupt(*answers: dict[str, Any]) -> bool:
    """An exception or a cycle ends the checks of a node in the middle."""
    text = json.dumps(answers)
    return any(name in text for name in ("exception_during", "dependency_cycle"))
