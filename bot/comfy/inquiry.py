"""What one asks a ComfyUI server once: which machine it is, and which workflows are saved on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.comfy.http import Http
from bot.comfy.version import Version
from bot.errors import BackendUnreachable

SUFFIX = ".json"


@dataclass(frozen=True)
class Device:
    """What it computes on; `memory` in bytes, 0 where it does not say."""

    name: str
    memory: int


@dataclass(frozen=True)
class Machine:
    """`arguments` are those ComfyUI was started with; None where it does not say."""

    version: Version
    devices: tuple[Device, ...]
    arguments: tuple[str, ...] | None

    def argument(self, name: str) -> str | None:
        """What stands behind an argument, or in it behind `=`; None where it was not given."""
        given = self.arguments or ()
        for at, argument in enumerate(given):
            key, equals, value = argument.partition("=")
            if key == name:
                return value if equals else next(iter(given[at + 1 :]), "")
        return None


class Inquiry:
    """Every method raises BackendUnreachable where the server does not answer, or not as ComfyUI does."""

    def __init__(
        self, session: aiohttp.ClientSession, url: str, *, headers: Mapping[str, str], timeout: float = 10.0
    ) -> None:
        self._http = Http(session, url, headers, timeout=timeout)

    @property
    def name(self) -> str:
        """The address without credentials."""
        return self._http.base

    async def machine(self) -> Machine:
        """GET /system_stats."""
        found = await self._http.json("GET", "/api/system_stats")
        system = found.get("system") if isinstance(found, dict) else None
        if not isinstance(system, dict) or "comfyui_version" not in system:
            raise BackendUnreachable(self.name, "it does not answer as ComfyUI does")
        devices = found.get("devices")
        arguments = system.get("argv")
        return Machine(
            Version(str(system["comfyui_version"])),
            tuple(_device(each) for each in (devices if isinstance(devices, list) else ()) if isinstance(each, dict)),
            tuple(map(str, arguments)) if isinstance(arguments, list) else None,
        )

    async def saved_workflows(self) -> tuple[str, ...]:
        """GET /userdata: what somebody saved in ComfyUI's page, by name, those in folders as `folder/name`."""
        async with self._http.request("GET", "/api/userdata", params={"dir": "workflows", "recurse": "true"}) as answer:
            if answer.status == 404:  # nobody saved any
                return ()
            self._http.check(answer)
            found = await self._http.read_json(answer)
        names = [str(name).replace("\\", "/") for name in (found if isinstance(found, list) else ())]
        return tuple(sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)))

    async def saved_workflow(self, name: str) -> bytes:
        """GET /userdata/workflows%2F…: one of `saved_workflows`, as it was saved."""
        return await self._http.body("GET", f"/api/userdata/{quote(f'workflows/{name}{SUFFIX}', safe='')}")


def _device(found: Mapping[str, Any]) -> Device:
    memory = found.get("vram_total")
    # "cuda:0 NVIDIA GeForce RTX 4090 : cudaMallocAsync"
    name = str(found.get("name") or "?").partition(" : ")[0]
    return Device(name, memory if isinstance(memory, int) else 0)
