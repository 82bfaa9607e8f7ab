"""Discord's own OpenAPI description, held against every request, answer and event."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from jsonschema_rs import Draft202012, Draft202012Validator, Registry

from bot.playground import Request
from tests.shared import SHARED, shared_path

URI = "urn:discord"
#: ids, times and the addresses of files, which all are strings
MOMENTARY = re.compile(r'"(\d{15,20}|\d{4}-\d\d-\d\dT[\d:.+]+|http://127\.[^"]*)"')
FILE = "reference/discord-openapi.json"
#: the parts of events that REST answers hold as well
EVENT_PARTS = {
    "member": "GuildMemberResponse",
    "message": "MessageResponse",
    "user": "UserResponse",
    "roles": "GuildRoleResponse",
    "role": "GuildRoleResponse",
    "members": "GuildMemberResponse",
    "threads": "ThreadResponse",
    "entitlements": "EntitlementResponse",
}
EVENTS = {"GUILD_CREATE": "GuildResponse", "THREAD_CREATE": "ThreadResponse", "THREAD_UPDATE": "ThreadResponse"}


@dataclass(frozen=True)
class Operation:
    """One method of one path; `place` is where it is described."""

    place: str
    described: Mapping[str, Any]


class DiscordSpec:
    """What does not conform, in a sentence each; the only patch is that ids may be integers, as the docs allow."""

    def __init__(self, document: dict[str, Any]) -> None:
        document["components"]["schemas"]["SnowflakeType"] = {"type": ["string", "integer"]}
        self.document = document
        self._registry = Registry([(URI, document)], draft=Draft202012)
        # the fewer holes a path has the better it fits
        self._paths = [(_pattern(path), path) for path in sorted(document["paths"], key=lambda path: path.count("{"))]
        self._validators: dict[str, Draft202012Validator] = {}
        #: what was found before in values that differ in nothing but ids, times and addresses
        self._known: dict[tuple[str, str], str] = {}
        self.checked = 0

    def operation(self, request: Request) -> Operation | None:
        path = next((path for pattern, path in self._paths if pattern.fullmatch(request.path)), "")
        described = self.document["paths"].get(path, {}).get(request.method.lower())
        return Operation(f"#/paths/{_escaped(path)}/{request.method.lower()}", described) if described else None

    def mistakes(self, request: Request) -> list[str]:
        """Of one request that was carried out, and of its answer."""
        if request.status is None or request.status >= 500:
            return []
        if request.status >= 400:
            return [f"{request.method} {request.path} error {error}" for error in self.error_mistakes(request.answer)]
        operation = self.operation(request)
        if operation is None:
            return [f"{request.method} {request.path}: no such route"]
        found = [*self.request_mistakes(operation, request), *self.answer_mistakes(operation, request)]
        return [f"{request.method} {request.path} {mistake}" for mistake in found]

    def request_mistakes(self, operation: Operation, request: Request) -> Iterator[str]:
        known = {entry["name"]: entry for entry in operation.described.get("parameters", []) if entry["in"] == "query"}
        for name in request.query.keys() - known.keys():
            yield f"request ?{name}: no such parameter"
        kinds = operation.described.get("requestBody", {}).get("content", {})
        kind = "multipart/form-data" if request.files else "application/json"
        if request.payload is not None and kind in kinds:
            pointer = f"{operation.place}/requestBody/content/{_escaped(kind)}/schema"
            yield from self._check("request", pointer, request.payload)
        elif request.payload is not None:
            yield f"request body: none of {kind} is described"

    def answer_mistakes(self, operation: Operation, request: Request) -> Iterator[str]:
        answers = operation.described["responses"]
        if str(request.status) not in answers:
            yield f"answer: no {request.status} is described"
        elif "content" in answers[str(request.status)]:
            pointer = f"{operation.place}/responses/{request.status}/content/application~1json/schema"
            yield from self._check("answer", pointer, request.answer)

    def error_mistakes(self, answer: object) -> Iterator[str]:
        """An error's code and sentence, and the list of mistakes in a form.

        The description says that their codes are numbers, which they are not: BASE_TYPE_REQUIRED.
        """
        if answer is None:
            return  # from Cloudflare, before Discord: no JSON
        kind = "RatelimitedResponse" if isinstance(answer, dict) and "retry_after" in answer else "Error"
        yield from self._check("answer", f"#/components/schemas/{kind}", answer)
        if isinstance(answer, dict) and "errors" in answer:
            yield from _error_details(answer["errors"], "errors")

    def event_mistakes(self, event: str, data: Mapping[str, Any]) -> list[str]:
        """Of the parts of an event that are described for REST."""
        if data.get("unavailable"):
            return []
        found: list[str] = []
        if event in EVENTS:
            found += self._check("event", f"#/components/schemas/{EVENTS[event]}", data)
        if not event.startswith(("GUILD_MEMBER_", "MESSAGE_", "PRESENCE_")):
            for key in EVENT_PARTS.keys() & data.keys():
                parts = data[key] if isinstance(data[key], list) else [data[key]]
                for part in parts:
                    found += self._check(f"event's {key}", f"#/components/schemas/{EVENT_PARTS[key]}", part)
        return [f"{event} {mistake}" for mistake in found]

    def refuses(self, request: Request) -> bool:
        """Whether the description does not let this body through."""
        operation = self.operation(request)
        return operation is not None and any(self.request_mistakes(operation, request))

    def _check(self, what: str, pointer: str, value: object) -> Iterator[str]:
        self.checked += 1
        key = pointer, MOMENTARY.sub('"0"', json.dumps(value))
        if key not in self._known:
            self._known[key] = self._error(pointer, value)
        if self._known[key]:
            yield f"{what} {self._known[key]}"

    def _error(self, pointer: str, value: object) -> str:
        validator = self._validators.get(pointer)
        if validator is None:
            validator = Draft202012Validator({"$ref": URI + pointer}, registry=self._registry)
            self._validators[pointer] = validator
        error = next(validator.iter_errors(value), None)
        return f"{_place(error.instance_path)}: {error.message[:300]}" if error else ""


@cache
def discord_spec() -> DiscordSpec:
    """Read once per process; skips where the file is not there."""
    return DiscordSpec(json.loads(shared_path(FILE).read_text(encoding="utf-8")))


def spec_at_hand() -> DiscordSpec | None:
    return discord_spec() if (SHARED / FILE).exists() else None


def _error_details(errors: object, place: str) -> Iterator[str]:
    if not isinstance(errors, dict):
        yield f"{place}: not an object"
        return
    for key, inside in errors.items():
        if key != "_errors":
            yield from _error_details(inside, f"{place}.{key}")
        elif not all(isinstance(entry["code"], str) and isinstance(entry["message"], str) for entry in inside):
            yield f"{place}: a mistake without code or message"


def _place(path: Iterable[str | int]) -> str:
    return "$" + "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))


def _escaped(text: str) -> str:
    return text.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
