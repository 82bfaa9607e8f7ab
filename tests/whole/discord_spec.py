"""Discord's own OpenAPI description, held against every request a bot made and every answer it got."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from bot.playground import DiscordServer, Request
from tests.shared import shared_path

URI = "urn:discord"


class DiscordSpec:
    """`mistakes(server)` lists what does not conform; the only patch is that ids may be integers, as the docs allow."""

    def __init__(self, document: dict[str, Any]) -> None:
        document["components"]["schemas"]["SnowflakeType"] = {"type": ["string", "integer"]}
        self.document = document
        resource = Resource.from_contents(document, default_specification=DRAFT202012)
        self._registry = Registry().with_resource(URI, resource)
        self._paths = [(_pattern(path), path) for path in sorted(document["paths"], key=lambda path: path.count("{"))]
        self._validators: dict[str, Draft202012Validator] = {}
        self.checked = 0

    def mistakes(self, server: DiscordServer) -> list[str]:
        return [mistake for request in server.requests for mistake in self._mistakes(request)]

    def _mistakes(self, request: Request) -> Iterator[str]:
        path = next((path for pattern, path in self._paths if pattern.fullmatch(request.path)), None)
        operation = self.document["paths"].get(path, {}).get(request.method.lower())
        if path is None or operation is None:
            yield f"{request.method} {request.path}: no such route"
            return
        place = f"#/paths/{_escaped(path)}/{request.method.lower()}"
        kind = "multipart/form-data" if request.files else "application/json"
        if request.payload is not None and request.status and request.status < 400:
            yield from self._check(request, f"{place}/requestBody/content/{_escaped(kind)}/schema", request.payload)
        if request.status in (200, 201):
            answer = f"{place}/responses/{request.status}/content/application~1json/schema"
            yield from self._check(request, answer, request.answer)

    def _check(self, request: Request, pointer: str, value: object) -> Iterator[str]:
        validator = self._validators.get(pointer)
        if validator is None:
            validator = Draft202012Validator({"$ref": URI + pointer}, registry=self._registry)
            self._validators[pointer] = validator
        error = best_match(validator.iter_errors(value))
        self.checked += 1
        if error:
            yield f"{request.method} {request.path} {pointer.split('/')[4]} {error.json_path}: {error.message[:300]}"


@cache
def discord_spec() -> DiscordSpec:
    """Read once per process; skips where the file is not there."""
    return DiscordSpec(json.loads(shared_path("reference/discord-openapi.json").read_text(encoding="utf-8")))


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)))


def _escaped(text: str) -> str:
    return text.replace("~", "~0").replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
