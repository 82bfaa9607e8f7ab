"""Recorded requests sent again one after the other: what a server's answers have to share with the recorded ones."""

import asyncio
import base64
import json
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from bot.comfy.simulator import Simulator

Line = dict[str, Any]
#: Headers that a client can rely on; of the last two only that they are there.
HEADERS = {"Content-Type", "Content-Disposition", "X-Content-Type-Options", "Cache-Control", "Accept-Ranges", "Allow"}
HEADERS |= {"Content-Range", "Connection", "Pragma", "Expires", "Transfer-Encoding", "Etag", "Last-Modified"}
#: Bodies that are about the recorded machine: of them keys, their order, and types are compared.
OTHER_MACHINE = (
    *("/system_stats", "/global_subgraphs", "/extensions", "/experiment", "/internal", "/object_info/LoadImage"),
    *("/assets", "/tags"),
)
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NUMBER = r'(?<="number": )\d+|(?<="priority": )\d+|(?<="size": )\d+|(?<="prompt": \[)\d+'


class RouteReplay:
    """Before each request all events that were recorded up to there have come; they are compared at the end."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        self.simulator = simulator
        self.session = session
        #: Recorded ids, tags and names -> those of now.
        self.now: dict[str, str] = {}
        self.expected: dict[str, list[str]] = defaultdict(list)
        self.seen: dict[str, list[str]] = defaultdict(list)
        self._sockets: dict[str, aiohttp.ClientWebSocketResponse] = {}
        self._sent: list[tuple[Line, int, Mapping[str, str], bytes]] = []

    async def play(self, line: Line) -> None:
        kind, sent = line["kind"], line["dir"] == "send"
        if kind == "ws-connect":
            await self._connect(line)
        elif kind == "ws-text" and sent:
            await self._sockets[line["client"]].send_json(line["json"])
        elif kind == "http" and sent:
            await self.settle()
            self._sent.append((line, *await self.request(line)))
        elif kind == "http":
            self._compare(line, *self._sent.pop(0))
        elif kind in ("ws-text", "ws-binary"):
            event = line.get("json") or {"type": line["decoded"]["type"]}
            self.expected[line["client"]] += self.texts_of(event, recorded=True)
        elif kind == "ws-close":
            await self.close(line["client"])

    async def close(self, client: str) -> None:
        await self.settle()
        await self._sockets.pop(client).close()
        assert self.seen[client] == self.expected[client]

    async def settle(self) -> None:
        for client, socket in self._sockets.items():
            while len(self.seen[client]) < len(self.expected[client]):
                message = await socket.receive(timeout=10)
                if message.type is aiohttp.WSMsgType.BINARY:
                    event = {"type": int.from_bytes(message.data[:4], "big")}
                else:
                    event = json.loads(message.data)
                self.seen[client] += self.texts_of(event, recorded=False)

    def texts_of(self, event: Any, *, recorded: bool) -> list[str]:
        """What has to be equal of an event; nothing if it is not compared."""
        return [plain(event)]

    def form_of(self, note: str) -> aiohttp.FormData:
        """The form that was recorded with this note."""
        raise NotImplementedError(note)

    def learn(self, recorded: Any, actual: Any) -> None:
        """Take note of ids by which later requests ask."""
        if isinstance(recorded, dict) and isinstance(actual, dict):
            for key in ("id", "prompt_id"):
                if isinstance(recorded.get(key), str) and isinstance(actual.get(key), str):
                    self.now[recorded[key]] = actual[key]
            for one, other in zip(recorded.values(), actual.values(), strict=False):
                self.learn(one, other)
        elif isinstance(recorded, list) and isinstance(actual, list):
            for one, other in zip(recorded, actual, strict=False):
                self.learn(one, other)

    async def request(self, line: Line) -> tuple[int, Mapping[str, str], bytes]:
        host = {"127.0.0.1:8188": self.simulator.url.removeprefix("http://")}
        path = _replaced(line["path"], self.now).replace(" ", "%20")
        headers = {key: _replaced(value, host | self.now) for key, value in line.get("headers", {}).items()}
        url = URL(f"{self.simulator.url}{path}", encoded="%" in path)
        async with self.session.request(line["method"], url, data=self._body_of(line), headers=headers) as response:
            return response.status, response.headers, await response.read()

    async def _connect(self, line: Line) -> None:
        url = urlsplit(line["url"])
        address = f"{self.simulator.url}{url.path}?{url.query}"
        self._sockets[line["client"]] = await self.session.ws_connect(address, max_msg_size=0)

    def _body_of(self, line: Line) -> aiohttp.FormData | bytes:
        if "body_form" in line:
            return self.form_of(line["body_form"])
        if "body_raw" in line:
            return base64.b64decode(line["body_raw"])
        return json.dumps(line["body"]).encode() if "body" in line else b""

    def _compare(self, recorded: Line, sent: Line, status: int, headers: Mapping[str, str], content: bytes) -> None:
        what = f"{sent['method']} {sent['path']} {sent.get('body_form') or sent.get('body', '')}"
        path, kind = sent["path"].removeprefix("/api"), recorded["headers"].get("Content-Type", "")
        assert status == recorded["status"], what
        assert kept_headers(headers) == kept_headers(recorded["headers"]), what
        if "Etag" in recorded["headers"]:
            self.now[recorded["headers"]["Etag"]] = headers["Etag"]
        if sent["method"] == "HEAD" or "length" not in recorded:
            return
        if "body" not in recorded:
            assert bool(content) == bool(recorded["length"]), what
            assert not kind.startswith("text/plain") or sizeless(content.decode()) == sizeless(recorded["body_text"])
            return
        actual = json.loads(content)
        self.learn(recorded["body"], actual)
        if path.startswith(OTHER_MACHINE):
            assert shape(actual) == shape(recorded["body"]), what
        else:
            assert plain(actual) == plain(recorded["body"]), what


async def play_trace(player: RouteReplay, trace: list[Line]) -> None:
    async with asyncio.timeout(30):
        for line in trace:
            await player.play(line)


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """What has to be equal in an answer's headers."""
    kept = {key.title(): sizeless(plain(value)) for key, value in headers.items() if key.title() in HEADERS}
    return {key: "" if key in ("Etag", "Last-Modified") else value for key, value in kept.items()}


