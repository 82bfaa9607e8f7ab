"""Discord's limits for requests with an interaction's token, where such a request is broken off."""

from __future__ import annotations

import asyncio
from types import TracebackType

from discord.webhook import async_


class Lock(async_.AsyncDeferredLock):
    """Held until the limit ends; discord.py 2.7 holds it for good where whoever waits for that is cancelled."""

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        loop, pause = asyncio.get_running_loop(), self.delta or 0.0
        until = loop.time() + pause
        try:
            if pause:
                await asyncio.sleep(pause)
        except asyncio.CancelledError:
            loop.call_at(until, self.lock.release)
            raise
        self.lock.release()


def mend_locks() -> None:
    """For all requests from now on. Twice is once."""
    async_.AsyncDeferredLock = Lock  # type: ignore[misc]  # a class of discord.py's that is named nowhere else
