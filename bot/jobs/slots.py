"""How many prompts a backend may have of ours at once."""

from __future__ import annotations

import asyncio


class Slots:
    """Jobs attached to after a restart may hold more than there are; the rest then waits until enough ended."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._room = asyncio.Event()
        self._room.set()

    async def room(self) -> None:
        """Until one more prompt may go there."""
        await self._room.wait()

    def hold(self) -> None:
        """One more prompt is there."""
        self._add(-1)

    def release(self) -> None:
        """One has ended."""
        self._add(1)

    def _add(self, change: int) -> None:
        self._free += change
        if self._free > 0:
            self._room.set()
        else:
            self._room.clear()
