"""The real bot between a Discord and a ComfyUI on loopback."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import discord.gateway
import discord.http
import pytest
from pydantic import SecretStr

from bot.app import EaselBot, use_loopback_discord
from bot.comfy.intervals import Intervals
from bot.comfy.simulator import Simulator
from bot.comfy.simulator.catalogue import MODELS
from bot.comfy.simulator.catalogue import Catalogue as Shown
from bot.comfy.simulator.port import Port
from bot.jobs.job import Job, JobState
from bot.jobs.store import Store
from bot.metrics import monitored
from bot.metrics.monitor import Monitor
from bot.playground import DiscordServer, Message, Request
from bot.settings import Settings
from bot.text import catalogue
from bot.workflow.catalogue import Catalogue
from tests.catalogues.merging import languages
from tests.pure.jobs import begin_database

from .calm import careless
from .conforming import traffic  # noqa: F401 (holds every test against Discord's description)
from .discreet import pytest_runtest_makereport  # noqa: F401 (no test may tell what is secret)
from .page_stage import chromium, page, stage  # noqa: F401 (fixtures of the page's tests)

SD15 = {
    **MODELS,
    "checkpoints": tuple(name for name in MODELS["checkpoints"] if "xl" not in name.lower() or "turbo" in name),
    "diffusion_models": (),
}
WORKFLOWS = Path(__file__).parents[2] / "workflows"
#: held, so that not every bot reads them anew before it sends its commands
CATALOGUES = [catalogue(language) for language in languages()]
#: held for the same reason: what `comfyui` says of its nodes
NODES = Catalogue.read(Shown(SD15, list).text().encode())


@pytest.fixture(autouse=True)
def _discord_as_it_was() -> Any:
    """Pointing discord.py at a loopback server is global to the process."""
    before = discord.http.Route.BASE, discord.Asset.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    yield
    discord.http.Route.BASE, discord.Asset.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = before


@pytest.fixture(autouse=True)
def _all_is_logged_that_operators_read(caplog: pytest.LogCaptureFixture) -> None:
    """Of which nothing may be secret: see `discreet`."""
    for name in ("bot", "cogs"):
        caplog.set_level(logging.INFO, logger=name)


@pytest.fixture
async def discord_server() -> AsyncIterator[DiscordServer]:
    """Waits longer for an answer than Discord does: how fast a busy machine is, is no test's concern."""
    with closing(Port("127.0.0.1")) as port:
        async with DiscordServer(port=port.number, answer_window=15.0) as server:
            yield server


@pytest.fixture
async def comfyui(tmp_path: Path) -> AsyncIterator[Simulator]:
    """Its owner draws with SD 1.5, so that /imagine takes the same graph whether its lists are known yet or not."""
    async with Simulator(data_dir=tmp_path / "comfyui", models=SD15) as simulator:
        yield simulator


