"""Which Discord servers are this gateway's, and that no other gateway has the same shards."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy.engine import URL

from bot.errors import AlreadyRunning
from bot.jobs.alone import lock_key
from bot.jobs.outage import Outage
from bot.jobs.postgres import conninfo
from bot.text import _

if TYPE_CHECKING:
    import psycopg

PAUSE = 1.0  # seconds between two tries, while the database is away


class Shards:
    """`ids` of `count`; none named: all there are."""

    def __init__(self, ids: Collection[int], count: int | None) -> None:
        self._ids = frozenset(ids)
        self._count = count or 1

    @property
    def first(self) -> bool:
        """Whether it has shard 0: whoever has it sends the commands to Discord, and has all direct messages."""
        return not self._ids or 0 in self._ids

    def has(self, guild_id: int | None) -> bool:
        """Whether what happens there comes to this gateway (Discord's documentation, "Sharding")."""
        return not self._ids or ((guild_id or 0) >> 22) % self._count in self._ids

    @property
    def locks(self) -> list[tuple[str, str]]:
        """What no two gateways may have at once, and how: whoever names no shards has all, so nobody else has any."""
        every = "shards"
        if not self._ids:
            return [("pg_try_advisory_lock", every)]
        own = [("pg_try_advisory_lock", f"shard {number} of {self._count}") for number in sorted(self._ids)]
        return [("pg_try_advisory_lock_shared", every), *own]


class ShardLocks:
    """Held by a connection of its own, so that they are free the moment this process is gone."""

    def __init__(self, address: URL, shards: Shards) -> None:
        self._address = address
        self._shards = shards

    async def hold(self, held: asyncio.Event) -> None:
        """Until cancelled; `held` is set once they are. Raises AlreadyRunning where another gateway has one of them,
        also after the database was away for a moment.
        """
        import psycopg

        outage = Outage("the hold on the shards")
        while True:
            with suppress(psycopg.OperationalError):
                async with await psycopg.AsyncConnection.connect(**conninfo(self._address), autocommit=True) as mine:
                    await self._take(mine)
                    held.set()
                    outage.over(asyncio.get_running_loop().time())
                    async for _note in mine.notifies():  # there are none: it ends when the connection does
                        pass
            outage.lost("with the database")
            await asyncio.sleep(PAUSE)

    async def _take(self, connection: psycopg.AsyncConnection) -> None:
        for take, name in self._shards.locks:
            cursor = await connection.execute(f"SELECT {take}(%s)".encode(), (lock_key(name),))
            if await cursor.fetchone() != (True,):
                raise AlreadyRunning(_("these shards"))
