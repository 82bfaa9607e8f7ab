"""`python -m bot play`: a Discord, a ComfyUI that draws, the bot and a page, all in one process on this machine."""

from __future__ import annotations

import asyncio
import logging
import os
import time
import webbrowser
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from bot.app import EaselBot, use_loopback_discord
from bot.comfy.backend import Backend
from bot.comfy.simulator import Pace, Simulator
from bot.comfy.simulator.catalogue import MODELS
from bot.errors import SettingsError
from bot.playground.backstage import Backstage
from bot.playground.furniture import furnish
from bot.playground.ratelimits import RateLimits
from bot.playground.server import DiscordServer
from bot.playground.trial import Trial, trial
from bot.settings import Settings
from bot.signals import on_stop_signals
from bot.tasks import end
from bot.text import _
from bot.ui.editor import PACE as EDIT_PACE

log = logging.getLogger(__name__)

#: the simulator's own, and what the shipped commands need besides, so that each of them can be tried
OWNED = {
    **MODELS,
    "checkpoints": (*MODELS["checkpoints"], "svd_xt.safetensors"),
    "text_encoders": (*MODELS["text_encoders"], "qwen3vl_4b_fp8_scaled.safetensors"),
}
PACE = Pace(step=0.18, load=0.8)  # a picture takes about five seconds, as on a small graphics card


@dataclass(frozen=True)
class Playground:
    """All that runs; `running` ends with the bot, and with its error if it has one."""

    discord: DiscordServer
    simulator: Simulator | None
    bot: EaselBot
    running: asyncio.Task[None]


async def play(settings: Settings, *, port: int, browser: bool, workflow: Path | None = None) -> None:
    """Serve until Ctrl+C, with one more workflow if one is named, which is not written anywhere.

    Raises `SettingsError` where the port is taken, `WorkflowError` where the workflow cannot be used.
    """
    async with AsyncExitStack() as stack:
        tried = stack.enter_context(trial(settings.workflows_dir, workflow)) if workflow is not None else None
        if tried is not None:
            settings = settings.model_copy(update={"workflows_dir": tried.folder})
        playground = await stack.enter_async_context(opened(settings, port=port))
        stack.enter_context(on_stop_signals(playground.bot.stop))
        await _greet(playground, browser=browser)
        if tried is not None:
            await _tell(tried, playground)
        await playground.running


async def _tell(tried: Trial, playground: Playground) -> None:
    outcome = asyncio.create_task(tried.outcome(playground.bot))
    await asyncio.wait([outcome, playground.running], return_when=asyncio.FIRST_COMPLETED)
    if outcome.done():
        print(outcome.result(), flush=True)  # noqa: T201
    outcome.cancel()


@asynccontextmanager
async def opened(
    settings: Settings,
    *,
    port: int = 0,
    pace: Pace = PACE,
    edit_pace: float = EDIT_PACE,
    rate_limits: RateLimits | None = RateLimits(),  # noqa: B008 - frozen
    clock: Callable[[], float] = time.time,
) -> AsyncIterator[Playground]:
    """A playground until the block ends; the bot is on its way to be ready. `clock` is everybody's."""
    folder = settings.data_dir / "playground"
    async with AsyncExitStack() as stack:
        memory = Path(stack.enter_context(TemporaryDirectory(prefix="easel-", ignore_cleanup_errors=True)))
        simulator = await _simulator(settings, folder, pace, stack)
        urls = (simulator.url,) if simulator else settings.comfyui_urls
        discord = DiscordServer(port=port, rate_limits=rate_limits, clock=clock)
        discord.backstage = Backstage(simulator, lambda: _backends(bot))
        furnish(discord)
        await _listen(discord, port, stack)
        use_loopback_discord(discord.url)
        bot = EaselBot(
            _settings(settings, folder, memory, urls).model_copy(update={"discord_api_url": discord.url}),
            clock=lambda: datetime.fromtimestamp(discord.world.now(), UTC),
            pace=edit_pace,
        )
        running = asyncio.create_task(bot.run_until_stopped(discord.token))
        stack.push_async_callback(_stop, bot, running)
        watching = asyncio.create_task(_watch(discord, discord.backstage))
        stack.push_async_callback(end, watching)
        yield Playground(discord, simulator, bot, running)


async def _simulator(settings: Settings, folder: Path, pace: Pace, stack: AsyncExitStack) -> Simulator | None:
    """None where the operator named a ComfyUI of their own."""
    if "comfyui_urls" in settings.model_fields_set:
        return None
    return await stack.enter_async_context(Simulator(pace=pace, data_dir=folder / "comfyui", models=OWNED))


async def _listen(discord: DiscordServer, port: int, stack: AsyncExitStack) -> None:
    try:
        await stack.enter_async_context(discord)
    except OSError as error:
        problem = _("Port {port} is taken. Try: python -m bot play --port {other}").format(port=port, other=port + 1)
        raise SettingsError(problem) from error


def _settings(settings: Settings, folder: Path, memory: Path, urls: tuple[str, ...]) -> Settings:
    """The operator's, with everything kept inside the playground's own folder, and jobs only as long as its Discord."""
    changes = {
        "comfyui_urls": urls,
        "comfy_api_urls": (),  # nothing here costs money
        "comfy_api_keys": None,
        "data_dir": folder,
        "database_url": f"sqlite+aiosqlite:///{(memory / 'easel.db').as_posix()}",
        "drain_seconds": min(settings.drain_seconds, 2.0),
        "discord_token": SecretStr("playground"),
    }
    return settings.model_copy(update=changes)


def _backends(bot: EaselBot) -> tuple[Backend, ...]:
    """None before the bot has built them."""
    return bot.pool.backends if hasattr(bot, "pool") else ()


async def _watch(discord: DiscordServer, backstage: Backstage) -> None:
    """Tell open pages when there is something else to say of where pictures come from."""
    while not backstage.backends():
        await discord.gateway.changed.wait()
    said = ""
    while True:
        changes = [backend.changed() for backend in backstage.backends()]
        if said != (line := backstage.line()):
            said = line
            discord.world.notify(None)
        await asyncio.wait(changes, return_when=asyncio.FIRST_COMPLETED)
        for change in changes:
            change.cancel()


async def _stop(bot: EaselBot, running: asyncio.Task[None]) -> None:
    bot.stop()
    await asyncio.wait([running])


async def _greet(playground: Playground, *, browser: bool) -> None:
    discord, running = playground.discord, playground.running
    ready = asyncio.create_task(discord.wait_ready())
    await asyncio.wait([ready, running], return_when=asyncio.FIRST_COMPLETED)
    if not ready.done():
        ready.cancel()
        return
    banner = discord.backstage.line() if discord.backstage else ""
    print(_("Easel's playground: {url}\n{banner} Stop with Ctrl+C.").format(url=discord.url, banner=banner))  # noqa: T201
    if browser and os.environ.get("DISPLAY", os.name == "nt"):
        await asyncio.to_thread(webbrowser.open, discord.url)