class Easel:
    """A bot that can be started, stopped and started again on the same data."""

    def __init__(self, server: DiscordServer, urls: tuple[str, ...], folder: Path) -> None:
        self.server = server
        self.urls = urls
        self.folder = folder
        self.changes: dict[str, Any] = {}
        self.pace = 0.0
        self.monitor: Monitor | None = None
        self.intervals = Intervals(lost=0.1, queue=0.05, cancel=0.1, reconnect=0.05, reconnect_most=0.2)

    def settings(self) -> Settings:
        values: dict[str, Any] = {
            "discord_token": SecretStr(self.server.token),
            "discord_api_url": self.server.url,
            "comfyui_urls": self.urls,
            "workflows_dir": WORKFLOWS,
            "data_dir": self.folder,
            "database_url": f"sqlite+aiosqlite:///{self.folder / 'easel.db'}",
            "drain_seconds": 5.0,
        }
        return Settings(_env_file=None, **(values | self.changes))

    def now(self) -> datetime:
        """Discord's clock, so that minute 16 comes for both at once."""
        return datetime.fromtimestamp(self.server.world.now(), UTC)

    def add_workflow(self, name: str, graph: Mapping[str, Any], manifest: str) -> None:
        """One more command, beside those added before; the shipped ones are then left out."""
        folder = self.folder.parent / "workflows"
        folder.mkdir(exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(graph), encoding="utf-8")
        (folder / f"{name}.toml").write_text(manifest, encoding="utf-8")
        self.changes["workflows_dir"] = folder

    async def jobs(self) -> list[Job]:
        """What is stored, ended ones too, once the bot has stopped."""
        store = await Store.open(self.settings().database_url)
        try:
            return await store.select(states=JobState)
        finally:
            await store.close()

    async def remember(self, *jobs: Job) -> None:
        """Store jobs as if an earlier process had."""
        store = await Store.open(self.settings().database_url)
        try:
            for job in jobs:
                await store.add(job)
        finally:
            await store.close()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[EaselBot]:
        """Until the block ends: then it drains and closes, as after SIGTERM."""
        use_loopback_discord(self.server.url)
        await begin_database(self.folder)
        async with monitored(self.settings(), clock=self.now) as self.monitor:
            bot = EaselBot(
                self.settings(),
                clock=self.now,
                pace=self.pace,
                guild_ready_timeout=0.05,
                intervals=self.intervals,
                monitor=self.monitor,
            )
            task = asyncio.create_task(bot.run_until_stopped(self.server.token))
            ready = asyncio.create_task(self.server.wait_ready())
            await asyncio.wait([task, ready], return_when=asyncio.FIRST_COMPLETED)
            try:
                if task.done():
                    task.result()
                yield bot
            finally:
                ready.cancel()
                bot.stop()
                async with asyncio.timeout(20):
                    await task
        assert careless(self.server.requests) == []


@pytest.fixture
def easel(discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path) -> Easel:
    return Easel(discord_server, (comfyui.url,), tmp_path / "data")


@pytest.fixture
async def bot(easel: Easel) -> AsyncIterator[EaselBot]:
    async with easel.running() as bot:
        yield bot


async def listed(bot: EaselBot) -> None:
    """Return once the bot has the server's lists and can send prompts."""
    async with asyncio.timeout(10):
        backend = bot.pool.backends[0]
        while backend.catalogue is None:
            await backend.changed()
        await backend.wait_up()


def visible(message: Message) -> str:
    """The text as Discord shows it: a backslash before a sign only keeps it from being markup."""
    return re.sub(r"\\([^0-9A-Za-z\s])", r"\1", message.text)


def shows(*words: str) -> Callable[[Message], bool]:
    """Whether a message shows all of these."""
    return lambda message: all(word in visible(message) for word in words)


def stoppable(message: Message) -> bool:
    """Whether it offers to cancel its job."""
    return any(button.custom_id.startswith("job:cancel:") for button in message.buttons)


def finished(message: Message) -> bool:
    """Whether a message has ended: nothing to cancel any more, neither thinking nor being stopped."""
    return bool(message.text) and not stoppable(message) and "Stopping…" not in message.text


def edits(server: DiscordServer) -> list[Request]:
    """The requests that changed messages."""
    return [request for request in server.requests if request.method == "PATCH"]


def hold_at(comfyui: Simulator, step: int) -> None:
    """The sampler stops once it has told of that step."""

    def watch(moment: str, facts: Mapping[str, Any]) -> None:
        if moment == "step" and facts["value"] == step:
            comfyui.hold()

    comfyui.on(watch)


def graphs(comfyui: Simulator) -> list[dict[str, Any]]:
    """The graphs that were sent to be run, oldest first."""
    posted = [
        request.body for request in comfyui.requests if request.method == "POST" and request.path.endswith("/prompt")
    ]
    return [body["prompt"] for body in posted if isinstance(body, dict)]


def node(graph: Mapping[str, Any], title: str) -> dict[str, Any]:
    """The inputs of the node with that title; KeyError where there is none."""
    titled = {entry["_meta"]["title"]: entry["inputs"] for entry in graph.values()}
    found: dict[str, Any] = titled[title]
    return found
