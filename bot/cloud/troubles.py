"""What the Comfy API v2 answers instead of doing it -> our errors, each with what to do about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeGuard

from bot.comfy.http import Uncertain
from bot.comfy.paths import first_line
from bot.comfy.refusals import Choices, refusal, title_of
from bot.errors import BackendUnreachable, CloudBusy, CloudStopped, CreditsGone, EaselError, KeyRefused, NotComfyApi
from bot.failures import CloudTooLarge, PartnerNodesOff, PromptRefused

if TYPE_CHECKING:
    import httpx
    from comfy_low import ApiError

Graph = Mapping[str, Any]

#: seconds until a cloud that names no time is asked again after a 429
PAUSE, PAUSE_MOST = 5.0, 300.0

# ComfyUI server.py since 0.12: "Node 'My title' not found. The custom node may not be installed."
_MISSING_NODE = re.compile(r"^Node '(?P<title>.+)' not found")


class Unknown(BackendUnreachable):
    """The API answers that there is no such job, or no such asset."""


class KeyReused(BackendUnreachable):
    """An earlier request with the same idempotency key got there (they are refused, not answered again)."""


def trouble(backend: str, error: ApiError) -> EaselError:
    """Of any request. `Uncertain` where it may have been done all the same, as gateways say 5xx too."""
    status, code, said = error.http_status, error.code, first_line(error.message)
    if "partner" in f"{code} {said}".lower() and status in {400, 403, 422}:
        return PartnerNodesOff(code, said)
    if status in _TROUBLES:
        return _TROUBLES[status](backend, said)
    match status, code:
        case 429, _:
            return CloudBusy(backend, said, seconds=min(max(error.retry_after or PAUSE, 1.0), PAUSE_MOST))
        case _, "deployment_stopped":
            return CloudStopped(backend, said)
        case _, "idempotency_key_reuse":
            return KeyReused(backend, said)
        case 404, _:
            # a proxy that lost its upstream says 404 as well, and knows nothing of jobs
            return (NotComfyApi if error.message == f"HTTP {status}" else Unknown)(backend, said)
        case 413, _:
            return CloudTooLarge(code, said)
        case ((400 | 409 | 422), _):
            return PromptRefused(code, said)
    return (Uncertain if status >= 500 else NotComfyApi)(backend, said or f"HTTP {status}")


_TROUBLES: dict[int, type[BackendUnreachable]] = {401: KeyRefused, 402: CreditsGone, 403: KeyRefused}


def refused(error: ApiError, graph: Graph, choices: Choices) -> PromptRefused:
    """Why a graph was not taken, by node where the answer says which: as ComfyUI puts it, or as the API's own terms."""
    said = error.message
    named = (error.details or {}).get("node_errors")
    faults = {str(node): _fault(entry, graph, str(node)) for node, entry in named.items()} if _is_map(named) else {}
    body: dict[str, Any] = {"error": {"type": error.code, "message": said}, "node_errors": faults}
    if found := _MISSING_NODE.match(said):
        node = next((key for key in graph if title_of(graph, key) == found["title"]), "")
        kind = str(graph[node].get("class_type", "")) if node else found["title"]
        body["error"] |= {"type": "missing_node_type", "extra_info": {"class_type": kind, "node_id": node}}
    elif "does not exist" in said:
        body["error"]["type"] = "invalid_prompt"
    return refusal(body, graph, choices)


def is_envelope(response: httpx.Response) -> bool:
    """Whether an error is the API's own, and not that of something in front of it."""
    try:
        body = response.json()
    except (ValueError, RecursionError):
        return False
    error = body.get("error") if isinstance(body, dict) else None
    return isinstance(error, dict) and isinstance(error.get("code"), str)


def _fault(entry: object, graph: Graph, node: str) -> object:
    """A node's errors in ComfyUI's shape; the API's own is a list of `field` and `reason`."""
    if not isinstance(entry, list):
        return entry
    errors = [
        {"type": "refused", "message": str(one.get("reason", "")), "extra_info": {"input_name": one.get("field")}}
        for one in entry
        if isinstance(one, dict)
    ]
    found = graph.get(node)
    return {"class_type": found.get("class_type") if _is_map(found) else "", "errors": errors}


def _is_map(value: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)
