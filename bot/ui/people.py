"""Who is asking, and how they are answered so that only they see it."""

from __future__ import annotations

from typing import Any

import discord

from bot.errors import AccessRefused
from bot.jobs.access import Actor
from bot.text import _
from bot.ui.presence import server_of

CONTENT = 2000  # Discord's ceiling for the text of an ordinary message


def actor_of(
    interaction: discord.Interaction[Any],
    *,
    owner: bool = False,
    let_through: bool = False,
    moderator: bool | None = None,
) -> Actor:
    """The person as the access rules know them.

    `let_through`: Discord itself let them use a moderators' command, which an admin may have granted to any role.
    `moderator`: what `bot.ui.permissions` says of them; not given, those who may manage messages are moderators.
    """
    user, guild_id = interaction.user, server_of(interaction)
    roles = user.roles if isinstance(user, discord.Member) else []
    if moderator is None:
        moderator = let_through or interaction.permissions.manage_messages
    return Actor(
        user_id=user.id,
        guild_id=guild_id,
        roles=frozenset(role.id for role in roles),
        role_names=frozenset(role.name for role in roles),
        moderator=moderator and guild_id is not None,
        owner=owner,
        admin=guild_id is not None and interaction.permissions.manage_guild,
    )


def guild_of(actor: Actor) -> int:
    """The server that a moderator moderates. Raises AccessRefused where there is none: never that of everybody."""
    if actor.guild_id is None:
        raise AccessRefused(_("Only moderators can do that, on their server. There are none in direct messages."))
    return actor.guild_id


def clipped(text: str) -> str:
    """As much of a text as one message holds."""
    return text if len(text) <= CONTENT else f"{text[: CONTENT - 1]}…"


async def tell(interaction: discord.Interaction[Any], text: str) -> None:
    """A text that only they see: the answer, or what comes after one."""
    text = clipped(text)
    if interaction.response.is_done():
        await interaction.followup.send(text, ephemeral=True)
    else:
        await interaction.response.send_message(text, ephemeral=True)
