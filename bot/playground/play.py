"""`python -m bot play`: a Discord, a ComfyUI that draws, the bot and a page, all in one process on this machine."""

from __future__ import annotations

import asyncio
import logging
import os
import webbrowser
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import SecretStr

from bot.app import EaselBot, use_loopback_discord
from bot.comfy.simulator import Pace, Simulator
from bot.errors import SettingsError
from bot.playground.ratelimits import RateLimits
from bot.playground.server import DiscordServer
from bot.settings import Settings
from bot.signals import on_stop_signals
from bot.text import _

log = logging.getLogger(__name__)

PACE = Pace(step=0.18, load=0.8)  # a picture takes about five seconds, as on a small graphics card


async def play(settings: Settings, *, port: int, browser: bool) -> None:
    """Serve until Ctrl+C. Raises `SettingsError` where the port is taken."""
    folder = settings.data_dir / "playground"
    async with AsyncExitStack() as stack:
        memory = Path(stack.enter_context(TemporaryDirectory(prefix="easel-", ignore_cleanup_errors=True)))
        urls = await _comfyui(settings, folder, stack)
        banner = _banner(urls)
        discord = DiscordServer(port=port, rate_limits=RateLimits(), banner=banner)
        try:
            await stack.enter_async_context(discord)
        except OSError as error:
            problem = _("Port {port} is taken. Try: python -m bot play --port {other}").format(
                port=port, other=port + 1
            )
            raise SettingsError(problem) from error
        use_loopback_discord(discord.url)
        bot = EaselBot(_settings(settings, folder, memory, urls or settings.comfyui_urls))
        with on_stop_signals(bot.stop):
            running = asyncio.create_task(bot.run_until_stopped(discord.token))
            await _greet(discord, banner, running, browser=browser)
            await running


async def _comfyui(settings: Settings, folder: Path, stack: AsyncExitStack) -> tuple[str, ...]:
    """The simulator's address; empty where the operator named a ComfyUI of their own."""
    if "comfyui_urls" in settings.model_fields_set:
        return ()
    simulator = await stack.enter_async_context(Simulator(pace=PACE, data_dir=folder / "comfyui"))
    return (simulator.url,)


def _settings(settings: Settings, folder: Path, memory: Path, urls: tuple[str, ...]) -> Settings:
    """The operator's, with everything kept inside the playground's own folder, and jobs only as long as its Discord."""
    changes = {
        "comfyui_urls": urls,
        "data_dir": folder,
        "database_url": f"sqlite+aiosqlite:///{(memory / 'easel.db').as_posix()}",
        "drain_seconds": min(settings.drain_seconds, 2.0),
        "discord_token": SecretStr("playground"),
    }
    return settings.model_copy(update=changes)


def _banner(urls: tuple[str, ...]) -> str:
    if urls:
        return _("Pictures come from the built-in simulator. Set COMFYUI_URLS to try a real ComfyUI.")
    return _("Pictures come from the ComfyUI that COMFYUI_URLS names.")


async def _greet(discord: DiscordServer, banner: str, running: asyncio.Task[None], *, browser: bool) -> None:
    ready = asyncio.create_task(discord.wait_ready())
    await asyncio.wait([ready, running], return_when=asyncio.FIRST_COMPLETED)
    if not ready.done():
        ready.cancel()
        return
    print(_("Easel's playground: {url}\n{banner} Stop with Ctrl+C.").format(url=discord.url, banner=banner))  # noqa: T201
    if browser and os.environ.get("DISPLAY", os.name == "nt"):
        await asyncio.to_thread(webbrowser.open, discord.url)
