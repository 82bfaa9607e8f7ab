"""A channel as a command's option, of the kinds that Discord's description of commands has."""

from __future__ import annotations

from typing import Any

import discord
from discord import ChannelType, app_commands
from discord.app_commands import AppCommandChannel, AppCommandThread

from bot.errors import OptionRefused
from bot.text import _

Place = AppCommandChannel | AppCommandThread

THREADS = (ChannelType.public_thread, ChannelType.private_thread, ChannelType.news_thread)
#: where a message can be sent
WRITTEN_IN = (ChannelType.text, ChannelType.news, ChannelType.voice, *THREADS)
#: where commands can be typed, or in what is inside
TYPED_IN = (*WRITTEN_IN, ChannelType.stage_voice, ChannelType.forum)


class ChannelOption(app_commands.Transformer):
    """Takes channels of these kinds, also those that the bot cannot see."""

    def __init__(self, *kinds: ChannelType) -> None:
        super().__init__()
        self._kinds = kinds

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[ChannelType]:
        return list(self._kinds)

    async def transform(self, interaction: discord.Interaction[Any], value: Any, /) -> Place:
        """OptionRefused for what Discord would not have offered."""
        if not isinstance(value, Place) or value.type not in self._kinds:
            raise OptionRefused("channel", _("It cannot be that channel. Choose one from the list."))
        return value
