"""Whether the bot is where it was asked: people take their own apps along to where it is not."""

from __future__ import annotations

from typing import Any

import discord


def server_of(interaction: discord.Interaction[Any]) -> int | None:
    """The server whose word holds here. None in direct messages, and on a server without the bot: nobody has set
    anything for it there, and nobody moderates it, so what holds is what holds in direct messages.
    """
    guild_id = interaction.guild_id
    return guild_id if guild_id is not None and interaction.client.get_guild(guild_id) is not None else None


def alone(interaction: discord.Interaction[Any]) -> bool:
    """Whether these are the direct messages of the person and the bot: nobody else reads along."""
    return interaction.context.dm_channel is True


def reached(interaction: discord.Interaction[Any]) -> bool:
    """Whether the bot's own token gets here; elsewhere only the interaction's does, for fifteen minutes."""
    return alone(interaction) or server_of(interaction) is not None


def hushed(interaction: discord.Interaction[Any]) -> bool:
    """Whether Discord shows what the bot answers to that person alone: a server may want that of outside apps."""
    outside = interaction.guild_id is not None and not reached(interaction)
    return outside and not interaction.permissions.use_external_apps
