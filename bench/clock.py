"""Makes each job on the simulator take exactly as long as it should, and notes when things happen."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Literal

from bot.comfy.simulator import Simulator
from bot.playground import DiscordServer, Request

SAMPLING = 0.85  # the share of a job that its steps take; decoding and saving follow


class Clock:
    """Loop times: `begins` and `ends` by prompt id, `answers` by the path of an edit.

    `seconds` is how long the next jobs take, from the server's taking them up to their entry in history. Drawing is
    within that time, so a machine that draws slower has no longer jobs, unless it cannot keep up at all.
    """

    def __init__(self, comfyui: Simulator, discord: DiscordServer) -> None:
        self.seconds = 0.0
        self.begins: dict[str, float] = {}
        self.ends: dict[str, float] = {}
        self.answers: dict[str, float] = {}
        self._spans: dict[str, float] = {}
        self._latency = discord.parts.latency
        self._loop = asyncio.get_running_loop()
        comfyui.on(self._moment)
        discord.on(self._request)

    def span(self, prompt_id: str) -> float:
        """Seconds the job really took."""
        return self.ends[prompt_id] - self.begins[prompt_id]

    async def _moment(self, moment: str, facts: Mapping[str, Any]) -> None:
        """The simulator waits for this before it goes on."""
        match moment:
            case "start":
                self.begins[facts["prompt_id"]] = self._loop.time()
                self._spans[facts["prompt_id"]] = self.seconds
            case "step":
                await self._pass(facts["prompt_id"], SAMPLING * facts["value"] / facts["max"])
            case "success":
                await self._pass(facts["prompt_id"], 1.0)
            case "history":
                self.ends[facts["prompt_id"]] = self._loop.time()

    async def _pass(self, prompt_id: str, share: float) -> None:
        """Until that share of the job's time is over."""
        until = self.begins[prompt_id] + self._spans[prompt_id] * share
        await asyncio.sleep(max(0.0, until - self._loop.time()))

    async def _request(self, moment: Literal["request", "answer"], request: Request) -> None:
        if moment == "answer" and request.method == "PATCH":
            self.answers[request.path] = self._loop.time() + self._latency  # which is yet to pass
