"""A recorded session with a real ComfyUI, sent to the simulator: answers are compared at once, events at the end."""

import asyncio
import base64
import io
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import pytest
from PIL import Image
from yarl import URL

from bot.comfy.simulator import Pace, Simulator
from bot.comfy.simulator.values import Call, Inputs, NodeFailure, Result
from tests.shared import shared_path
from tests.wire.recorded import decode, differences, normal_event, plain

#: Node classes that were made for the recording: what they take besides a picture.
PROBES: dict[str, dict[str, Any]] = {"ProbeOOM": {}, "ProbeSleep": {"seconds": ["FLOAT", {"default": 1.0}]}}
#: Uploads by the note they were recorded with: fields and file name.
FORMS = {"image=in.png overwrite=true subfolder=bot": ({"overwrite": "true", "subfolder": "bot"}, "in.png")}
#: In place of a raw body, of which only the first 64 bytes were recorded.
CUT_SHORT = {
    "prompt": {
        "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 9}},
        "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "empty"}},
    },
    "client_id": "rec-A",
}
#: What the recorded machine had.
MODELS = {"checkpoints": ["tiny-sd15-random.safetensors"]}
#: Bodies that are about that machine rather than about the protocol.
OTHER_MACHINE = ("/system_stats", "/global_subgraphs", "/node_replacements", "/extensions", "/experiment", "/internal")
#: Routes the front end uses and a bot does not.
NOT_SIMULATED = (
    *("/experiment", "/users", "/settings", "/userdata", "/v2/", "/i18n", "/workflow_templates"),
    *("/global_subgraphs", "/node_replacements", "/extensions", "/internal"),
)


async def replay(name: str, data_dir: Path, *, stepless: bool = False, unordered: bool = False) -> None:
    """Play the trace of that name. Fails with what differs."""
    trace = [json.loads(line) for line in shared_path(f"reference/traces/{name}.jsonl").read_text().splitlines()]
    pace = Pace(preview=32, step=0.004, load=0.1) if stepless else Pace(preview=32)
    simulator = Simulator(models=MODELS, data_dir=data_dir, preview_method="latent2rgb", pace=pace)
    async with asyncio.timeout(30), simulator, aiohttp.ClientSession() as session:
        for class_type, inputs in PROBES.items():
            required = {"image": ["IMAGE"], "seed": ["INT", {"default": 0}], **inputs}
            simulator.add_node(class_type, {"input": {"required": required}, "output": ["IMAGE"]}, run_probe)
        player = Replay(simulator, session, stepless=stepless)
        await player.warm_up(trace)
        for line in trace:
            await player.play(line)
        await player.settle()

        for client, recorded in player.expected.items():
            assert comparable(player.seen[client], unordered) == comparable(recorded, unordered), client


