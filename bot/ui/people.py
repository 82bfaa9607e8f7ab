"""Who is asking, and how they are told no."""

from __future__ import annotations

from typing import Any

import discord

from bot.jobs.access import Actor


def actor_of(interaction: discord.Interaction[Any], *, owner: bool = False, let_through: bool = False) -> Actor:
    """The person as the access rules know them.

    `let_through`: Discord itself let them use a moderators' command, which an admin may have granted to any role.
    """
    user = interaction.user
    roles = frozenset(role.id for role in user.roles) if isinstance(user, discord.Member) else frozenset()
    moderates = interaction.guild_id is not None and (let_through or interaction.permissions.manage_messages)
    return Actor(user_id=user.id, guild_id=interaction.guild_id, roles=roles, moderator=moderates, owner=owner)


async def refuse(interaction: discord.Interaction[Any], sentence: str) -> None:
    """One sentence that only they see."""
    if interaction.response.is_done():
        await interaction.followup.send(sentence, ephemeral=True)
    else:
        await interaction.response.send_message(sentence, ephemeral=True)
