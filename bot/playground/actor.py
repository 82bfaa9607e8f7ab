"""Somebody who does things that the app is told of."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from .interaction import Interaction
from .message import Message
from .rest import Discord
from .wire import Payload
from .world import Channel, User


class Actor:
    def __init__(self, user: User, discord: Discord) -> None:
        self.user = user
        self.discord = discord

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    async def act(
        self,
        kind: int,
        channel: Channel,
        data: Payload,
        *,
        owners: Payload | None = None,
        source: Message | None = None,
        triggered_by: Payload | None = None,
        locale: str | None = None,
        timeout: float | None = None,
    ) -> Interaction:
        """Send an interaction and wait for its first answer as long as Discord would (or `timeout`).

        `owners` says on whose behalf the app is here, where neither `source` nor `triggered_by` does.
        """
        interactions = self.discord.interactions
        interaction = interactions.open(
            kind, self.user, channel, data, owners=owners, source=source, triggered_by=triggered_by, locale=locale
        )
        if self.discord.gateway.reachable:
            with suppress(TimeoutError):
                async with asyncio.timeout(interactions.answer_window if timeout is None else timeout):
                    await interaction.settled.wait()
        return interaction
