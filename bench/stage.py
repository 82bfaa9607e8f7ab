"""A ComfyUI and a Discord in this process, the bot in one of its own, and a person who uses `/imagine`."""

from __future__ import annotations

import asyncio
import tempfile
from asyncio.subprocess import Process
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, takewhile
from pathlib import Path
from typing import Any

from bench.clock import Clock
from bench.processes import ROOT, running_bot
from bot.comfy.simulator import Simulator
from bot.comfy.simulator.catalogue import MODELS
from bot.comfy.simulator.catalogue import Catalogue as SimulatedCatalogue
from bot.playground import DiscordServer, Message, Request
from bot.workflow.binding import Facts, bind, check, place
from bot.workflow.catalogue import Catalogue
from bot.workflow.choosing import choose
from bot.workflow.hosts import hosts_of
from bot.workflow.library import Library
from bot.workflow.recipe import recipe_of

LATENCY = 0.08  # seconds Discord takes for each answer
VERSION = "0.33.0"  # of ComfyUI
PATIENCE = 60.0  # seconds for anything that is waited for
TYPICAL: Mapping[str, object] = {"prompt": "a fox in the snow", "size": "1024x1024", "steps": 20}


class BenchFailed(Exception):
    """Something did not work at all, so that there is nothing to measure."""


@dataclass(frozen=True)
class Result:
    """One command from its beginning to Discord's answer to the final edit; times are the loop's, `span` in seconds."""

    began: float
    answered: float
    span: float
    lag: float
    prompt_id: str
    message: Message
    requests: tuple[Request, ...]


@dataclass(frozen=True)
class Stage:
    """Both servers; `bot` is the bot's process. Every job has a seed of its own, so that nothing is cached."""

    comfyui: Simulator
    discord: DiscordServer
    clock: Clock
    bot: Process
    seeds: count[int] = field(default_factory=lambda: count(1))

    async def imagine(self, values: Mapping[str, object], *, person: str = "alice", channel: str = "general") -> Result:
        """Use `/imagine` and wait for its end. `requests` are all that came meanwhile, other people's too."""
        began = asyncio.get_running_loop().time()
        given = {"seed": next(self.seeds), **values}
        answer = await self.discord.person(person).slash("imagine", channel=channel, timeout=PATIENCE, values=given)
        message = await answer.wait(ended, timeout=PATIENCE)
        if not message.files:
            raise BenchFailed(f"/imagine ended without a picture: {message.text}")
        requests = self._since(began)
        edit = next(one for one in reversed(requests) if one.method == "PATCH" and answer.interaction.token in one.path)
        prompt_id = self._prompt_of(edit)
        answered = self.clock.answers[edit.path]
        lag = answered - self.clock.ends[prompt_id]
        return Result(began, answered, self.clock.span(prompt_id), lag, prompt_id, message, requests)

    def graph_of(self, prompt_id: str) -> Mapping[str, Any]:
        """What the bot sent to be run under that id."""
        for request in reversed(self.comfyui.requests):
            if isinstance(request.body, dict) and request.body.get("prompt_id") == prompt_id:
                return dict(request.body["prompt"])
        raise BenchFailed(f"nobody sent {prompt_id}")

    def _since(self, began: float) -> tuple[Request, ...]:
        newest_first = takewhile(lambda request: request.at >= began, reversed(self.discord.requests))
        return tuple(newest_first)[::-1]

    def _prompt_of(self, edit: Request) -> str:
        """The prompt whose id begins the name of the picture in its final edit."""
        begin = edit.files[0][0].split("-")[1]
        return next(prompt_id for prompt_id in reversed(self.comfyui.executed) if prompt_id.startswith(begin))


@asynccontextmanager
async def staged(*, latency: float = LATENCY) -> AsyncGenerator[Stage, None]:
    """Everything up: the bot has its commands and its ComfyUI."""
    with tempfile.TemporaryDirectory(prefix="easel-bench-") as name:
        folder = Path(name)
        async with Simulator(data_dir=folder / "comfyui") as comfyui, DiscordServer(latency=latency) as discord:
            settings = {
                "DISCORD_TOKEN": discord.token,
                "DISCORD_API_URL": discord.url,
                "COMFYUI_URLS": comfyui.url,
            }
            async with running_bot(folder / "bot", settings) as bot:
                stage = Stage(comfyui, discord, Clock(comfyui, discord), bot)
                await _ready(stage, folder / "bot" / "bot.log")
                yield stage


def imagine_graph(values: Mapping[str, Any], seed: int) -> dict[str, Any]:
    """The graph `/imagine` makes of these values for a simulator with its usual models."""
    catalogue = Catalogue(SimulatedCatalogue(MODELS, list).classes)
    library = Library(ROOT / "workflows")
    hosts = hosts_of(catalogue, VERSION)
    library.load(hosts)
    workflow, given = choose(library.variants("imagine"), values, hosts)
    checked = check(workflow, given, catalogue)
    facts = Facts(catalogue, "easel/bench", {})
    return place(bind(workflow, checked, seed), facts, recipe=recipe_of(workflow), values=checked).graph


async def _ready(stage: Stage, log: Path) -> None:
    """BenchFailed with the bot's last words when it ends instead."""
    waits = [asyncio.ensure_future(_connected(stage)), asyncio.ensure_future(stage.bot.wait())]
    try:
        async with asyncio.timeout(PATIENCE):
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if stage.bot.returncode is not None:
            last = await asyncio.to_thread(log.read_text)
            raise BenchFailed(f"the bot ended at once: {last[-2000:]}")
    finally:
        for wait in waits:
            wait.cancel()


async def _connected(stage: Stage) -> None:
    await stage.discord.wait_ready(PATIENCE)
    await stage.comfyui.wait_for("http", path="/api/object_info")


def ended(message: Message) -> bool:
    """Whether there is nothing to cancel any more."""
    return bool(message.text) and not any(button.custom_id.startswith("job:cancel:") for button in message.buttons)
