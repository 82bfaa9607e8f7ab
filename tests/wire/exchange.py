"""Recorded HTTP exchanges: sent to the simulator, and its answers compared with the recorded ones."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from yarl import URL

from bot.comfy.simulator import Simulator
from tests.wire.probes import CUT_SHORT, form_of
from tests.wire.recorded import differences, own_part, plain

Line = dict[str, Any]
#: Bodies that are about the recorded machine rather than about the protocol.
_OTHER_MACHINE = ("/system_stats",)


@dataclass(frozen=True)
class Exchange:
    """A request, and the answer it got; None where the server was gone."""

    request: Line
    answer: Line | None

    @property
    def path(self) -> str:
        return str(self.request["path"])

    @property
    def queues(self) -> bool:
        """Whether it puts a prompt into the queue."""
        return self._posts("/prompt") and self.answer is not None and self.answer["status"] == 200

    def interrupts(self, running: str | None) -> bool:
        """Whether it tells that prompt (recorded id) to stop."""
        if self._posts("/interrupt"):
            body = self.request.get("body")
            return not isinstance(body, dict) or body.get("prompt_id", running) == running
        return self._posts(f"/jobs/{running}/cancel")

    @property
    def finished(self) -> str | None:
        """The recorded id of a prompt that has to be over by now, since the answer shows its result."""
        found = re.fullmatch(r"(?:/api)?/(?:history|jobs)/([0-9a-f-]{36})", self.path)
        body = self.answer.get("body") if self.answer is not None else None
        if not found or not isinstance(body, dict):
            return None
        return found[1] if found[1] in body or "execution_status" in body else None

    @property
    def views(self) -> bool:
        return self.path.removeprefix("/api").startswith("/view")

    @property
    def finds_death(self) -> bool:
        """Whether it shows prompts that wait while none runs: there is no worker any more."""
        body = self.answer.get("body") if self.answer is not None and self.path == "/queue" else None
        return isinstance(body, dict) and not body["queue_running"] and bool(body["queue_pending"])

    @property
    def queues_in_secret(self) -> bool:
        """Whether it puts a prompt into the queue without a ``status``, since its place there cannot be told."""
        return self._posts("/prompt") and self.answer is not None and self.answer["status"] == 500

    def _posts(self, path: str) -> bool:
        return self.request["method"] == "POST" and self.path.removeprefix("/api").startswith(path)


def exchanges_of(trace: list[Line]) -> list[Exchange]:
    """In the order they were sent; the recorder waited for each answer."""
    lines = [line for line in trace if line["kind"] == "http"]
    return [
        Exchange(line, next((answer for answer in lines[number + 1 : number + 2] if answer["dir"] == "recv"), None))
        for number, line in enumerate(lines)
        if line["dir"] == "send"
    ]


class Exchanges:
    """Sends to one simulator; knows what things are called there."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession, ids: dict[str, str]) -> None:
        #: Recorded prompt id -> the simulator's.
        self.ids = ids
        #: Recorded name of a temporary file, or ETag -> the simulator's.
        self._names: dict[str, str] = {}
        self._simulator = simulator
        self._session = session

    async def play(self, exchange: Exchange) -> None:
        """Fails if the answer differs; without a recorded answer, if there is one."""
        if exchange.answer is None:
            with pytest.raises(aiohttp.ClientConnectionError):
                await self._send(exchange.request)
            return
        status, headers, content = await self._send(exchange.request)
        sent = exchange.request.get("body", exchange.request.get("headers", ""))
        what = f"{exchange.request['method']} {exchange.path} {sent}"
        assert status == exchange.answer["status"], what
        if "Etag" in exchange.answer["headers"]:
            self._names[exchange.answer["headers"]["Etag"]] = headers["ETag"]
        assert headers.get("Content-Type") == exchange.answer["headers"].get("Content-Type"), what
        if "body_text" in exchange.answer:
            assert content.decode() == exchange.answer["body_text"], what
        body = exchange.answer.get("body")
        path = exchange.path.removeprefix("/api")
        if body is not None and not path.startswith(_OTHER_MACHINE) and not str(body).startswith("<omitted"):
            problems = list(self._compare(exchange.path, body, json.loads(content)))
            assert not problems, f"{what}: {problems[:5]}"

    async def remaining(self) -> int:
        """How many prompts wait or run."""
        async with self._session.get(f"{self._simulator.url}/prompt") as response:
            return int((await response.json())["exec_info"]["queue_remaining"])

    def _compare(self, path: str, recorded: Any, actual: Any) -> Any:
        if isinstance(recorded, dict) and "prompt_id" in recorded:
            self.ids[recorded["prompt_id"]] = actual["prompt_id"]
        self._learn_names(recorded, actual)
        expected, got = plain(recorded, {}), plain(actual, self.ids)
        return differences(own_part(path, expected, self.ids, got), own_part(path, got, self.ids, expected), path)

    async def _send(self, request: Line) -> tuple[int, Mapping[str, str], bytes]:
        form = form_of(request["body_form"]) if "body_form" in request else None
        host = self._simulator.url.removeprefix("http://")
        headers = {key: re.sub(r"127\.0\.0\.1:\d+", host, value) for key, value in request.get("headers", {}).items()}
        path = self._rename(request["path"]).replace(" ", "%20")
        url = URL(self._simulator.url + path, encoded="%" in path)
        data = form or self._data(request)
        async with self._session.request(request["method"], url, data=data, headers=headers) as response:
            return response.status, response.headers, await response.read()

    def _data(self, request: Line) -> bytes:
        if "body_raw" in request:
            raw = base64.b64decode(request["body_raw"])
            return raw if len(raw) < 64 else json.dumps(CUT_SHORT).encode()
        return self._rename(json.dumps(request["body"])).encode() if "body" in request else b""

    def _rename(self, text: str) -> str:
        for recorded, actual in {**self.ids, **self._names}.items():
            text = text.replace(recorded, actual)
        return text

    def _learn_names(self, recorded: Any, actual: Any) -> None:
        if isinstance(recorded, dict) and isinstance(actual, dict):
            if recorded.get("type") == "temp" and "filename" in recorded and "filename" in actual:
                self._names[recorded["filename"]] = actual["filename"]
            for key, value in recorded.items():
                self._learn_names(value, actual.get(self.ids.get(key, key)))
        elif isinstance(recorded, list) and isinstance(actual, list):
            for one, other in zip(recorded, actual, strict=False):
                self._learn_names(one, other)
