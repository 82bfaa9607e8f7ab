"""How a server stands: its state, the problem it has, its version and queue; and who waits for that to change."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from enum import StrEnum

from bot.comfy.version import Version
from bot.errors import BackendError

log = logging.getLogger(__name__)


class BackendState(StrEnum):
    #: at the start, and after a socket closed, until the next attempt has an outcome
    CONNECTING = "connecting"
    #: connected, and everything in flight has been looked up: prompts can be sent
    UP = "up"
    #: the last attempt to connect failed
    DOWN = "down"
    #: it answers, but cannot take our prompt ids
    TOO_OLD = "too old"
    #: it answers, but its worker is dead
    STUCK = "stuck"


class Standing:
    """Of the server called `name`. `on_change` is called when the state changed, or a caller of `notify` says so."""

    def __init__(self, name: str, on_change: Callable[[], None] | None = None) -> None:
        self.name = name
        self.state = BackendState.CONNECTING
        self.problem: BackendError | None = None
        self.version: Version | None = None
        self.queue_remaining = 0
        self._on_change = on_change
        self._waiting: list[asyncio.Future[None]] = []

    def become(self, state: BackendState, problem: BackendError | None = None) -> None:
        """Enter a state, with the reason for one that is not UP."""
        changed = state is not self.state or type(problem) is not type(self.problem)
        if changed and problem is not None:
            log.warning("%s is %s: %s", self.name, state, getattr(problem, "reason", "") or problem)
        self.state, self.problem = state, problem
        if changed:
            self.notify()

    def count(self, queue_remaining: int) -> None:
        """Prompts on the server, everybody's."""
        if queue_remaining != self.queue_remaining:
            self.queue_remaining = queue_remaining
            self._wake()

    def notify(self) -> None:
        """Something changed that is worth telling everybody."""
        self._wake()
        if self._on_change is not None:
            self._on_change()

    def changed(self) -> asyncio.Future[None]:
        """Done at the next change, counted from this call."""
        self._waiting = [future for future in self._waiting if not future.done()]
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(future)
        return future

    async def wait_up(self) -> None:
        """Until prompts can be sent."""
        while self.state is not BackendState.UP:
            await self.changed()

    def _wake(self) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)
