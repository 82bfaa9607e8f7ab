"""``POST /prompt``: from a body to a queue item, or to the error that refuses it."""

import json
import time
import uuid
from collections.abc import Callable
from typing import Any

from bot.comfy.simulator.catalogue import Catalogue
from bot.comfy.simulator.folders import Folders
from bot.comfy.simulator.jobs import is_job_id
from bot.comfy.simulator.own_checks import OwnCheck, find_own_check
from bot.comfy.simulator.validation import error_of, validate
from bot.comfy.simulator.versions import Version
from bot.comfy.simulator.wire import Item, Payload

_CANONICAL = (
    "prompt_id must be a UUID string in canonical lowercase hyphenated form; omit it to let the server generate one"
)
_SECRETS = ("auth_token_comfy_org", "api_key_comfy_org")


class Submissions:
    """The counter and the checks. ``number`` counts refused bodies too."""

    def __init__(
        self, catalogue: Catalogue, folders: Folders, version: Version, missing: Callable[[], str | None]
    ) -> None:
        self._catalogue = catalogue
        self._folders = folders
        self._version = version
        self._missing = missing
        self._number = 0

    def accept(self, text: str, put: Callable[[Item], None], usage_source: str = "") -> tuple[int, Payload]:
        """Status and body of the answer. Raises on bodies for which the real server answers 500."""
        body = json.loads(text)
        number = self._take_number(body)
        if "prompt" not in body:
            return _refusal(error_of("no_prompt", "No prompt provided", "No prompt provided"))
        try:
            prompt_id = self._choose_id(body)
        except ValueError:
            return _refusal(error_of("invalid_prompt_id", "prompt_id must be a valid UUID", _CANONICAL))
        graph = body["prompt"]
        targets = body.get("partial_execution_targets") if self._version.partial_targets else None
        self._catalogue.refresh(self._missing())
        verdict = validate(
            graph, targets, catalogue=self._catalogue, version=self._version, own_checks=self._find_own_check
        )
        extra = body.get("extra_data", {})
        if "client_id" in body:
            extra["client_id"] = body["client_id"]
        if self._version.uuid_ids and "comfy_usage_source" not in extra and usage_source:
            extra["comfy_usage_source"] = usage_source
        if verdict.error:
            return _refusal(verdict.error, verdict.node_errors)
        put((number, prompt_id, graph, *self._tail(extra, verdict.outputs)))
        return 200, {"prompt_id": prompt_id, "number": number, "node_errors": verdict.node_errors}

    def _choose_id(self, body: Payload) -> str:
        """Raises ValueError where the id must be a UUID and is none."""
        if not self._version.client_ids:
            return str(uuid.uuid4())
        if not self._version.uuid_ids:
            return str(body.get("prompt_id", uuid.uuid4()))
        wanted = body.get("prompt_id")
        if wanted is not None and not is_job_id(wanted):
            raise ValueError(wanted)
        return wanted or str(uuid.uuid4())

    def _take_number(self, body: Any) -> float:
        if "number" in body:
            return float(body["number"])
        front = "front" in body and body["front"]
        number = -self._number if front else self._number
        self._number += 1
        return number

    def _tail(self, extra: Payload, outputs: list[str]) -> tuple[object, ...]:
        """Extra data as it is shown, the outputs to run, and what is kept from view."""
        secrets = {key: extra.pop(key) for key in _SECRETS if key in extra} if self._version.jobs else {}
        if self._version.create_time:
            extra["create_time"] = int(time.time() * 1000)
        return extra, outputs, secrets

    def _find_own_check(self, class_type: str) -> OwnCheck | None:
        return find_own_check(class_type, self._folders, self._version)


def _refusal(error: Payload, node_errors: Payload | None = None) -> tuple[int, Payload]:
    return 400, {"error": error, "node_errors": node_errors or {}}
