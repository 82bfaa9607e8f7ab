"""A REST client without any library: every byte that Discord gets is in the test's hands."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.playground import DiscordServer
from bot.playground.interaction import AUTOCOMPLETE, COMMAND, COMPONENT, MODAL, Interaction

V2 = 1 << 15
TEXT = {"type": 10, "content": "words"}


@dataclass(frozen=True)
class Answer:
    status: int
    #: the JSON, or the text where it is none
    body: Any
    headers: Mapping[str, str]

    @property
    def code(self) -> tuple[int, int]:
        """HTTP status and Discord's own code."""
        return self.status, self.body.get("code", 0)

    @property
    def mistakes(self) -> dict[str, str]:
        """Discord's code for each field at fault, by its path."""
        return dict(_mistakes(self.body.get("errors") or {}, ""))


class RawBot:
    def __init__(self, session: aiohttp.ClientSession, server: DiscordServer) -> None:
        self.session = session
        self.server = server
        self.app = server.world.bot.id
        self.place = f"/channels/{server.channel('general').id}"

    async def ask(
        self,
        method: str,
        path: str,
        payload: object = None,
        *,
        files: Mapping[str, bytes] | None = None,
        token: str | None = "",
        **more: Any,
    ) -> Answer:
        """One request; with `files` as a form. `token` is sent instead of the right one, none for no header."""
        if files is not None:
            more["data"] = _form(payload, files)
        elif payload is not None:
            more["data"] = json.dumps(payload)
            more["headers"] = {"Content-Type": "application/json"} | more.get("headers", {})
        headers = dict(more.pop("headers", {}))
        if token is not None:
            headers.setdefault("Authorization", token or f"Bot {self.server.token}")
        url = path if path.startswith("http") else f"{self.server.url}/api/v10{path}"
        async with self.session.request(method, url, headers=headers, **more) as response:
            text = await response.text()
            is_json = response.content_type == "application/json"
            return Answer(response.status, json.loads(text) if is_json else text, response.headers)

    async def send(self, payload: object = None, **more: Any) -> Answer:
        """A message in #general."""
        return await self.ask("POST", f"{self.place}/messages", payload or {"content": "here"}, **more)

    def interaction(self, kind: int = COMMAND, **data: Any) -> Interaction:
        """Something that alice did."""
        person = self.server.person("alice")
        source = None
        if kind in (COMPONENT, MODAL):
            source = self.server.parts.messages.create(
                self.server.channel("general"), self.server.world.bot, {"flags": V2, "components": [TEXT]}, {}
            )
        content = {"id": "1", "name": "act", "type": 1, "options": [], "custom_id": "go", "component_type": 2} | data
        channel = self.server.channel("general")
        return self.server.parts.interactions.open(kind, person.user, channel, content, owners={}, source=source)

    async def answer(self, interaction: Interaction, payload: object, **more: Any) -> Answer:
        path = f"/interactions/{interaction.id}/{interaction.token}/callback?with_response=1"
        return await self.ask("POST", path, payload, token=None, **more)

    async def webhook(
        self, interaction: Interaction, method: str, tail: str, payload: object = None, **more: Any
    ) -> Answer:
        path = f"/webhooks/{self.app}/{interaction.token}{tail}"
        return await self.ask(method, path, payload, token=None, **more)


@asynccontextmanager
async def raw_bot(server: DiscordServer) -> AsyncIterator[RawBot]:
    async with aiohttp.ClientSession() as session:
        yield RawBot(session, server)


def focused(kind: int = 3) -> dict[str, Any]:
    """What is sent while an option of this type is typed."""
    return {"options": [{"type": kind, "name": "colour", "value": "re", "focused": True}]}


__all__ = ["AUTOCOMPLETE", "COMMAND", "COMPONENT", "MODAL", "V2", "Answer", "RawBot", "focused", "raw_bot"]


def _form(payload: object, files: Mapping[str, bytes]) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    if payload is not None:
        form.add_field("payload_json", json.dumps(payload), content_type="application/json")
    for number, (name, data) in enumerate(files.items()):
        form.add_field(f"files[{number}]", data, filename=name, content_type="application/octet-stream")
    return form


def _mistakes(errors: Mapping[str, Any], path: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, inside in errors.items():
        if key == "_errors":
            found += [(path, entry["code"]) for entry in inside]
        else:
            found += _mistakes(inside, f"{path}.{key}" if path else key)
    return found
