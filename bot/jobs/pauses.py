"""Backends that whoever runs the bot paused: they get nothing new, over a restart too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.comfy.pool import Pool
from bot.jobs.alone import alone
from bot.jobs.signals import Kind, tell
from bot.jobs.store import Store
from bot.jobs.tables import backends


@dataclass(frozen=True)
class Pause:
    """Who paused it, and when."""

    by: int
    at: datetime


class Pauses:
    """Call `load` before anything is given to a backend, and again when another process says that some changed."""

    def __init__(self, store: Store, pool: Pool, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._pool = pool
        self._clock = clock
        self._known: dict[str, Pause] = {}

    async def load(self, _name: str | None = None) -> None:
        """All that are paused."""

        async def read(connection: AsyncConnection) -> dict[str, Pause]:
            rows = await connection.execute(select(backends).where(backends.c.paused_by.is_not(None)))
            return {row.name: Pause(row.paused_by, row.paused_at) for row in rows}

        self._learn(await self._store.transact(read))

    def get(self, name: str) -> Pause | None:
        """None: it is not paused."""
        return self._known.get(name)

    async def pause(self, name: str, by: int) -> None:
        """Nothing new goes there from now on, whichever process would send it."""
        await self._write(name, Pause(by, self._clock()))

    async def resume(self, name: str) -> None:
        """It gets jobs again."""
        await self._write(name, None)

    async def _write(self, name: str, pause: Pause | None) -> None:
        columns = {
            "paused_by": None if pause is None else pause.by,
            "paused_at": None if pause is None else pause.at,
        }

        async def work(connection: AsyncConnection) -> None:
            await alone(connection, "backend", name)
            known = await connection.execute(update(backends).where(backends.c.name == name).values(**columns))
            if not known.rowcount:
                await connection.execute(insert(backends).values(name=name, **columns))
            await tell(connection, Kind.BACKENDS, name)

        await self._store.transact(work)
        known = {other: found for other, found in self._known.items() if other != name}
        self._learn(known if pause is None else {**known, name: pause})

    def _learn(self, known: dict[str, Pause]) -> None:
        self._known = known
        if self._pool.paused == set(known):
            return
        self._pool.paused.clear()
        self._pool.paused.update(known)
        self._pool.touch()
