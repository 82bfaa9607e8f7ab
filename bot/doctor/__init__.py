"""`python -m bot check`: looks at everything the bot needs, and says of each thing what to do about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from bot.asking import asked
from bot.doctor.account import examine_account
from bot.doctor.clouds import examine_clouds
from bot.doctor.finding import Finding, Mark, lines
from bot.doctor.fleet import examine_fleet
from bot.doctor.folders import examine_folders
from bot.doctor.machines import examine_machines
from bot.doctor.named import examine_names
from bot.doctor.shelf import examine_workflows
from bot.settings import Settings

__all__ = ["Finding", "Mark", "examine", "lines"]

#: seconds that Discord, and each server, may take in all
PATIENCE = 15.0


async def examine(settings: Settings, *, patience: float = PATIENCE) -> AsyncGenerator[Finding, None]:
    """One finding after the other, the quick ones first; nothing is written but what is learned of servers."""
    account = asyncio.create_task(examine_account(settings, patience=patience))
    for found in [*examine_names(settings), *await asyncio.to_thread(examine_folders, settings)]:
        yield found
    for found in await examine_fleet(settings, patience=patience):
        yield found
    for found in await account:
        yield found
    if settings.role == "gateway":  # workers have the servers
        settings = settings.model_copy(update={"comfyui_urls": (), "comfy_api_urls": ()})
    async with asked(settings, patience=patience) as servers:
        for found in await examine_machines(servers, patience=patience):
            yield found
        for found in await examine_clouds(settings, patience=patience):
            yield found
        for found in await asyncio.to_thread(examine_workflows, settings, servers):
            yield found
