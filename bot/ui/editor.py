"""One message, the latest state, a calm pace."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import monotonic

from bot.ui.page import Page

log = logging.getLogger(__name__)

PACE = 1.5  # seconds between the end of one edit and the next
PATIENCE = 1.0  # seconds the final edit waits for one that is under way


class Editor:
    """Sends the newest page to one message, at most one at a time, and none twice.

    `send` raises nothing that matters here: an edit that failed is followed by the next state. When an edit takes long
    (discord.py sleeps inside it while Discord's limit is used up) the pace slows down with it.
    """

    def __init__(self, send: Callable[[Page], Awaitable[None]], *, pace: float = PACE) -> None:
        self._send = send
        self._pace = pace
        self._next: Callable[[], Page] | None = None
        self._shown: object = None
        self._task: asyncio.Task[None] | None = None
        self._rest_until = 0.0
        self._closed = False

    def update(self, draw: Callable[[], Page]) -> None:
        """Show this when the pace allows; an older page that still waits is dropped."""
        if self._closed:
            return
        self._next = draw
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def flush(self) -> None:
        """Show the newest page now rather than at its pace; return when it is out."""
        self._rest_until = 0.0
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])
        await self._edit()

    async def close(self) -> None:
        """No more progress; returns when no edit is under way any more, so that the final one cannot be overtaken."""
        self._closed = True
        self._next = None
        if self._task is not None and not self._task.done():
            if monotonic() >= self._rest_until:
                await asyncio.wait([self._task], timeout=PATIENCE)
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while self._next is not None:
            rest = self._rest_until - monotonic()
            if rest > 0:
                await asyncio.sleep(rest)
            await self._edit()

    async def _edit(self) -> None:
        draw, self._next = self._next, None
        if draw is None:
            return
        page = draw()
        if page.key == self._shown:
            return
        began = monotonic()
        await self._send(page)
        self._shown = page.key
        self._rest_until = monotonic() + max(self._pace, 2 * (monotonic() - began))
