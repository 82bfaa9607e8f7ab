"""One ComfyUI server over the shared HTTP session: its routes, and one socket until it closes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.comfy.events import Event, Output
from bot.comfy.http import Http, Uncertain
from bot.comfy.parsing import parse
from bot.comfy.version import Version
from bot.errors import BackendUnreachable, EaselError
from bot.failures import PromptRefused, ServerLost
from bot.text import _

log = logging.getLogger(__name__)

# aiohttp's own 4 MiB is less than SaveImageWebsocket sends for one large picture
FRAME_CEILING = 256 * 2**20
# the server's loop stalls for seconds while it imports, lists its nodes or collects garbage
HEARTBEAT = 30.0
UPLOAD_TIMEOUT = 600.0
HANDSHAKE = 30.0
TRIES = 3


@dataclass(eq=False)
class TooLarge(EaselError):
    """A file above a ceiling; `size` in bytes where it is known."""

    size: int | None

    def sentence(self) -> str:
        return _("The file is too large.")


@dataclass(frozen=True)
class Answer:
    """What POST /prompt came back with, 200 or 4xx; `body` is {} where it was no JSON object."""

    status: int
    body: Mapping[str, Any]


@dataclass(frozen=True)
class ServerQueue:
    """Prompt ids on the server: those it runs, and those which wait, in the order they will run."""

    running: tuple[str, ...]
    pending: tuple[str, ...]

    def ahead_of(self, prompt_id: str) -> int | None:
        """How many come before it; None when it is not waiting there."""
        if prompt_id not in self.pending:
            return None
        return self.pending.index(prompt_id) + len(self.running)


class ComfyClient:
    """Every method raises BackendUnreachable when the server does not answer, or not as ComfyUI does.

    `url` may hold a path prefix and `user:password@`; that and `headers` go with HTTP and WebSocket alike.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        timeout: float = 60.0,
    ) -> None:
        self._http = Http(session, url, headers or {}, timeout=timeout)

    @property
    def name(self) -> str:
        """The address without credentials; stored with jobs and shown in logs."""
        return self._http.base

    async def version(self) -> Version:
        """GET /system_stats."""
        system = _object(await self._http.json("GET", "/api/system_stats"), self.name).get("system")
        system = _object(system, self.name)
        return Version(str(system.get("comfyui_version") or "unknown"))

    async def memory(self) -> tuple[int, int] | None:
        """GET /system_stats: bytes of its devices that are free, and all; None where it says nothing of them."""
        found = _object(await self._http.json("GET", "/api/system_stats"), self.name).get("devices")
        devices = [device for device in (found if isinstance(found, list) else ()) if isinstance(device, dict)]
        pairs = [(device.get("vram_free"), device.get("vram_total")) for device in devices]
        sizes = [(free, total) for free, total in pairs if isinstance(free, int) and isinstance(total, int)]
        return (sum(free for free, _total in sizes), sum(total for _free, total in sizes)) if sizes else None

    async def object_info(self) -> bytes:
        """GET /object_info, unparsed: a megabyte or more, best read in a thread."""
        return await self._http.body("GET", "/api/object_info")

    async def queue(self) -> ServerQueue:
        """GET /queue in the order prompts will run: `queue_pending` is a heap (ComfyUI execution.py)."""
        found = _object(await self._http.json("GET", "/api/queue"), self.name)
        running = [item[1] for item in _items(found.get("queue_running"))]
        pending = sorted(_items(found.get("queue_pending")))
        return ServerQueue(tuple(running), tuple(prompt_id for _number, prompt_id in pending))

    async def history(self, prompt_id: str) -> Mapping[str, Any] | None:
        """GET /history/{id}: the entry of a finished prompt, None for waiting, running and unknown ones."""
        found = _object(await self._http.json("GET", f"/api/history/{quote(prompt_id)}"), self.name)
        entry = found.get(prompt_id)
        return entry if isinstance(entry, dict) else None

    async def job(self, prompt_id: str) -> str | None:
        """GET /api/jobs/{id}, since 0.6: its status, such as `in_progress`, or None for an unknown one."""
        async with self._http.request("GET", f"/api/jobs/{quote(prompt_id)}") as response:
            found = await self._http.read_json(response)
            if response.status == 404 and isinstance(found, dict) and "error" in found:
                return None  # ComfyUI's own 404, not that of a proxy which lost it
            self._http.check(response)
        return str(_object(found, self.name).get("status"))

    async def submit(
        self, graph: Mapping[str, Any], *, prompt_id: str, client_id: str, preview_method: str | None = None
    ) -> Answer:
        """POST /prompt, without a `number`: a second prompt with the same id and number kills the server's worker.

        Raises Uncertain where the prompt may be queued all the same: the answer was cut off, late, or a 5xx.
        """
        body: dict[str, Any] = {"prompt": graph, "prompt_id": prompt_id, "client_id": client_id}
        if preview_method is not None:
            body["extra_data"] = {"preview_method": preview_method}
        async with self._http.request("POST", "/api/prompt", json=body) as response:
            if response.status >= 500:
                raise Uncertain(self.name, f"HTTP {response.status}")
            found = await self._http.read_json(response)
        return Answer(response.status, found if isinstance(found, dict) else {})

    async def cancel_job(self, prompt_id: str) -> None:
        """POST /api/jobs/{id}/cancel, since 0.26: dequeues or interrupts. An answer is not yet an outcome."""
        await self._http.body("POST", f"/api/jobs/{quote(prompt_id)}/cancel")

    async def dequeue(self, prompt_id: str) -> None:
        """POST /queue: take a waiting prompt out, without a trace in history."""
        await self._http.body("POST", "/api/queue", json={"delete": [prompt_id]})

    async def forget(self, prompt_ids: Sequence[str]) -> None:
        """POST /history: take finished prompts out of history; unknown ones do no harm."""
        await self._http.body("POST", "/api/history", json={"delete": list(prompt_ids)})

    async def interrupt(self, prompt_id: str) -> None:
        """POST /interrupt for this prompt, since 0.3.57; older servers would stop whatever runs."""
        await self._http.body("POST", "/api/interrupt", json={"prompt_id": prompt_id})

    async def free(self) -> None:
        """POST /free: unload all models and give the memory back, once nothing runs (recorded on 0.33)."""
        await self._http.body("POST", "/api/free", json={"unload_models": True, "free_memory": True})

    async def upload(self, data: bytes, name: str, subfolder: str) -> str:
        """POST /upload/image, for any kind of file, over one of that name: what LoadImage and its like call it.

        Raises PromptRefused when the server does not take it.
        """
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("image", data, filename=name, content_type="application/octet-stream")
        form.add_field("type", "input")
        form.add_field("subfolder", subfolder)
        form.add_field("overwrite", "true")
        async with self._http.request("POST", "/api/upload/image", data=form, timeout=UPLOAD_TIMEOUT) as response:
            if response.status == 413:
                raise PromptRefused("upload_too_large", _("the file is larger than the server accepts."))
            self._http.check(response)
            found = _object(await self._http.read_json(response), self.name)
        stored, folder = str(found.get("name") or name), str(found.get("subfolder") or "")
        return f"{folder}/{stored}" if folder else stored

    async def fetch(self, output: Output, *, ceiling: int) -> bytes:
        """The whole file. Raises TooLarge above `ceiling` bytes, ServerLost when it is gone."""
        for tries_left in reversed(range(TRIES)):
            try:
                return await self._fetch(output, ceiling)
            except Uncertain:
                if not tries_left:
                    raise
                log.info("a file from %s arrived torn and is fetched again", self.name)
        raise AssertionError("unreachable")

    @asynccontextmanager
    async def connect(self, client_id: str) -> AsyncGenerator[AsyncGenerator[Event, None], None]:
        """The server's socket for that id; inside, its events until it closes. The reader must await nothing else.

        Our feature flags go first: they count only as the first message of a connection (ComfyUI server.py).
        """
        flags = {"type": "feature_flags", "data": {"supports_preview_metadata": True}}
        with self._http.reaching():
            async with asyncio.timeout(HANDSHAKE):
                socket = await self._http.session.ws_connect(
                    f"{self._http.base}/api/ws",
                    params={"clientId": client_id},
                    headers=self._http.headers,
                    heartbeat=HEARTBEAT,
                    max_msg_size=FRAME_CEILING,
                    timeout=aiohttp.ClientWSTimeout(ws_close=2.0),
                )
        async with socket:
            with self._http.reaching():
                await socket.send_json(flags)
            async with aclosing(_events(socket)) as events:
                yield events

    async def _fetch(self, output: Output, ceiling: int) -> bytes:
        wanted = {"filename": output.filename, "subfolder": output.subfolder, "type": output.type}
        async with self._http.request("GET", "/api/view", params=wanted) as response:
            if response.status in {400, 403, 404} and response.content_type != "text/html":
                raise ServerLost
            self._http.check(response)
            size, left = response.content_length, ceiling
            if size is not None and size > ceiling:
                raise TooLarge(size)
            parts: list[bytes] = []
            async for part in response.content.iter_any():
                parts.append(part)
                left -= len(part)
                if left < 0:
                    raise TooLarge(size)
        return b"".join(parts)


async def _events(socket: aiohttp.ClientWebSocketResponse) -> AsyncGenerator[Event, None]:
    async for message in socket:
        if message.type in {aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY}:
            event = parse(message.data)
            if event is not None:
                yield event


def _items(listed: object) -> Iterator[tuple[float, str]]:
    """Number and prompt id of the server queue's items: `[number, prompt_id, graph, extra_data, outputs]`."""
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, list) and len(item) >= 2 and isinstance(item[0], int | float):
            yield item[0], str(item[1])


def _object(found: object, name: str) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise BackendUnreachable(name, "it does not answer as ComfyUI does")
    return found
