"""Frames of ComfyUI's WebSocket -> events; never raises, whatever a server or its custom nodes send."""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Callable
from typing import Any

from bot.comfy.events import (
    Event,
    Executed,
    Executing,
    ExecutionCached,
    ExecutionError,
    ExecutionInterrupted,
    ExecutionStart,
    ExecutionSuccess,
    FeatureFlags,
    NodeState,
    NodeText,
    Preview,
    ProgressState,
    Status,
    StepProgress,
)

log = logging.getLogger(__name__)

Data = dict[str, Any]

# binary frames begin with one of these, big-endian (ComfyUI protocol.py, BinaryEventTypes)
PREVIEW, TEXT, PREVIEW_WITH_METADATA = 1, 3, 4
FORMATS = {1: "image/jpeg", 2: "image/png"}
BLOCKED = "ExecutionBlocked"


def parse(frame: str | bytes) -> Event | None:
    """The event in a frame. None for a type nobody here needs, and for a malformed frame, which is logged."""
    try:
        return _parse_binary(frame) if isinstance(frame, bytes) else _parse_text(frame)
    except (ValueError, RecursionError) as fault:
        log.warning("a malformed frame of %d characters was skipped: %s", len(frame), str(fault)[:120])
        return None


def _parse_text(frame: str) -> Event | None:
    envelope = json.loads(frame)  # takes NaN and Infinity too, which ComfyUI sends
    if not isinstance(envelope, dict):
        raise ValueError("not an object")
    kind, data = envelope.get("type"), envelope.get("data")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        return None
    if not isinstance(data, dict):
        raise ValueError(f"{kind} without data")
    return reader(data)


def _parse_binary(frame: bytes) -> Event | None:
    kind = _number_at(frame, 0)
    if kind == PREVIEW:
        content_type = FORMATS.get(_number_at(frame, 4))
        return Preview(None, None, content_type, frame[8:]) if content_type else None
    if kind == TEXT:
        node, text = _split(frame)
        return NodeText(None, node.decode(), text.decode(errors="replace"))
    if kind == PREVIEW_WITH_METADATA:
        return _preview(*_split(frame))
    return None


def _preview(packed: bytes, image: bytes) -> Preview:
    data = json.loads(packed)
    if not isinstance(data, dict):
        raise ValueError("preview metadata is no object")
    node = _word(data, "display_node_id") or _word(data, "node_id")
    return Preview(_word(data, "prompt_id"), node, _word(data, "image_type") or "image/jpeg", image)


def _split(frame: bytes) -> tuple[bytes, bytes]:
    """A length at offset 4, that many bytes, the rest."""
    end = 8 + _number_at(frame, 4)
    if end > len(frame):
        raise ValueError("a binary frame ends inside its header")
    return frame[8:end], frame[end:]


def _number_at(frame: bytes, offset: int) -> int:
    if len(frame) < offset + 4:
        raise ValueError("a binary frame ends inside its header")
    return int.from_bytes(frame[offset : offset + 4], "big")


def _status(data: Data) -> Status:
    info = _object(_object(data, "status"), "exec_info")
    return Status(None, int(_number(info, "queue_remaining")), _word(data, "sid"))


def _progress_state(data: Data) -> ProgressState:
    nodes = _object(data, "nodes")
    return ProgressState(_word(data, "prompt_id"), {node: _node_state(nodes, node) for node in nodes})


def _node_state(nodes: Data, node: str) -> NodeState:
    state = _object(nodes, node)
    return NodeState(_number(state, "value"), _number(state, "max"), state.get("state") == "finished")


def _executing(data: Data) -> Executing:
    node = _word(data, "node")
    return Executing(_word(data, "prompt_id"), node, _word(data, "display_node") or node)


def _executed(data: Data) -> Executed:
    node = _needed(data, "node")
    output = data.get("output")
    shown = _word(data, "display_node") or node
    return Executed(_word(data, "prompt_id"), node, shown, output if isinstance(output, dict) else {})


def _step(data: Data) -> StepProgress:
    return StepProgress(_word(data, "prompt_id"), _word(data, "node"), _number(data, "value"), _number(data, "max"))


def _cached(data: Data) -> ExecutionCached:
    nodes = data.get("nodes")
    known = nodes if isinstance(nodes, list) else []
    return ExecutionCached(_word(data, "prompt_id"), tuple(node for node in known if isinstance(node, str)))


def _error(data: Data) -> ExecutionError:
    kind = _word(data, "exception_type") or ""
    return ExecutionError(
        _word(data, "prompt_id"),
        node=_word(data, "node_id") or "",
        node_type=_word(data, "node_type") or "",
        exception_type=kind,
        message=_word(data, "exception_message") or "",
        blocked=kind == BLOCKED,
    )


_READERS: dict[str, Callable[[Data], Event]] = {
    "status": _status,
    "feature_flags": lambda data: FeatureFlags(None, data),
    "execution_start": lambda data: ExecutionStart(_word(data, "prompt_id")),
    "execution_cached": _cached,
    "executing": _executing,
    "progress": _step,
    "progress_state": _progress_state,
    "executed": _executed,
    "execution_success": lambda data: ExecutionSuccess(_word(data, "prompt_id")),
    "execution_error": _error,
    "execution_interrupted": lambda data: ExecutionInterrupted(_word(data, "prompt_id"), _word(data, "node_id")),
}


def _word(data: Data, key: str) -> str | None:
    value = data.get(key)
    return value if isinstance(value, str) else None


def _needed(data: Data, key: str) -> str:
    value = _word(data, key)
    if value is None:
        raise ValueError(f"no {key}")
    return value


def _object(data: Data, key: str) -> Data:
    value = data.get(key)
    if not isinstance(value, dict):
        raise ValueError(f"{key} is no object")
    return value


def _number(data: Data, key: str) -> float:
    """A finite number; a NaN or an infinity is 0."""
    value = data.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{key} is no number")
    try:
        number = float(value)
    except OverflowError:
        return 0.0
    return number if math.isfinite(number) else 0.0
