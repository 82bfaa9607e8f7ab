"""The events of one prompt on their way to whoever runs it; a slow reader misses frames of a film, nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable

from bot.comfy.events import Ahead, Event, Preview, ProgressState, StepProgress

#: of these only the latest counts: each one says all that the one before it said
LATEST_WINS = (Preview, ProgressState, StepProgress, Ahead)


class Inbox:
    """Never full and never blocking for the writer; one reader."""

    def __init__(self) -> None:
        self._events: dict[Hashable, Event] = {}
        self._count = 0
        self._filled = asyncio.Event()

    def put(self, event: Event) -> None:
        """Add at the end; an unread event that this one makes stale goes."""
        self._count += 1
        key: Hashable = (type(event), getattr(event, "node", None)) if isinstance(event, LATEST_WINS) else self._count
        self._events.pop(key, None)
        self._events[key] = event
        self._filled.set()

    async def get(self) -> Event:
        """Remove the oldest, or wait for one."""
        while not self._events:
            self._filled.clear()
            await self._filled.wait()
        return self._events.pop(next(iter(self._events)))
