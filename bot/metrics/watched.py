"""What is watched of a process, and what it says when it is asked: values read at that moment, for one scrape."""

from __future__ import annotations

import asyncio
import logging
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from bot.comfy.backend import Backend
from bot.comfy.pool import Pool
from bot.errors import EaselError
from bot.fleet.remote import RemoteBackend
from bot.jobs.runner import Runner
from bot.jobs.store import Store
from bot.jobs.tally import Tally, count
from bot.metrics.shards import Shards

log = logging.getLogger(__name__)


class Process(Protocol):
    """One that was built: it has its database and its backends."""

    store: Store
    pool: Pool
    runner: Runner


class Watched:
    """A process and, where it has one, its gateway: asks the database once at a time, whoever wants to know."""

    def __init__(self, process: Process, shards: Shards | None) -> None:
        self.process = process
        self.shards = shards
        self._counting: asyncio.Task[Tally | None] | None = None

    @property
    def reached(self) -> list[Backend]:
        """The backends that the process reaches itself, held or not."""
        return [backend for backend in self.process.pool.backends if not isinstance(backend, RemoteBackend)]

    async def tally(self, within: float) -> Tally | None:
        """None where the database does not answer in so many seconds."""
        if self._counting is None or self._counting.done():
            self._counting = asyncio.create_task(self._count(), name="count jobs")
        try:
            async with asyncio.timeout(within):
                return await asyncio.shield(self._counting)
        except TimeoutError:
            return None

    def close(self) -> None:
        """Ask no more."""
        if self._counting is not None:
            self._counting.cancel()
        if self.shards is not None:
            self.shards.close()

    async def _count(self) -> Tally | None:
        try:
            return await count(self.process.store)
        except (SQLAlchemyError, OSError, EaselError, RuntimeError) as error:  # RuntimeError: it is closed already
            log.warning("the database did not answer: %s", type(error).__name__)
            return None
