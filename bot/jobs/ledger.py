"""What the paid backends may still cost today, as this process knows it; the claim's transaction knows it for sure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from bot.jobs.spending import Bill, spent
from bot.jobs.store import Store, utc_now


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
        self._budget = budget
        self._rate = rate
        self._named = named
        self._clock = clock
        self.spent = 0.0

    async def load(self) -> bool:
        """Look what was spent, by whomever; whether that is another sum than before."""
        now = self._clock()
        before, self.spent = self.spent, await self._store.transact(lambda connection: spent(connection, now))
        return self.spent != before

    @property
    def is_open(self) -> bool:
        """Whether anything is left."""
        return not self._budget or self.spent < self._budget

    def affords(self, workflow: str, seconds: float) -> bool:
        """Whether one more job of that workflow is within the budget, at so many seconds."""
        return not self._budget or self.spent + self.price(workflow, seconds) <= self._budget * (1 + 1e-9)

    def price(self, workflow: str, seconds: float) -> float:
        """As its manifest says, else by the time it takes."""
        named = self._named(workflow)
        return seconds * self._rate if named is None else named

    def bill(self, workflow: str, seconds: float) -> Bill:
        """What the claim of such a job writes."""
        return Bill(self.price(workflow, seconds), self._budget)
