"""Who may not ask for jobs, where and until when: read at every command, kept in memory, changed seldom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Delete, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.alone import alone
from bot.jobs.signals import Kind, tell
from bot.jobs.store import Store
from bot.jobs.tables import blocks

#: in place of a server's id
EVERYWHERE = 0


@dataclass(frozen=True)
class Block:
    """`by` is the moderator, `until` None where somebody has to lift it, `guild_id` 0 where it holds everywhere."""

    guild_id: int
    user_id: int
    by: int
    at: datetime
    until: datetime | None = None
    reason: str = ""

    def holds(self, now: datetime) -> bool:
        """Whether it is not over yet."""
        return self.until is None or now < self.until


class Blocks:
    """Call `load` once before anything else; afterwards reading needs no database. Call `reload` when another process
    has said that something changed.
    """

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self._known: dict[tuple[int, int], Block] = {}

    async def load(self) -> None:
        """Read all of them; those that are over are forgotten."""
        now = self._clock()

        async def read(connection: AsyncConnection) -> list[Block]:
            await connection.execute(delete(blocks).where(blocks.c.until <= now))
            return [Block(**row) for row in (await connection.execute(select(blocks))).mappings()]

        self._known = {(block.guild_id, block.user_id): block for block in await self._store.transact(read)}

    async def reload(self, _nothing: str | None = None) -> None:
        """Read all of them again."""
        await self.load()

    def get(self, guild_id: int | None, user_id: int, now: datetime) -> Block | None:
        """The block that holds for that person there, the one that ends last; None where there is none any more."""
        found = [self._known.get((place, user_id)) for place in (guild_id or EVERYWHERE, EVERYWHERE)]
        return max((block for block in found if block is not None and block.holds(now)), key=_end, default=None)

    async def block(
        self, guild_id: int, user_id: int, *, by: int, lasting: timedelta | None = None, reason: str = ""
    ) -> Block:
        """From now on, for that long or until it is lifted, in place of a block there was."""
        now = self._clock()
        block = Block(guild_id, user_id, by, now, now + lasting if lasting is not None else None, reason)
        await self._store.transact(lambda connection: impose(connection, block))
        self.know(block)
        return block

    def know(self, block: Block) -> None:
        """It was imposed in a transaction that holds now."""
        self._known[block.guild_id, block.user_id] = block

    async def unblock(self, guild_id: int, user_id: int) -> bool:
        """They may ask again; whether one held until now."""

        async def work(connection: AsyncConnection) -> None:
            await connection.execute(_away(guild_id, user_id))
            await tell(connection, Kind.BLOCKS)

        await self._store.transact(work)
        block = self._known.pop((guild_id, user_id), None)
        return block is not None and block.holds(self._clock())


async def impose(connection: AsyncConnection, block: Block) -> None:
    """In place of one there was; other processes are told."""
    await alone(connection, "block", block.guild_id, block.user_id)
    await connection.execute(_away(block.guild_id, block.user_id))
    await connection.execute(insert(blocks).values(**vars(block)))
    await tell(connection, Kind.BLOCKS)


def _away(guild_id: int, user_id: int) -> Delete:
    return delete(blocks).where(blocks.c.guild_id == guild_id, blocks.c.user_id == user_id)


def _end(block: Block) -> datetime:
    return block.until or datetime.max.replace(tzinfo=UTC)
