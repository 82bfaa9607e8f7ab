"""A small bot on unmodified discord.py that shows what the loopback Discord has to stand for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

import discord
import yarl
from discord import app_commands
from PIL import Image

from bot.playground import DiscordServer

discord.VoiceClient.warn_nacl = False


def point_at(url: str) -> None:
    """Send discord.py's REST, CDN and gateway traffic to this server."""
    discord.http.Route.BASE = f"{url}/api/v10"
    discord.Asset.BASE = f"{url}/cdn"
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(f"{url.replace('http', 'ws', 1)}/gateway")


def picture(colour: str = "red", size: tuple[int, int] = (8, 6)) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


def gallery(
    text: str, *names: str, button: discord.ui.Button[discord.ui.LayoutView] | None = None
) -> discord.ui.LayoutView:
    """A V2 message: text, a gallery of the attached files and perhaps a button."""
    view = discord.ui.LayoutView(timeout=None)
    container: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(accent_colour=0x5865F2)
    container.add_item(discord.ui.TextDisplay(text))
    if names:
        items = [discord.MediaGalleryItem(f"attachment://{name}") for name in names]
        container.add_item(discord.ui.MediaGallery(*items))
    if button:
        container.add_item(discord.ui.ActionRow(button))
    view.add_item(container)
    return view


class SmallBot(discord.AutoShardedClient):
    def __init__(self, **options: Any) -> None:
        usual = {
            "intents": discord.Intents(guilds=True),
            "max_messages": None,
            "chunk_guilds_at_startup": False,
            "member_cache_flags": discord.MemberCacheFlags.none(),
            "guild_ready_timeout": 0.05,
        }
        super().__init__(**(usual | options))
        self.tree = app_commands.CommandTree(self)
        #: what a test lets a command do
        self.acts: dict[str, Callable[[discord.Interaction], Awaitable[None]]] = {}

    async def setup_hook(self) -> None:
        await self.tree.sync()


@asynccontextmanager
async def running(server: DiscordServer, bot: SmallBot) -> AsyncIterator[SmallBot]:
    """The bot, connected; it is closed at the end."""
    point_at(server.url)
    task = asyncio.create_task(bot.start(server.token))
    try:
        waiting = asyncio.create_task(server.wait_ready(timeout=10))
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            waiting.cancel()
            task.result()
        await waiting
        yield bot
    finally:
        await bot.close()
        await asyncio.gather(task, return_exceptions=True)
