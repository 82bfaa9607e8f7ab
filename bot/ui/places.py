"""Where a command was typed: what a job keeps of it, and the channels that count for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import discord

from bot.errors import AccessRefused
from bot.jobs.job import Place
from bot.text import _
from bot.ui.presence import reached, server_of
from bot.ui.visibility import Shown

TOKEN_LIFE = timedelta(minutes=15)  # Discord's


def place_of(interaction: discord.Interaction[Any], shown: Shown, now: datetime) -> Place:
    """What is needed to answer later; AccessRefused where there is no channel."""
    if interaction.channel_id is None:
        raise AccessRefused(_("This command needs a channel."))
    user, here = interaction.user, reached(interaction)
    return Place(
        application_id=interaction.application_id,
        channel_id=interaction.channel_id,
        guild_id=server_of(interaction),
        user_id=user.id,
        user_name=user.display_name,
        interaction_id=interaction.id,
        token=interaction.token,
        token_expires=now + TOKEN_LIFE,
        locale=shown.locale,
        roles=tuple(role.id for role in user.roles) if isinstance(user, discord.Member) else (),
        filesize_limit=interaction.filesize_limit,
        visible=here and not shown.ephemeral,
        by_token=not here and not shown.ephemeral,
    )


def channels_of(interaction: discord.Interaction[Any]) -> frozenset[int]:
    """The channel, and the one a thread belongs to."""
    channel = interaction.channel
    parent = channel.parent_id if isinstance(channel, discord.Thread) else None
    return frozenset(found for found in (interaction.channel_id, parent) if found is not None)
