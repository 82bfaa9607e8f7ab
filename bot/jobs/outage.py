"""What is said of something that is away: a line when it goes and one when it is back, however often it is tried."""

from __future__ import annotations

import asyncio
import logging

log = logging.getLogger(__name__)


class Outage:
    """Of `what`, as many tell of it at once."""

    def __init__(self, what: str) -> None:
        self._what = what
        #: by the loop's clock: when it was missed first, and last
        self._since: float | None = None
        self._last = 0.0

    def lost(self, reason: str) -> None:
        """Somebody could not have it."""
        self._last = asyncio.get_running_loop().time()
        if self._since is None:
            self._since = self._last
            log.warning("%s is lost (%s); it is tried again until it is back", self._what, reason)

    def over(self, began: float) -> None:
        """Somebody had it who began then; who began before it was missed says nothing of that."""
        if self._since is not None and began >= self._last:
            log.warning("%s is back after %.1f s", self._what, asyncio.get_running_loop().time() - self._since)
            self._since = None
