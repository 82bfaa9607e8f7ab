"""Requests that a recording left out, told from the events they had: prompts, and interrupts of what runs."""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from tests.wire.exchange import Exchange
from tests.wire.simulated import EMPTY, text_to_image

Line = dict[str, Any]


def requests_behind(trace: list[Line]) -> list[Exchange]:
    """For a recording without any HTTP, in the order the server handled them."""
    events = [line["json"] for line in trace if line["kind"] == "ws-text" and line["dir"] == "recv"]
    started = iter([event["data"]["prompt_id"] for event in events if event["type"] == "execution_start"])
    numbers = iter(range(len(events)))
    sampled = any(event["data"].get("node") == "3" for event in events)
    prefix = next(iter(re.findall(r"'filename': '(\w+)_\d{5}_", str(events))), "empty")
    return [
        _interrupt(interrupted) if interrupted else _post(next(started), next(numbers), None if sampled else prefix)
        for interrupted in _effects(events)
    ]


def _effects(events: list[dict[str, Any]]) -> Iterator[str | None]:
    """The prompt that was interrupted, or None where one was queued."""
    remaining = 0
    for event in events:
        if event["type"] == "execution_interrupted":
            yield event["data"]["prompt_id"]
        elif event["type"] == "status":
            count = event["data"]["status"]["exec_info"]["queue_remaining"]
            if count > remaining:
                yield None
            remaining = count


def _post(prompt_id: str, number: int, prefix: str | None) -> Exchange:
    body = {"prompt": _graph(number, prefix), "client_id": "rec-A"}
    answer = {"prompt_id": prompt_id, "number": number, "node_errors": {}}
    headers = {"Content-Type": "application/json; charset=utf-8"}
    request = {"method": "POST", "path": "/prompt", "body": body}
    return Exchange(request, {"status": 200, "headers": headers, "body": answer})


def _interrupt(prompt_id: str) -> Exchange:
    request = {"method": "POST", "path": "/interrupt", "body": {"prompt_id": prompt_id}}
    return Exchange(request, {"status": 200, "headers": {}})


def _graph(number: int, prefix: str | None) -> Any:
    if prefix is None:
        return text_to_image(seed=number, checkpoint="tiny-sd15-random.safetensors")
    graph: Any = deepcopy(EMPTY)
    graph["1"]["inputs"]["color"] = number
    graph["2"]["inputs"]["filename_prefix"] = prefix
    return graph
