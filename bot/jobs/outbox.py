"""Outcomes on their way to who asked for them, tried again until they arrive."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bot.comfy.events import Output
from bot.comfy.pool import Pool
from bot.errors import BackendUnreachable, Fenced
from bot.failures import ResultAway, ServerLost
from bot.jobs.delivery import Delivery, DeliveryDelayed, Fetch
from bot.jobs.job import Job
from bot.jobs.judging import Judge
from bot.jobs.store import Store

log = logging.getLogger(__name__)

LONGEST_PAUSE = 60.0  # seconds


class Outbox:
    """`retry_seconds` is the first pause after a failed attempt; each further one is twice as long, up to a minute.

    Without a `judge`, what is to be judged is withheld.
    """

    def __init__(
        self, store: Store, pool: Pool, delivery: Delivery, *, retry_seconds: float, judge: Judge | None = None
    ) -> None:
        self._store = store
        self._pool = pool
        self._delivery = delivery
        self._retry_seconds = retry_seconds
        self._judge = judge
        #: where the files of a job come from
        self.fetch_of: Callable[[Job], Fetch] = self._fetch
        #: told of whose job it was, each time a person has seen how one ended
        self.on_delivered: Callable[[int], Awaitable[None]] | None = None

    async def deliver(self, job: Job) -> None:
        """Returns when the person has seen how the job ended, or never can."""
        try:
            await self._hand_over(job)
            await self._store.deliver(job)
        except Fenced:
            log.warning("job %s was forgotten while it was delivered", job.id)
        else:
            log.info("job %s delivered (%s)", job.id, job.state)
            if self.on_delivered is not None:
                await self.on_delivered(job.place.user_id)

    async def _hand_over(self, job: Job) -> None:
        pause = self._retry_seconds
        while True:
            try:
                if self._judge is not None:
                    job = await self._judge.judged(job)
                return await self._delivery.deliver(job, self.fetch_of(job))
            except (DeliveryDelayed, BackendUnreachable) as delay:
                log.warning("job %s is not delivered yet: %s", job.id, delay.__cause__ or delay)
            await self._rest(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _rest(self, seconds: float) -> None:
        """The pause ends early when something changes at a server: the one which has the files may be back, or lost."""
        change = self._pool.changed()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await change

    def _fetch(self, job: Job) -> Fetch:
        backend = self._pool.get(job.backend)

        async def fetch(output: Output, ceiling: int) -> bytes:
            if backend is None:  # taken out of the settings: nobody else has its files
                raise ServerLost
            try:
                return await backend.fetch(output, ceiling=ceiling)
            except BackendUnreachable as problem:
                if backend.name in self._pool.lost:  # nobody waits for it any longer
                    raise ResultAway from problem
                raise

        return fetch
