"""Who sees an answer, covered or not, in which language, and where it may be given at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import discord

from bot.errors import AccessRefused
from bot.jobs.rules import Rules, Visibility
from bot.text import _
from bot.ui.presence import alone, hushed

CHANNELS = (discord.TextChannel, discord.VoiceChannel, discord.StageChannel, discord.ForumChannel, discord.Thread)


@dataclass(frozen=True)
class Shown:
    """`ephemeral`: only who asked sees it; `spoiler`: its pictures are covered; `locale`: the message's language."""

    ephemeral: bool
    spoiler: bool
    locale: str


def shown_here(interaction: discord.Interaction[Any], rules: Rules, default: Visibility, *, nsfw: bool) -> Shown:
    """How an answer to this appears. Nobody else reads along in direct messages with the bot, so nothing is hidden in
    there; what is for age-restricted channels is covered wherever else Discord lets it be asked for.
    """
    results = rules.results or default
    ephemeral = (results is Visibility.EPHEMERAL and not alone(interaction)) or hushed(interaction)
    spoiler = results is Visibility.SPOILER or (nsfw and not restricted(interaction))
    theirs, here = interaction.locale.value, interaction.guild_locale
    public = rules.language or (here.value if here is not None else theirs)
    return Shown(ephemeral, spoiler, theirs if ephemeral or interaction.guild_id is None else public)


def require_nsfw_channel(interaction: discord.Interaction[Any], *, nsfw: bool) -> None:
    """Raise AccessRefused for a workflow for adults where the channel, or a thread's, is not age-restricted.

    In direct messages Discord alone knows whether the person wants such commands, and asks no one about buttons. In
    those of people nobody knows who reads along.
    """
    if not nsfw or restricted(interaction):
        return
    if alone(interaction) and interaction.type is discord.InteractionType.application_command:
        return
    raise AccessRefused(_("This is for age-restricted channels only. Use it in one of those."))


def restricted(interaction: discord.Interaction[Any]) -> bool:
    """Whether Discord shows this channel, or a thread's, to adults only; False where it cannot be known."""
    channel = interaction.channel
    return isinstance(channel, CHANNELS) and channel.is_nsfw()
