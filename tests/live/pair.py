"""A real ComfyUI and a simulator made like it: same version, same models, same files; the same requests go to both."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp

from bot.comfy.simulator import Simulator
from bot.comfy.simulator.catalogue import Catalogue
from tests.live.answers import Reading
from tests.live.graphs import Info, Pool
from tests.live.queries import scene
from tests.live.requests import Names, Raw, Request, send

PATIENCE = 120
#: The simulator's own node classes are this version's; of other versions it gets told.
OWN_VERSION = "0.33.0"
_MODEL_LISTS = {
    "checkpoints": ("CheckpointLoaderSimple", "ckpt_name"),
    "loras": ("LoraLoader", "lora_name"),
    "vae": ("VAELoader", "vae_name"),
}
_NOT_FILES = ("pixel_space",)


@dataclass(frozen=True)
class Likeness:
    """What a simulator needs to stand in for one real server."""

    version: str
    models: dict[str, list[str]]
    uploads: list[str]
    #: Its node classes, without those that call paid services; none where they are the simulator's own.
    classes: dict[str, Info]

    @classmethod
    def read(cls, written: dict[str, Any]) -> Likeness:
        return cls(**written)

    def simulator(self) -> Simulator:
        simulator = Simulator(version=self.version, models=self.models)
        for name in self.uploads:
            path = simulator.folders["input"] / name
            if not path.exists():
                path.write_bytes(b"")
        for class_type in [name for name in simulator.catalogue.classes if self.classes and name not in self.classes]:
            simulator.catalogue.remove(class_type)
        for class_type, info in self.classes.items():
            simulator.catalogue.add(class_type, dict(info))
        simulator.catalogue.refresh()
        return simulator


async def likeness(session: aiohttp.ClientSession, url: str) -> tuple[Likeness, dict[str, Info]]:
    """What the server at ``url`` is like, and its ``object_info``."""
    stats, classes = await _get(session, url, "/system_stats"), await _get(session, url, "/object_info")
    version = stats["system"]["comfyui_version"]
    models = {folder: _choices(classes[class_type], name) for folder, (class_type, name) in _MODEL_LISTS.items()}
    models = {folder: [name for name in names if name not in _NOT_FILES] for folder, names in models.items()}
    uploads = _choices(classes["LoadImage"], "image")
    own = Catalogue({}, list).classes
    plain: dict[str, Info] = {
        # older servers do not tell which nodes want lists; lists of folders grow while it is asked
        name: _core({"is_input_list": own.get(name, {}).get("is_input_list", False), **info})
        for name, info in classes.items()
        if not info.get("api_node") and "FromFolder" not in name
    }
    like = Likeness(version, models, uploads, {} if version == OWN_VERSION else plain)
    return like, plain


class Side:
    """One server of a pair."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    async def ask(self, request: Request, names: Names) -> Raw:
        async with asyncio.timeout(PATIENCE):
            return await send(self.session, self.url, request, names)

    async def prepare(self, names: Names) -> None:
        """Empty the history and run the scene, each prompt to its end."""
        await self.ask(Request("POST", "/history", '{"clear": true}'), names)
        async with (
            asyncio.timeout(PATIENCE),
            self.session.ws_connect(f"{self.url}/ws?clientId={names.run}", max_msg_size=0) as ws,
        ):
            for request in scene():
                raw = await self.ask(request, names)
                if raw.status != 200:
                    raise AssertionError(f"{request} is answered {raw.status} {raw.text}")
                if request.path == "/prompt":
                    await ended(ws, names.fill(json.loads(request.body or "")["prompt_id"]))


async def ended(socket: aiohttp.ClientWebSocketResponse, prompt_id: str) -> list[dict[str, Any]]:
    """The text events of a prompt until its end marker."""
    events = []
    async for message in socket:
        if message.type is aiohttp.WSMsgType.TEXT:
            event = json.loads(message.data)
            events.append(event)
            if event["type"] == "executing" and event["data"] == {"node": None, "prompt_id": prompt_id}:
                return events
    raise AssertionError("the socket closed before the prompt's end")


class Pair:
    """``real`` is a server at an address, ``simulated`` its likeness; use it as a context."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._stack = AsyncExitStack()
        self._run = f"live-{uuid4()}"
        self._turn = 0

    async def __aenter__(self) -> Pair:
        session = await self._stack.enter_async_context(aiohttp.ClientSession())
        self.like, self.classes = await likeness(session, self._url)
        simulator = await self._stack.enter_async_context(self.like.simulator())
        self.real, self.simulated = Side(session, self._url), Side(session, simulator.url)
        self.simulator = simulator
        self.reading = Reading(frozenset(name for name, info in self.classes.items() if info["output_node"]))
        return self

    async def __aexit__(self, *raised: object) -> None:
        await self._stack.aclose()

    @property
    def pool(self) -> Pool:
        """The classes both have alike."""
        own = self.simulator.catalogue.classes
        return Pool((name, info) for name, info in self.classes.items() if name in own and _core(own[name]) == info)

    def names(self) -> Names:
        self._turn += 1
        return Names(self._run, self._turn)

    async def prepare(self) -> None:
        self._run = f"live-{uuid4()}"
        for side in (self.real, self.simulated):
            await side.prepare(self.names())

    async def ask(self, request: Request) -> tuple[dict[str, Any], dict[str, Any]]:
        """Both answers, made comparable."""
        names = self.names()
        real, simulated = await self.real.ask(request, names), await self.simulated.ask(request, names)
        return self.reading.summary(request, real), self.reading.summary(request, simulated)


async def _get(session: aiohttp.ClientSession, url: str, path: str) -> Any:
    async with session.get(url + path) as response:
        return await response.json()


def _choices(info: Info, name: str) -> list[str]:
    spec = info["input"]["required"][name]
    return list(spec[0] if isinstance(spec[0], list) else spec[1].get("options", []))


def _core(info: Info) -> dict[str, Any]:
    """What validation and a run read of a class, without tooltips."""
    keys = ("input", "output", "output_is_list", "output_name", "name", "display_name", "output_node", "is_input_list")
    kept = {key: _without_tooltips(info.get(key)) for key in keys}
    marks = {"api_node": info["api_node"]} if "api_node" in info else {}
    return kept | marks


def _without_tooltips(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_tooltips(item) for key, item in value.items() if key not in ("tooltip", "output_tooltips")
        }
    return [_without_tooltips(item) for item in value] if isinstance(value, list) else value
