"""What one prompt tells its owner while it runs, and what of that history keeps."""

import json
import time
from collections.abc import Callable
from typing import Any

from bot.comfy.simulator.failures import describe_block
from bot.comfy.simulator.graph import Place
from bot.comfy.simulator.machine import Machine
from bot.comfy.simulator.progress import ProgressState
from bot.comfy.simulator.wire import Payload


class Reporter:
    """Without a ``client_id`` most events go to nobody, but progress, previews and interrupts to everybody."""

    def __init__(self, machine: Machine, place: Callable[[str], Place], prompt_id: str, client_id: str | None) -> None:
        self.prompt_id = prompt_id
        self.client_id = client_id
        #: History's ``status.messages``.
        self.messages: list[list[Any]] = []
        self._on = machine
        self._place = place
        self._state = ProgressState(prompt_id, place)

    @property
    def completed(self) -> bool:
        return bool(self.messages) and self.messages[-1][0] == "execution_success"

    async def report(self, kind: str, **facts: Any) -> None:
        """A lifecycle event: kept for history, and sent."""
        ids = {"prompt_id": self.prompt_id}
        # a list of what is cached comes before the id, everything else after it
        data = {**(facts | ids if kind == "execution_cached" else ids | facts), "timestamp": int(time.time() * 1000)}
        if kind == "execution_interrupted" or self.client_id is not None:
            await self._send(kind, data)
        self.messages.append([kind, data])

    async def blocked(self, message: str, whereabouts: Payload) -> None:
        """An ``execution_error`` that ends nothing: without a timestamp, and not in history."""
        await self._send("execution_error", {"prompt_id": self.prompt_id, **whereabouts, **describe_block(message)})

    async def executing(self, node_id: str) -> None:
        display = self._place(node_id).display
        await self._tell_owner("executing", {"node": node_id, "display_node": display, "prompt_id": self.prompt_id})

    async def executed(self, node_id: str, output: Payload | None) -> None:
        display = self._place(node_id).display
        facts = {"node": node_id, "display_node": display, "output": output, "prompt_id": self.prompt_id}
        await self._tell_owner("executed", facts)

    async def ended(self) -> None:
        """The null marker, after history is written."""
        await self._tell_owner("executing", {"node": None, "prompt_id": self.prompt_id})

    async def started(self, node_id: str) -> None:
        await self._send_state(self._state.start(node_id))

    async def progress(self, node_id: str, value: float, most: float) -> None:
        await self._send_state(self._state.step(node_id, value, most))

    async def finished(self, node_id: str) -> None:
        await self._send_state(self._state.finish(node_id))

    async def step(self, node_id: str, value: int, most: int, preview: bytes | None, *, png: bool) -> None:
        """``progress_state``, the preview (type 4 before ``progress``, type 1 after it), ``progress``: as recorded."""
        await self.progress(node_id, value, most)
        with_metadata = self._on.version.client_ids and self._on.sockets.wants_metadata(self.client_id)
        if preview is not None and with_metadata:
            await self._send_binary(4, self._pack(node_id, preview, "image/png" if png else "image/jpeg"))
        await self._send("progress", {"value": value, "max": most, "prompt_id": self.prompt_id, "node": node_id})
        if preview is not None and not with_metadata:
            await self._send_binary(1, (b"\0\0\0\2" if png else b"\0\0\0\1") + preview)

    def say(self, node_id: str, text: str) -> None:
        """A node's status text, to everybody."""
        name = node_id.encode()
        self._on.sockets.send_binary(3, len(name).to_bytes(4, "big") + name + text.encode())

    async def _tell_owner(self, kind: str, data: Payload) -> None:
        if self.client_id is not None:
            await self._send(kind, data)

    async def _send_state(self, state: Payload) -> None:
        if self._on.version.client_ids:
            await self._send("progress_state", state)

    async def _send(self, kind: str, data: Payload) -> None:
        await self._on.moments.turn("event", kind=kind, data=data, client_id=self.client_id)
        self._on.sockets.send(kind, data, self.client_id)

    async def _send_binary(self, kind: int, body: bytes) -> None:
        await self._on.moments.turn("event", kind=kind, data={}, client_id=self.client_id)
        self._on.sockets.send_binary(kind, body, self.client_id)

    def _pack(self, node_id: str, image: bytes, image_type: str) -> bytes:
        """The body of a type-4 frame: u32 length, JSON, image."""
        place = self._place(node_id)
        metadata = {
            "node_id": node_id,
            "prompt_id": self.prompt_id,
            "display_node_id": place.display,
            "parent_node_id": place.parent,
            "real_node_id": place.real,
            "image_type": image_type,
        }
        packed = json.dumps(metadata).encode()
        return len(packed).to_bytes(4, "big") + packed + image
