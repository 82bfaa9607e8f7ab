"""The backends of this process: taken and let go, added and retired; what is known of them is told to the others."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

from sqlalchemy.engine import URL

from bot.comfy.backend import Backend
from bot.fleet.crews import Crews, Use
from bot.fleet.pooling import BURST, Herald, Neighbours
from bot.fleet.roster import Roster
from bot.fleet.tenure import Tenure
from bot.jobs.job import Job
from bot.jobs.runner import Runner
from bot.tasks import survive

log = logging.getLogger(__name__)


class Holding:
    """`own` are its backends by name: those it holds, and those it stands by for while another process does. `use` is
    what is done with a ticket; `gone` is told of each job that another process may show from now on.
    """

    def __init__(
        self,
        runner: Runner,
        roster: Roster,
        neighbours: Neighbours,
        herald: Herald,
        own: dict[str, Backend],
        *,
        address: URL,
        use: Use,
        gone: Callable[[str], None],
    ) -> None:
        self._runner, self._pool, self._roster = runner, runner.pool, roster
        self._neighbours, self._herald = neighbours, herald
        self._own = own
        self._gone = gone
        self._tenure = Tenure(roster, own, got=self._got, lost=self._lost)
        self._crews = Crews(address, use, lease=roster.seconds)
        self._draining = False
        self._moving: set[asyncio.Task[None]] = set()
        runner.absence.mine = lambda backend: backend.name in own and self.left(backend.name) > 0

    def left(self, name: str) -> float:
        """For how many seconds that backend is surely this process's."""
        return self._tenure.left(name)

    def term(self, name: str) -> int:
        """Since which taking of it."""
        return self._tenure.term(name)

    def get(self, name: str) -> Backend | None:
        """Where this process holds it."""
        return self._own.get(name) if self.left(name) else None

    async def serve(self) -> None:
        """Take what can be had, and keep it, until cancelled."""
        await self._tenure.keep()

    def add(self, backend: Backend) -> None:
        """One more to take."""
        self._own[backend.name] = backend
        task = asyncio.create_task(self._move_in(backend), name=f"adding {backend.name}")
        self._moving.add(task)
        task.add_done_callback(self._moving.discard)

    async def retire(self, backend: Backend) -> None:
        """It is to be held no longer, once its jobs are over; where another process holds it, those are not ours."""
        name = backend.name
        while self._pool.get(name) is backend:
            await survive(f"taking {name} out", self._let_out(backend))
        self._own.pop(name, None)
        self._crews.stop(name)
        with suppress(Exception):  # the database is away: its lease ends by itself
            await self._tenure.give_up(name)
        await self._neighbours.hear()

    def drain(self) -> None:
        """Take no more tickets."""
        self._draining = True
        for name in self._own:
            self._crews.stop(name)

    async def close(self) -> None:
        """Others may have all of it."""
        await self._crews.close()
        with suppress(Exception):  # the database is away: then its leases end by themselves
            async with asyncio.timeout(2):
                await self._tenure.give_back()

    async def tell(self) -> None:
        """Say what is so of them whenever it is another, until cancelled."""
        while True:
            change = self._pool.changed()
            try:
                await self._herald.say([self._own[name] for name in self._tenure.held if name in self._own])
            except Exception:  # the database is away, say: it is said again
                log.warning("what is known of backends is not told", exc_info=log.isEnabledFor(logging.DEBUG))
            await asyncio.sleep(BURST)
            await asyncio.wait([change], timeout=self._roster.seconds / 3)
            change.cancel()

    async def _let_out(self, backend: Backend) -> None:
        """A try: a lease that is lost on the way may be this process's again in a moment."""
        if self.left(backend.name):
            await self._runner.absence.retire(backend)
        elif await self._roster.is_another_s(backend.name):
            await self._pool.remove(backend.name)
        else:
            await asyncio.sleep(self._roster.seconds / 3)

    async def _move_in(self, backend: Backend) -> None:
        await self._neighbours.make_room(backend.name)
        self._pool.add(backend)

    def _got(self, name: str, theirs: list[Job]) -> None:
        backend = self._own.get(name)
        if backend is None:
            return
        self._herald.forget(name)
        self._pool.touch()
        for job in theirs:
            self._runner.carrier.look_after(job, backend)
        if not self._draining:
            self._crews.start(backend)

    def _lost(self, name: str) -> None:
        self._crews.stop(name)
        self._herald.forget(name)
        for job_id in self._runner.underway.let_go(name):
            self._gone(job_id)
