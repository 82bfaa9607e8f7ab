"""The backends that this process holds, and for how long it may be sure of that, by its own clock."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Collection, Mapping

from bot.fleet.roster import SWEEP, Roster
from bot.jobs.job import Job

log = logging.getLogger(__name__)


class Tenure:
    """`names` are those to take, which may come and go. `got` is told of each backend that was taken, with the jobs to
    look after there; `lost` at once when one may be somebody else's: what was counted from before the database was
    asked ends before the database's own count does.
    """

    def __init__(
        self,
        roster: Roster,
        names: Collection[str],
        *,
        got: Callable[[str, list[Job]], None],
        lost: Callable[[str], None],
    ) -> None:
        self._roster = roster
        self._names = names
        self._got = got
        self._lost = lost
        self._until: dict[str, float] = {}
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._terms: Counter[str] = Counter()

    @property
    def held(self) -> list[str]:
        """The backends; not what else can be held."""
        return [name for name in self._until if name != SWEEP]

    def left(self, name: str) -> float:
        """Seconds; 0: it may be somebody else's."""
        return max(0.0, self._until.get(name, 0.0) - asyncio.get_running_loop().time())

    def term(self, name: str) -> int:
        """Another one each time it is taken: what began in an earlier one does not count any more."""
        return self._terms[name]

    async def keep(self) -> None:
        """Take what nobody has, and keep it, until cancelled."""
        loop = asyncio.get_running_loop()
        third = self._roster.seconds / 3
        while True:
            asked = loop.time()
            had = {name for name in self._until if self.left(name)}
            try:
                found = await self._roster.hold([*self._names, SWEEP], had)
            except Exception:  # the database is away: what is held is held until its time is up
                log.warning("nobody hears that this process is there", exc_info=log.isEnabledFor(logging.DEBUG))
            else:
                self._take(found, had, asked + self._roster.seconds)
            await asyncio.sleep(max(0.01, asked + third - loop.time()))

    async def give_up(self, name: str) -> None:
        """That one, which is among the names no more: it is forgotten where nobody else wants it."""
        self._lose(name)
        await self._roster.strike_off(name)

    async def give_back(self) -> None:
        """All of it; others may have it at once."""
        held = list(self._until)
        for name in held:
            self._lose(name)
        await self._roster.give_back(held)

    def _take(self, found: Mapping[str, list[Job]], had: set[str], until: float) -> None:
        if until <= asyncio.get_running_loop().time():
            return
        for name in self._until.keys() - found.keys():
            self._lose(name)
        for name, jobs in found.items():
            known = name in self._until
            if name in had and not known:
                continue  # its time was up meanwhile, and all was let go: it is taken anew
            self._until[name] = until
            self._time(name, until)
            if not known:
                self._terms[name] += 1
                log.info("%s is held; %d jobs there", name, len(jobs))
                self._got(name, jobs)

    def _time(self, name: str, until: float) -> None:
        if (timer := self._timers.pop(name, None)) is not None:
            timer.cancel()
        self._timers[name] = asyncio.get_running_loop().call_at(until, self._lose, name)

    def _lose(self, name: str) -> None:
        if (timer := self._timers.pop(name, None)) is not None:
            timer.cancel()
        if self._until.pop(name, None) is not None:
            log.info("%s is let go", name)
            self._lost(name)
