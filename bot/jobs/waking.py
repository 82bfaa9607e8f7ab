"""Computers that sleep until jobs wait for them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping
from random import Random
from time import monotonic

from bot.comfy.backend import Backend, BackendState
from bot.comfy.backoff import backoff
from bot.comfy.pool import Pool
from bot.comfy.wake import wake
from bot.jobs.dispatcher import Dispatcher
from bot.jobs.queue import JobQueue

log = logging.getLogger(__name__)

FIRST, LONGEST = 20.0, 600.0  # seconds between two packets for the same computer
LOOK = 2.0  # seconds between looks, while one sleeps that might be needed


class Waking:
    """`macs` are the computers' addresses by the name of their backend."""

    def __init__(
        self,
        queue: JobQueue,
        pool: Pool,
        dispatcher: Dispatcher,
        *,
        send: Callable[[str], Awaitable[None]] = wake,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._queue = queue
        self._pool = pool
        self._dispatcher = dispatcher
        self._send = send
        self._clock = clock
        self._next: dict[str, tuple[float, Iterator[float]]] = {}
        self.macs: Mapping[str, str] = {}

    def sleeps(self, backend: Backend) -> bool:
        """Whether it only sleeps: it has no job of ours, and nobody wakes it."""
        asleep = backend.name in self.macs and backend.name not in self._next
        return asleep and not self._dispatcher.crew(backend).held

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            change = self._queue.changed()
            await self.look()
            try:
                await asyncio.wait([change], timeout=LOOK if self.macs else None)
            finally:
                change.cancel()

    async def look(self) -> None:
        """Send what is to be sent now."""
        for backend in self._pool.backends:
            await self._look(backend)

    async def _look(self, backend: Backend) -> None:
        mac = self.macs.get(backend.name)
        if mac is None or backend.state is not BackendState.DOWN:
            if backend.state is BackendState.UP and self._next.pop(backend.name, None) is not None:
                self._pool.waking.discard(backend.name)
            return
        if not self._is_wanted(backend):
            return
        now = self._clock()
        at, pauses = self._next.get(backend.name) or (now, backoff(Random(), first=FIRST, ceiling=LONGEST))  # noqa: S311
        if now < at:
            return
        self._next[backend.name] = now + next(pauses), pauses
        self._pool.waking.add(backend.name)
        log.info("%s is woken: jobs wait that it could run", backend.name)
        try:
            await self._send(mac)
        except OSError as error:
            log.warning("%s cannot be woken: %s", backend.name, error)
        self._pool.touch()

    def _is_wanted(self, backend: Backend) -> bool:
        if backend.name in self._pool.paused | self._pool.leaving:
            return False
        if self._dispatcher.crew(backend).held:
            return True
        return any(self._dispatcher.can_run(job, backend) for job in self._queue.startable())
