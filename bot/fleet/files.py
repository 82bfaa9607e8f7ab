"""Where the files of a job come from: its backend, whoever holds that, or its address, where nobody does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.comfy.backend import Backend
from bot.comfy.events import Output
from bot.comfy.pool import Pool
from bot.errors import BackendUnreachable
from bot.failures import ServerLost
from bot.fleet.remote import RemoteBackend
from bot.jobs.delivery import Fetch
from bot.jobs.job import Job


class Files:
    """`direct` makes a client for an address; a backend that nobody has is waited for `lost` seconds."""

    def __init__(
        self, pool: Pool, *, direct: Callable[[str], Backend], lost: float, clock: Callable[[], datetime]
    ) -> None:
        self._pool = pool
        self._direct = direct
        self._lost = lost
        self._clock = clock

    def of(self, job: Job) -> Fetch:
        """What gets them; it raises TooLarge, ServerLost, BackendUnreachable."""
        backend = self._pool.get(job.backend)

        async def fetch(output: Output, ceiling: int) -> bytes:
            if backend is None:
                raise ServerLost
            nobodys = isinstance(backend, RemoteBackend) and not backend.held
            try:
                return await (self._direct(backend.name) if nobodys else backend).fetch(output, ceiling=ceiling)
            except BackendUnreachable:
                if nobodys and self._is_late(job):
                    raise ServerLost from None
                raise

        return fetch

    def _is_late(self, job: Job) -> bool:
        return job.finished_at is not None and (self._clock() - job.finished_at).total_seconds() > self._lost