def plain(value: Any) -> str:
    """As text, without ids, times, numbers of files and tooltips: equal when keys, their order and values are."""
    text = json.dumps(_untipped(value))
    for pattern, name in ((_UUID, "ID"), (r"blake3:[0-9a-f]{64}", "HASH"), (r"\b\d{13}\b", "TIME")):
        text = re.sub(pattern, name, text)
    return re.sub(_NUMBER, "NUMBER", re.sub(r"_\d{5}_", "_N_", text))


def sizeless(text: str) -> str:
    """Without the sizes of files and bodies."""
    return re.sub(r'(?<=/)\d+(?="?$)|(?<=size )\d+', "SIZE", text)


def shape(value: Any) -> Any:
    """Keys in their order and types; a hash as a key is any hash; of a list what kinds of items it has."""
    if isinstance(value, dict):
        named = {re.sub(r"^[0-9a-f]{64}$", "HASH", key): item for key, item in value.items() if key != "index"}
        return [[key, shape(item)] for key, item in named.items()]
    if isinstance(value, list):
        return sorted({json.dumps(shape(item)) for item in value})
    return type(value).__name__


def _untipped(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _untipped(item) for key, item in value.items() if key not in ("tooltip", "output_tooltips")}
    return [_untipped(item) for item in value] if isinstance(value, list) else value


def _replaced(text: str, by: Mapping[str, str]) -> str:
    for old, new in by.items():
        text = text.replace(old, new)
    return text
