"""Which of this process's shards are connected to Discord's gateway, by discord.py's own events."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from math import isfinite

from discord.ext import commands


class Shards:
    """Made before the bot connects: hears of every connection that comes and goes, until closed."""

    def __init__(self, bot: commands.AutoShardedBot) -> None:
        self._bot = bot
        self._connected: set[int] = set()
        for event, hear in self._listeners():
            bot.add_listener(hear, event)

    def close(self) -> None:
        """Hear no more."""
        for event, hear in self._listeners():
            self._bot.remove_listener(hear, event)

    def connected(self) -> dict[int, bool]:
        """By shard, of all that this process has; empty before the first connection."""
        return {shard: shard in self._connected for shard in sorted(self._bot.shards)}

    def latencies(self) -> dict[int, float]:
        """Seconds by shard, of those that are connected and have had an answer."""
        known = dict(self._bot.latencies)
        return {shard: known[shard] for shard in sorted(self._connected & known.keys()) if isfinite(known[shard])}

    @property
    def servers(self) -> int:
        """How many Discord servers they hear of."""
        return len(self._bot.guilds)

    def _listeners(self) -> tuple[tuple[str, Callable[[int], Coroutine[None, None, None]]], ...]:
        return (
            ("on_shard_connect", self._up),
            ("on_shard_resumed", self._up),
            ("on_shard_disconnect", self._down),
        )

    async def _up(self, shard: int) -> None:
        self._connected.add(shard)

    async def _down(self, shard: int) -> None:
        self._connected.discard(shard)
