"""Transactions that outlive their connection: done once more where they certainly did not happen."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.comfy.backoff import backoff
from bot.errors import DatabaseAway
from bot.jobs.hurry import hurried
from bot.jobs.outage import Outage
from bot.jobs.postgres import cut, is_beaten, is_forgotten, is_lost

log = logging.getLogger(__name__)

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]

PATIENCE = 300.0  # seconds for a server that restarts, or another that takes its place
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0  # seconds between two tries

# PostgreSQL numbers a transaction that writes, and knows long afterwards what became of it.
NUMBER = text("SELECT CAST(pg_current_xact_id_if_assigned() AS text)")
FATE = text("SELECT pg_xact_status(CAST(CAST(:number AS text) AS xid8))")


class Transactions:
    """On one engine. In SQLite there is no connection to lose; in PostgreSQL each takes one of a few.

    What is to be done may be done several times until it holds, so it changes nothing but the database.
    """

    def __init__(self, engine: AsyncEngine, *, patience: float = PATIENCE) -> None:
        self._engine = engine
        self._patience = patience
        self._closing = asyncio.Event()
        #: those that hung for longer than somebody could wait
        self.late: set[asyncio.Task[Any]] = set()
        #: called each time one is lost
        self.on_lost: Callable[[], None] = lambda: None
        self._outage = Outage("the database")
        #: tasks that have a connection, or wait for one
        self._connecting: set[asyncio.Task[Any] | None] = set()
        #: psycopg's own that are in use
        self._raw: set[Any] = set()

    async def run(self, work: Work[T]) -> T:
        """What `work` gives, once that is committed.

        Raises what it raises; when patience ends DBAPIError, or DatabaseAway where somebody waits for an answer: then
        it may have happened.
        """
        if self._engine.dialect.name != "postgresql":
            async with self._engine.begin() as connection:
                return await work(connection)
        now = asyncio.get_running_loop().time()
        answer = hurried(now)
        if answer is None:
            try:
                return await self._tried(work, now + self._patience, _Attempt())
            except _Unknown as doubt:
                raise doubt.error from doubt
        return await self._in_time(work, answer)

    async def settled(self) -> None:
        """Until it is known of all that DatabaseAway was raised for whether they happened."""
        if self.late:
            await asyncio.wait(self.late)

    def give_up(self) -> None:
        """Try nothing again from now on."""
        self._closing.set()

    def cut(self) -> None:
        """What hangs is lost, at once: whether it happens is the server's to know."""
        for connection in list(self._raw):
            cut(connection)
        for task in self._connecting:
            if task is not None:
                task.cancel()

    async def _in_time(self, work: Work[T], answer: float) -> T:
        """DatabaseAway at that time at the latest. Then it does not happen, unless its commit is under way.

        What hangs is left alone rather than cancelled: its connection would be of no use any more.
        """
        attempt = _Attempt()
        task = asyncio.create_task(self._tried(work, answer, attempt))
        await asyncio.wait([task], timeout=answer - asyncio.get_running_loop().time())
        if not task.done():
            attempt.late = True
            self.late.add(task)
            task.add_done_callback(self._forget)
            log.warning("the database hangs, and somebody waits for an answer")
            raise DatabaseAway(perhaps=attempt.sent)
        try:
            return task.result()
        except _Unknown as doubt:
            raise DatabaseAway(perhaps=True) from doubt
        except DBAPIError as error:
            if is_lost(error):
                raise DatabaseAway from error
            raise

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self.late.discard(task)
        if not task.cancelled():
            task.exception()  # nobody waits for it

    async def _tried(self, work: Work[T], until: float, attempt: _Attempt) -> T:
        """Once more until then, wherever that may help. Raises _Unknown too."""
        for pause in self._pauses():
            try:
                return await self._once(work, until, attempt)
            except DBAPIError as error:
                if not (is_lost(error) or is_beaten(error)) or not await self._rest(pause, until, error):
                    raise
        raise AssertionError("pauses have no end")

    async def _once(self, work: Work[T], until: float, attempt: _Attempt) -> T:
        """Nothing is committed once it is late."""
        began = asyncio.get_running_loop().time()
        async with self._connected() as connection:
            result = await work(connection)
            number = await connection.scalar(NUMBER)
            if attempt.late:
                raise DatabaseAway
            attempt.sent = number is not None  # None: it wrote nothing
            try:
                await connection.commit()
            except DBAPIError as error:
                if not is_lost(error):
                    raise
                lost = error
            else:
                self._outage.over(began)
                return result
        if number is None or await self._happened(number, until, lost):
            return result
        attempt.sent = False
        raise lost

    async def _happened(self, number: str, until: float, lost: DBAPIError) -> bool:
        """Whether a transaction is there whose commit was sent and not answered. Raises _Unknown where nobody says."""
        for pause in self._pauses():
            try:
                async with self._connected() as connection:
                    fate = await connection.scalar(FATE, {"number": number})
            except DBAPIError as error:
                if is_forgotten(error):
                    return False
                if not is_lost(error):
                    raise
            else:
                if fate != "in progress":
                    log.warning("a commit went unanswered; it was %s", fate)
                    return bool(fate == "committed")
            if not await self._rest(pause, until, lost):
                raise _Unknown(lost)
        raise AssertionError("pauses have no end")

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        """It can be cut while it is waited for, and while anything is done with it, also while it is given back."""
        raw, task = None, asyncio.current_task()
        self._connecting.add(task)
        try:
            async with self._engine.connect() as connection:
                raw = (await connection.get_raw_connection()).driver_connection
                self._raw.add(raw)
                yield connection
        finally:
            self._connecting.discard(task)
            self._raw.discard(raw)

    def _pauses(self) -> Iterator[float]:
        return backoff(Random(), first=FIRST_PAUSE, ceiling=LONGEST_PAUSE)  # noqa: S311 - not a secret

    async def _rest(self, pause: float, until: float, error: DBAPIError) -> bool:
        """Whether there is time for another try, which is now."""
        self.on_lost()
        if is_lost(error):
            self._outage.lost(type(error.orig).__name__)
        if self._closing.is_set() or asyncio.get_running_loop().time() + pause > until:
            return False
        try:
            async with asyncio.timeout(pause):
                await self._closing.wait()
        except TimeoutError:
            return True
        return False


@dataclass
class _Attempt:
    """`late`: nobody waits for it any more; `sent`: its commit is, and nothing is known of that."""

    late: bool = False
    sent: bool = False


class _Unknown(Exception):
    """It may have happened or not, so it must not be done again."""

    def __init__(self, error: DBAPIError) -> None:
        super().__init__(str(error.orig))
        self.error = error
