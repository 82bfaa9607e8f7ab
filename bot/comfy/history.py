"""A history entry -> how its prompt ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bot.comfy.events import Settled
from bot.comfy.failures import node_failure
from bot.comfy.outputs import collect
from bot.failures import NodeFailed

Messages = Mapping[str, Mapping[str, Any]]

ENDINGS = ("execution_success", "execution_error", "execution_interrupted")


def settle(entry: Mapping[str, Any], prompt_id: str, graph: Mapping[str, Any]) -> Settled:
    """`entry` is what `/history/{id}` has under the id. An interrupted prompt is a cancelled one."""
    status = entry.get("status")
    messages = dict(_messages(status))
    seconds = _seconds(messages)
    if "execution_interrupted" in messages:
        return Settled(prompt_id, "cancelled", seconds=seconds)
    if "execution_error" in messages:
        return Settled(prompt_id, "failed", failure=node_failure(messages["execution_error"], graph), seconds=seconds)
    if isinstance(status, dict) and status.get("status_str") == "error":
        return Settled(
            prompt_id, "failed", failure=NodeFailed("ComfyUI", reason="it does not say why"), seconds=seconds
        )
    outputs = collect(entry.get("outputs"), graph, meta=entry.get("meta"))
    return Settled(prompt_id, "done", outputs, seconds=seconds)


def _messages(status: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Name and data of each; the last of a name counts, as an id can have been run twice."""
    listed = status.get("messages") if isinstance(status, dict) else None
    for message in listed if isinstance(listed, list) else ():
        if isinstance(message, list) and len(message) == 2 and isinstance(message[0], str):
            yield message[0], message[1] if isinstance(message[1], dict) else {}


def _seconds(messages: Messages) -> float | None:
    start = _milliseconds(messages, "execution_start")
    end = next((at for at in (_milliseconds(messages, name) for name in ENDINGS) if at is not None), None)
    return None if start is None or end is None or end < start else (end - start) / 1000


def _milliseconds(messages: Messages, name: str) -> float | None:
    at = messages.get(name, {}).get("timestamp")
    return at if isinstance(at, int | float) and not isinstance(at, bool) else None
