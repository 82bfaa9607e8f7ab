"""The least a program can do for one job: listen, fetch the picture, send one PATCH; a process of its own for `lag`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import aiohttp

FLAGS = {"type": "feature_flags", "data": {"supports_preview_metadata": True}}


class Bare:
    """One socket to one ComfyUI. `frames` holds what it said about the last job."""

    def __init__(self, session: aiohttp.ClientSession, url: str, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._session = session
        self._url = url
        self._socket = socket
        self.client_id = ""
        self.frames: list[str | bytes] = []

    @classmethod
    @asynccontextmanager
    async def connected(cls, url: str) -> AsyncGenerator[Bare, None]:
        """Flags first, as the bot does, so that both get the same frames."""
        client_id = uuid4().hex
        async with (
            aiohttp.ClientSession() as session,
            session.ws_connect(f"{url}/api/ws", params={"clientId": client_id}, max_msg_size=2**28) as socket,
        ):
            await socket.send_json(FLAGS)
            bare = cls(session, url, socket)
            bare.client_id = client_id
            yield bare

    async def run(self, graph: Mapping[str, Any], prompt_id: str) -> None:
        """Post it, and listen until the end marker."""
        body = {
            "prompt": graph,
            "prompt_id": prompt_id,
            "client_id": self.client_id,
            "extra_data": {"preview_method": "auto"},
        }
        self.frames = []
        async with self._session.post(f"{self._url}/api/prompt", json=body) as answer:
            answer.raise_for_status()
        async for message in self._socket:
            self.frames.append(message.data)
            if message.type is aiohttp.WSMsgType.TEXT and _ends(message.json(), prompt_id):
                return
        raise ConnectionError("the socket closed")

    async def picture(self, prompt_id: str) -> bytes:
        """GET /history/{id}, then GET /view."""
        async with self._session.get(f"{self._url}/api/history/{prompt_id}") as answer:
            outputs = (await answer.json())[prompt_id]["outputs"]
        wanted = next(file for shown in outputs.values() for file in shown.get("images", ()))
        async with self._session.get(f"{self._url}/api/view", params=wanted) as answer:
            return await answer.read()

    async def edit(self, url: str, payload: Mapping[str, Any], picture: bytes) -> None:
        """One PATCH, the JSON and the file as two parts."""
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("payload_json", json.dumps(payload), content_type="application/json")
        name = payload["attachments"][0]["filename"]
        form.add_field("files[0]", picture, filename=name, content_type="application/octet-stream")
        async with self._session.patch(url, data=form) as answer:
            answer.raise_for_status()
            await answer.read()


def _ends(envelope: Mapping[str, Any], prompt_id: str) -> bool:
    data = envelope.get("data") or {}
    return envelope.get("type") == "executing" and data.get("node") is None and data.get("prompt_id") == prompt_id


async def serve(url: str) -> None:
    """One JSON object per line comes in for each job; an empty line goes out when it is done."""
    async with Bare.connected(url) as bare:
        print(flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            task = json.loads(line)
            await bare.run(task["graph"], task["prompt_id"])
            await bare.edit(task["edit"], task["payload"], await bare.picture(task["prompt_id"]))
            print(flush=True)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1]))
