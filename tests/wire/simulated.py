"""A bare client of a simulator of its own, and two graphs for it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from bot.comfy.simulator import Simulator

EMPTY = {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 64, "height": 64, "batch_size": 1, "color": 255}},
    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "empty"}},
}


def text_to_image(
    text: str = "a fox", *, seed: int = 1, steps: int = 3, checkpoint: str = "dreamshaper_8.safetensors"
) -> Any:
    sampler = {"seed": seed, "steps": steps, "cfg": 7, "sampler_name": "euler", "scheduler": "normal", "denoise": 1}
    links = {"model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["5", 0]}
    return {
        "3": {"class_type": "KSampler", "inputs": sampler | links},
        "4": {"class_type": "CheckpointLoaderSimple", "inputs": {"ckpt_name": checkpoint}},
        "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 64, "height": 64, "batch_size": 1}},
        "6": {"class_type": "CLIPTextEncode", "inputs": {"text": text, "clip": ["4", 1]}},
        "7": {"class_type": "CLIPTextEncode", "inputs": {"text": "", "clip": ["4", 1]}},
        "8": {"class_type": "VAEDecode", "inputs": {"samples": ["3", 0], "vae": ["4", 2]}},
        "9": {"class_type": "SaveImage", "inputs": {"filename_prefix": "t2i", "images": ["8", 0]}},
    }


class Client:
    """A bare client of one simulator."""

    def __init__(self, simulator: Simulator, session: aiohttp.ClientSession) -> None:
        self.simulator = simulator
        self.session = session

    async def get(self, path: str, **params: str) -> Any:
        async with self.session.get(self.simulator.url + path, params=params) as response:
            return await response.json()

    async def post(self, path: str, body: Any) -> tuple[int, Any]:
        async with self.session.post(self.simulator.url + path, json=body) as response:
            text = await response.text()
            return response.status, json.loads(text) if text.startswith("{") else text

    async def submit(self, graph: Any, **more: Any) -> str:
        status, answer = await self.post("/prompt", {"prompt": graph, **more})
        assert status == 200, answer
        return str(answer["prompt_id"])

    async def wait(self, moment: str, **match: object) -> Any:
        """The simulator's moment, or a failed test."""
        async with asyncio.timeout(30):
            return await self.simulator.wait_for(moment, **match)

    async def run(self, graph: Any, **more: Any) -> Any:
        """The history entry of a prompt, once there is one."""
        prompt_id = await self.submit(graph, **more)
        await self.wait("finished", prompt_id=prompt_id)
        return (await self.get(f"/history/{prompt_id}"))[prompt_id]

    async def state(self, prompt_id: str) -> str:
        return str((await self.get(f"/api/jobs/{prompt_id}")).get("status"))

    @asynccontextmanager
    async def socket(self, client_id: str, *, flags: bool = True) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        url = f"{self.simulator.url}/ws?clientId={client_id}"
        async with self.session.ws_connect(url, max_msg_size=0) as socket:
            await socket.receive(timeout=5)
            if flags:
                await socket.send_json({"type": "feature_flags", "data": {"supports_preview_metadata": True}})
                await socket.receive(timeout=5)
            yield socket


@asynccontextmanager
async def serve(**options: Any) -> AsyncIterator[Client]:
    async with asyncio.timeout(20), Simulator(**options) as simulator, aiohttp.ClientSession() as session:
        yield Client(simulator, session)
