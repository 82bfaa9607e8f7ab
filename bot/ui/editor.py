"""One message, the latest state, a calm pace."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic

from bot.text import speaking
from bot.ui.page import Page

PACE = 1.5  # seconds between the end of one edit and the next
PATIENCE = 1.0  # seconds the final edit waits for one that is under way
RETRY, RETRY_MOST = 1.0, 30.0  # seconds after a failed edit, doubled each time


class Editor:
    """Sends the newest page to one message, at most one at a time, and none twice in a row.

    Pages are drawn and sent in `locale`. `send` says whether the page arrived; one that did not is sent again unless a
    newer one replaced it. When an edit takes long (discord.py sleeps inside it while Discord's limit is used up) the
    pace slows down with it. `on_rest` is called whenever all that was to be shown is out.
    """

    def __init__(
        self,
        send: Callable[[Page], Awaitable[bool]],
        *,
        pace: float = PACE,
        locale: str | None = None,
        on_rest: Callable[[], None] = lambda: None,
    ) -> None:
        self.pace = pace
        self._on_rest = on_rest
        self._send = send
        self._locale = locale
        self._draw: Callable[[], Page] | None = None
        self._page: Page | None = None
        self._shown: object = None
        self._task: asyncio.Task[None] | None = None
        self._rest_until = 0.0
        self._retry = RETRY
        self._closed = False
        self._sending = asyncio.Lock()

    def update(self, draw: Callable[[], Page]) -> None:
        """Show this when the pace allows; an older page that still waits is dropped."""
        if self._closed:
            return
        self._draw = draw
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    def stop(self) -> None:
        """No more edits: nobody can see them."""
        self._closed = True

    def drop(self) -> None:
        """No more edits, and the one under way is broken off."""
        self._closed = True
        if self._task is not None:
            self._task.cancel()

    def again(self) -> None:
        """The newest page once more, though it was shown."""
        page = self._page
        self._shown = None
        if page is not None and self._draw is None:
            self.update(lambda: page)
        elif self._draw is not None:
            self.update(self._draw)

    async def flush(self) -> None:
        """Show the newest page now rather than at its pace; return when it is out or has failed."""
        with suppress(TimeoutError):  # an edit under way that was cut off might be carried out after ours
            async with asyncio.timeout(PATIENCE), self._sending:
                pass
        await self._cancel()
        await self._edit()
        if not self._behind():
            self._on_rest()

    async def close(self) -> None:
        """No more edits; returns when none is under way any more, so that the final one cannot be overtaken."""
        self._closed = True
        if self._task is not None and not self._task.done() and monotonic() >= self._rest_until:
            await asyncio.wait([self._task], timeout=PATIENCE)
        await self._cancel()

    async def _cancel(self) -> None:
        if self._task is not None and not self._task.done():
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _run(self) -> None:
        while self._behind() and not self._closed:
            rest = self._rest_until - monotonic()
            if rest > 0:
                await asyncio.sleep(rest)
            await self._edit()
        self._on_rest()

    def _behind(self) -> bool:
        return self._draw is not None or (self._page is not None and self._page.key != self._shown)

    async def _edit(self) -> None:
        async with self._sending:
            with speaking(self._locale):
                await self._show_newest()

    async def _show_newest(self) -> None:
        if self._draw is not None:
            self._page, self._draw = self._draw(), None
        page = self._page
        if page is None or page.key == self._shown:
            return
        began = monotonic()
        arrived = await self._send(page)
        rest = max(self.pace, 2 * (monotonic() - began))
        if arrived:
            self._shown, self._retry = page.key, RETRY
        else:
            rest, self._retry = max(rest, self._retry), min(2 * self._retry, RETRY_MOST)
        self._rest_until = monotonic() + rest
