"""A server's rules changed by a command: written down for the audit, and answered so that only that person sees it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Protocol

import discord

from bot.errors import AccessRefused
from bot.jobs.audit import Audit, Deed
from bot.jobs.rules import Rules
from bot.jobs.servers import Servers
from bot.text import _
from bot.ui import presence
from bot.ui.channels import Place
from bot.ui.people import tell
from bot.ui.rules import in_parts

Decide = Callable[[Rules], Rules]


class Bot(Protocol):
    """What a change needs of the client."""

    servers: Servers
    audit: Audit


def server_of(interaction: discord.Interaction[Any]) -> int:
    """Its id; AccessRefused in direct messages, and where the bot is not."""
    guild_id = presence.server_of(interaction)
    if guild_id is None:
        raise AccessRefused(_("Settings belong to a server: use this on one."))
    return guild_id


async def change_rules(
    bot: Bot, interaction: discord.Interaction[Any], decide: Decide, *, secret: Iterable[str] = ()
) -> Rules:
    """What holds afterwards; what is the same as before is not written down. `secret` options are not told."""
    guild_id = server_of(interaction)
    before = bot.servers.get(guild_id).rules
    if decide(before) == before:
        return before
    rules = await bot.servers.change(guild_id, decide)
    reason = _as_typed(interaction, frozenset(secret))
    await bot.audit.record(guild_id=guild_id, actor_id=interaction.user.id, action=Deed.SETTINGS, reason=reason)
    return rules


async def say(interaction: discord.Interaction[Any], sentences: Iterable[str]) -> None:
    """A line each, without empty ones, in as many messages as they need."""
    for part in in_parts(filter(None, sentences)):
        await tell(interaction, part)


def _as_typed(interaction: discord.Interaction[Any], secret: frozenset[str]) -> str:
    """The command; what has a name is told by it, and by its id, which stays."""
    command = interaction.command
    parts = [f"/{command.qualified_name}" if command is not None else ""]
    for name, value in interaction.namespace:
        parts.append(f"{name}:{'…' if name in secret else _shown(value)}")
    return " ".join(parts)


def _shown(value: object) -> str:
    if isinstance(value, discord.Role | Place):
        return f"{value.name} ({value.id})"
    return str(value)
