"""What one prompt tells its owner while it runs, and what of that history keeps."""

import json
import time
from typing import Any

from bot.comfy.simulator.progress import ProgressState
from bot.comfy.simulator.sockets import Sockets
from bot.comfy.simulator.versions import Version
from bot.comfy.simulator.wire import Payload


class Reporter:
    """Without a ``client_id`` most events go to nobody, but progress, previews and interrupts to everybody."""

    def __init__(self, sockets: Sockets, version: Version, prompt_id: str, client_id: str | None) -> None:
        self.client_id = client_id
        #: History's ``status.messages``.
        self.messages: list[list[Any]] = []
        self._sockets = sockets
        self._version = version
        self._prompt_id = prompt_id
        self._progress = ProgressState(prompt_id)

    @property
    def completed(self) -> bool:
        return bool(self.messages) and self.messages[-1][0] == "execution_success"

    def report(self, kind: str, **facts: Any) -> None:
        """A lifecycle event: kept for history, and sent."""
        data = {"prompt_id": self._prompt_id, **facts, "timestamp": int(time.time() * 1000)}
        self.messages.append([kind, data])
        if kind == "execution_interrupted" or self.client_id is not None:
            self._sockets.send(kind, data, self.client_id)

    def executing(self, node_id: str) -> None:
        self._tell_owner("executing", {"node": node_id, "display_node": node_id, "prompt_id": self._prompt_id})

    def executed(self, node_id: str, output: Payload | None) -> None:
        data = {"node": node_id, "display_node": node_id, "output": output, "prompt_id": self._prompt_id}
        self._tell_owner("executed", data)

    def ended(self) -> None:
        """The null marker, after history is written."""
        self._tell_owner("executing", {"node": None, "prompt_id": self._prompt_id})

    def started(self, node_id: str) -> None:
        self._send_progress(self._progress.start(node_id))

    def finished(self, node_id: str) -> None:
        self._send_progress(self._progress.finish(node_id))

    def step(self, node_id: str, value: int, most: int, preview: bytes | None) -> None:
        """``progress_state``, the preview (type 4 before ``progress``, type 1 after it), ``progress``: as recorded."""
        self._send_progress(self._progress.step(node_id, value, most))
        with_metadata = self._version.client_ids and self._sockets.wants_metadata(self.client_id)
        if preview is not None and with_metadata:
            self._sockets.send_binary(4, _pack(self._prompt_id, node_id, preview), self.client_id)
        data = {"value": value, "max": most, "prompt_id": self._prompt_id, "node": node_id}
        self._sockets.send("progress", data, self.client_id)
        if preview is not None and not with_metadata:
            self._sockets.send_binary(1, b"\x00\x00\x00\x01" + preview, self.client_id)

    def say(self, node_id: str, text: str) -> None:
        """A node's status text, to everybody."""
        name = node_id.encode()
        self._sockets.send_binary(3, len(name).to_bytes(4, "big") + name + text.encode())

    def _tell_owner(self, kind: str, data: Payload) -> None:
        if self.client_id is not None:
            self._sockets.send(kind, data, self.client_id)

    def _send_progress(self, state: Payload) -> None:
        if self._version.client_ids:
            self._sockets.send("progress_state", state, self.client_id)


def _pack(prompt_id: str, node_id: str, jpeg: bytes) -> bytes:
    """The body of a type-4 frame: u32 length, JSON, image."""
    metadata = {
        "node_id": node_id,
        "prompt_id": prompt_id,
        "display_node_id": node_id,
        "parent_node_id": None,
        "real_node_id": node_id,
        "image_type": "image/jpeg",
    }
    packed = json.dumps(metadata).encode()
    return len(packed).to_bytes(4, "big") + packed + jpeg
