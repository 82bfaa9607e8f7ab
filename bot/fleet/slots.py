"""What a worker does with a ticket: its slot runs one job, which need not be the ticket's own."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.comfy.backend import Backend
from bot.fleet.mirror import Mirror
from bot.fleet.roster import LeaseLost, Roster
from bot.fleet.ticketing import hand_on, refuse_held, use_up
from bot.jobs.job import Job
from bot.jobs.runner import Runner
from bot.jobs.spending import Bill
from bot.jobs.waiting import Waiting, waiting

LOOK = 2.0  # seconds between two looks of a slot that has nothing to do


class Slots:
    """`left` is for how many seconds a backend is surely this process's, `term` since which taking of it."""

    def __init__(
        self,
        runner: Runner,
        roster: Roster,
        mirror: Mirror,
        *,
        left: Callable[[str], float],
        term: Callable[[str], int],
        running_limit: Callable[[Waiting], int],
    ) -> None:
        self._runner = runner
        self._roster = roster
        self._mirror = mirror
        self._left = left
        self._term = term
        self._running_limit = running_limit
        self._draining = False
        #: of a job that is being claimed: the ticket that led to it, and what is done when it is ours
        self._claims: dict[str, tuple[str, asyncio.Future[None]]] = {}
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def drain(self) -> None:
        """Begin nothing more."""
        self._draining = True
        self._runner.queue.touch()

    async def use(self, backend: Backend, ticket: str) -> None:
        """Returns when the job it led to is off that backend. A slot that can run none hands it on, and rests; so it
        does for a moment where another backend has nothing to do.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + LOOK
        queue, pool = self._runner.queue, self._runner.pool
        if ticket not in queue and ticket not in queue.begun:
            await self._mirror.hear(ticket)
        handed_on = False
        while self._left(backend.name) and not self._draining:
            changes = [queue.changed(), pool.changed()]
            try:
                if (off := await self._begin(backend, ticket, yields=loop.time() < until)) is not None:
                    await off
                    return
                own = queue.get(ticket)
                if own is None or queue.hold(own) is not None:
                    return
                if not handed_on:
                    await self._runner.store.transact(lambda connection: hand_on(connection, ticket))
                    handed_on = True
                rest = max(until - loop.time(), 0.0) or LOOK
                await asyncio.wait(changes, timeout=rest, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for change in changes:
                    change.cancel()

    async def claim(self, job: Job, backend: str, bill: Bill | None) -> Job:
        """Raises Fenced where the backend is not ours any more, or the job must wait on."""
        ticket, claimed = self._claims.get(job.id, (job.id, None))  # None: it is taken up where it was left
        limit = self._running_limit(waiting(job))
        term = self._term(backend)

        async def beside(connection: AsyncConnection) -> None:
            await self._roster.require(connection, backend, job.id)
            if self._left(backend) <= 0 or self._term(backend) != term:
                raise LeaseLost(job.id)  # it took so long that whoever has the backend by now has looked at its jobs
            await refuse_held(connection, job, limit)
            await use_up(connection, job.id)
            if ticket != job.id:
                await hand_on(connection, ticket)

        taken = await self._runner.store.claim(job, backend, bill=bill, beside=beside)
        if claimed is not None and not claimed.done():
            claimed.set_result(None)
        return taken

    async def _begin(self, backend: Backend, ticket: str, *, yields: bool) -> asyncio.Future[None] | None:
        """A job is claimed for that backend, one after the other; done when it is off it. None: there is none, or it
        `yields` to a backend that is freer.
        """
        async with self._turns[backend.name]:
            while (job := self._runner.dispatcher.choose(backend, ticket)) is not None:
                if yields and self._runner.dispatcher.freer(job, backend):
                    return None
                claimed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._claims[job.id] = ticket, claimed
                self._runner.queue.take(job.id)
                off = self._runner.carrier.begin(job, backend)
                await asyncio.wait([claimed, off], return_when=asyncio.FIRST_COMPLETED)
                del self._claims[job.id]
                if claimed.done():
                    return off
                await self._runner.underway.freed(job.id)
                await self._mirror.read_person(job.user_id)
                await self._mirror.hear(job.id)
            return None