class Replay:
    """Sends what was sent; compares each HTTP answer at once and each client's events at the end."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession, *, stepless: bool) -> None:
        self.expected: dict[str, list[Any]] = defaultdict(list)
        self.seen: dict[str, list[Any]] = defaultdict(list)
        self._simulator = simulator
        self._session = session
        self._stepless = stepless
        self._ids: dict[str, str] = {}
        self._names: dict[str, str] = {}
        #: Prompts whose end no socket is told.
        self._unowned: set[str] = set()
        self._sockets: dict[str, aiohttp.ClientWebSocketResponse] = {}
        self._waiting: list[tuple[dict[str, Any], int, dict[str, str], bytes]] = []

    async def warm_up(self, trace: list[dict[str, Any]]) -> None:
        """Where the recorded server began with a filled cache, run the same graph with another seed or size first."""
        events = [line["json"] for line in trace if line["kind"] == "ws-text" and line["dir"] == "recv"]
        cached = next((event for event in events if event.get("type") == "execution_cached"), None)
        bodies = (line.get("body") for line in trace if line["kind"] == "http" and line["dir"] == "send")
        graph = next((body["prompt"] for body in bodies if isinstance(body, dict) and body.get("prompt")), None)
        if graph is None or cached is None or not cached["data"]["nodes"]:
            return
        graph = json.loads(json.dumps(graph))
        for node_id in graph.keys() - set(cached["data"]["nodes"]):
            inputs = graph[node_id]["inputs"]
            inputs |= {name: other for name, other in {"seed": 1, "width": 72}.items() if name in inputs}
        async with self._session.post(f"{self._simulator.url}/prompt", json={"prompt": graph}) as response:
            assert response.status == 200
        await self._simulator.wait_for("finished")

    async def play(self, line: dict[str, Any]) -> None:
        kind, sent = line["kind"], line["dir"] == "send"
        if kind == "note" and line["text"].startswith("delete the output file"):
            for path in (self._simulator.folders["output"]).glob("empty_*"):
                path.unlink()
        if kind == "ws-connect":
            await self.settle()
            await self._connect(line)
        elif kind == "ws-text" and sent:
            await self._sockets[line["client"]].send_str(line["text"] if "text" in line else json.dumps(line["json"]))
        elif kind == "http" and sent:
            await self.settle()
            self._waiting.append((line, *await self._request(line)))
        elif kind == "http" and self._waiting:
            self._compare(line, *self._waiting.pop(0))
        elif kind in ("ws-text", "ws-binary"):
            self._note(self.expected[line["client"]], normal_event(line.get("json"), line.get("decoded"), {}))
        elif kind == "ws-close":
            await self.settle()
            await self._sockets.pop(line["client"]).close()

    async def settle(self) -> None:
        """Read until every client has as many events as were recorded up to here."""
        for client, socket in self._sockets.items():
            while len(self.seen[client]) < len(self.expected[client]):
                try:
                    message = await socket.receive(timeout=3)
                except TimeoutError:
                    missing = self.expected[client][len(self.seen[client])]
                    pytest.fail(f"{client} never got {missing}; last {self.seen[client][-2:]}")
                if message.type is aiohttp.WSMsgType.BINARY:
                    event = normal_event(None, decode(message.data), self._ids)
                else:
                    event = normal_event(json.loads(message.data), None, self._ids)
                self._note(self.seen[client], event)

    def _note(self, events: list[Any], event: Any) -> None:
        if not self._stepless or event["type"] not in ("status", "progress", "progress_state", 1, 4):
            events.append(event)

    async def _connect(self, line: dict[str, Any]) -> None:
        url = urlsplit(line["url"])
        address = f"{self._simulator.url}{url.path}?{url.query}"
        self._sockets[line["client"]] = await self._session.ws_connect(address, max_msg_size=0)

    async def _request(self, line: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        path = re.sub(r"[0-9a-f-]{36}", lambda found: self._ids.get(found[0], found[0]), line["path"])
        path = re.sub(r"(?<=filename=)[^&]+", lambda found: self._names.get(found[0], found[0]), path)
        path = path.replace(" ", "%20")
        if path.startswith("/history/") and path[9:] in self._unowned:
            await self._simulator.wait_for("finished", prompt_id=path[9:])
        body = line.get("body")
        data = b"" if body is None else json.dumps(body).encode()
        if "body_raw" in line:
            data = base64.b64decode(line["body_raw"])
            data = data if len(data) < 64 else json.dumps(CUT_SHORT).encode()
        for recorded, actual in self._ids.items():
            data = data.replace(recorded.encode(), actual.encode())
        form = form_of(*FORMS[line["body_form"]]) if "body_form" in line else None
        headers = {
            key: value.replace("127.0.0.1:8188", self._simulator.url.removeprefix("http://"))
            for key, value in line.get("headers", {}).items()
        }
        url = URL(f"{self._simulator.url}{path}", encoded="%" in path)
        async with self._session.request(line["method"], url, data=form or data, headers=headers) as response:
            return response.status, dict(response.headers), await response.read()

    def _compare(
        self, recorded: dict[str, Any], sent: dict[str, Any], status: int, headers: dict[str, str], content: bytes
    ) -> None:
        path = sent["path"].removeprefix("/api")
        if path.startswith(NOT_SIMULATED) or "If-None-Match" in sent.get("headers", {}):
            return
        what = f"{sent['method']} {sent['path']} {sent.get('body', '')}"
        assert status == recorded["status"], what
        assert headers.get("Content-Type") == recorded["headers"].get("Content-Type"), what
        body = recorded.get("body")
        if body is None or path.startswith(OTHER_MACHINE) or str(body).startswith("<omitted"):
            return
        actual = json.loads(content)
        if isinstance(body, dict) and "prompt_id" in body:
            self._ids[body["prompt_id"]] = actual["prompt_id"]
            if (sent.get("body") or CUT_SHORT).get("client_id") not in self._simulator.client_ids:
                self._unowned.add(actual["prompt_id"])
        self._learn_names(body, actual)
        back = {value: key for key, value in self._ids.items()}
        problems = list(differences(plain(body, {}), plain(actual, back), sent["path"]))
        assert not problems, f"{what}: {problems[:5]}"

    def _learn_names(self, recorded: Any, actual: Any) -> None:
        """Files are numbered and named differently here."""
        if isinstance(recorded, dict) and isinstance(actual, dict):
            if "filename" in recorded and "filename" in actual:
                self._names[recorded["filename"]] = actual["filename"]
            for key, value in recorded.items():
                self._learn_names(value, actual.get(self._ids.get(key, key)))
        elif isinstance(recorded, list) and isinstance(actual, list):
            for one, other in zip(recorded, actual, strict=False):
                self._learn_names(one, other)


async def run_probe(call: Call, inputs: Inputs) -> Result:
    """One fails as a full GPU does; the other cannot be interrupted for a while."""
    if call.class_type == "ProbeOOM":
        raise NodeFailure("torch.OutOfMemoryError", "Allocation on device 0 would exceed allowed memory.")
    await asyncio.sleep(inputs["seconds"] / 4)
    return Result((inputs["image"],))


def form_of(fields: dict[str, str], filename: str) -> aiohttp.FormData:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(buffer, "PNG")
    form = aiohttp.FormData(fields)
    form.add_field("image", buffer.getvalue(), filename=filename)
    return form


def comparable(events: list[Any], unordered: bool) -> list[Any]:
    if not unordered:
        return events
    return sorted((event for event in events if event["type"] != "progress_state"), key=json.dumps)
