"""One click makes one job: a second one on the same button within moments is the same click."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import discord

WINDOW = timedelta(seconds=3)
KEPT = 10_000  # clicks that are remembered

#: who, on which message, which button
Click = tuple[int, int, str]


class Clicks:
    """The latest clicks, by `clock`. A click that came to nothing is forgotten at once: it may be tried again."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._seen: OrderedDict[Click, datetime] = OrderedDict()

    @asynccontextmanager
    async def once(self, interaction: discord.Interaction[Any], button: str) -> AsyncIterator[bool]:
        """Whether this is the first click; a second is answered without anything to see."""
        message = interaction.message
        click = (interaction.user.id, message.id if message is not None else interaction.id, button)
        if not self._first(click):
            await interaction.response.defer()
            yield False
            return
        try:
            yield True
        except BaseException:
            self._seen.pop(click, None)
            raise

    def _first(self, click: Click) -> bool:
        now = self._clock()
        while self._seen and next(iter(self._seen.values())) <= now - WINDOW:
            self._seen.popitem(last=False)
        if click in self._seen:
            return False
        self._seen[click] = now
        if len(self._seen) > KEPT:
            self._seen.popitem(last=False)
        return True
