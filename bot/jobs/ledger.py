"""What the paid backends may still cost today, as this process knows it; the claim's transaction knows it for sure."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from bot.jobs.spending import Bill, frees, spent
from bot.jobs.store import Store, utc_now

log = logging.getLogger(__name__)


class Ledger:
    """`budget` is for 24 hours, 0 for no limit; `rate` is what a second costs where `named` knows no cost of it."""

    def __init__(
        self,
        store: Store,
        *,
        budget: float,
        rate: float,
        named: Callable[[str], float | None] = lambda workflow: None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self.budget = budget
        self._rate = rate
        self._named = named
        self._clock = clock
        self.spent = 0.0

    async def load(self) -> bool:
        """Look what was spent, by whomever; whether that is another sum than before."""
        now, was_open = self._clock(), self.is_open
        before, self.spent = self.spent, await self._store.transact(lambda connection: spent(connection, now))
        if was_open and not self.is_open:
            log.warning(
                "paid servers have cost %.6g of %.6g within 24 hours: they get no jobs", self.spent, self.budget
            )
        elif self.is_open and not was_open:
            log.info("paid servers have cost %.6g of %.6g within 24 hours: they get jobs", self.spent, self.budget)
        return self.spent != before

    async def closed_until(self) -> datetime | None:
        """When paid servers get jobs again; None where something is left now."""
        now = self._clock()
        if not self.budget:
            return None
        return await self._store.transact(lambda connection: frees(connection, now, self.budget))

    @property
    def is_open(self) -> bool:
        """Whether anything is left."""
        return not self.budget or self.spent < self.budget

    def affords(self, workflow: str, seconds: float) -> bool:
        """Whether one more job of that workflow is within the budget, at so many seconds."""
        return not self.budget or self.spent + self.price(workflow, seconds) <= self.budget * (1 + 1e-9)

    def price(self, workflow: str, seconds: float) -> float:
        """As its manifest says, else by the time it takes."""
        named = self._named(workflow)
        return seconds * self._rate if named is None else named

    def bill(self, workflow: str, seconds: float) -> Bill:
        """What the claim of such a job writes."""
        return Bill(self.price(workflow, seconds), self.budget)
