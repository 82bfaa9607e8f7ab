"""Strikes: what somebody asked for and must not; so many within a day block them for a while."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, exists, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.alone import alone
from bot.jobs.audit import Audit, Deed
from bot.jobs.blocks import EVERYWHERE, Block, Blocks, impose
from bot.jobs.servers import Servers
from bot.jobs.store import Store
from bot.jobs.tables import blocks, strikes
from bot.text import _

log = logging.getLogger(__name__)

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Strike:
    """One more: how many there are within a day, of how many that block (0: none do); `until` when a block ends."""

    count: int
    most: int
    until: datetime | None = None


class Strikes:
    """`most` and `minutes` hold where a server says nothing; `me` is the bot's own id, which stands in the audit."""

    def __init__(
        self,
        store: Store,
        servers: Servers,
        blocked: Blocks,
        audit: Audit,
        *,
        clock: Callable[[], datetime],
        me: Callable[[], int],
        most: int = 0,
        minutes: int = 60,
    ) -> None:
        self._store = store
        self._servers = servers
        self._blocks = blocked
        self._audit = audit
        self._clock = clock
        self._me = me
        self._most = most
        self._minutes = minutes

    async def add(self, guild_id: int | None, user_id: int, *, job_id: str | None = None) -> Strike:
        """Count one more for that person there; direct messages count for themselves, and block everywhere."""
        rules = self._servers.get(guild_id).rules
        most = self._most if rules.strikes is None else rules.strikes
        minutes = rules.strike_minutes or self._minutes
        place = guild_id or EVERYWHERE
        now = self._clock()
        block = Block(place, user_id, self._me(), now, now + timedelta(minutes=minutes), _reason())
        count, blocked, begins = await self._store.transact(lambda connection: _write(connection, block, most))
        if begins:
            self._blocks.know(block)
        strike = Strike(count, most, block.until if begins else None)
        log.info("strike %d of person %d in %d", count, user_id, place)
        if most and not blocked:
            deed, reason = (Deed.BLOCK, _reason()) if strike.until else (Deed.STRIKE, f"{count}/{most}")
            await self._audit.record(
                guild_id=guild_id, actor_id=self._me(), action=deed, user_id=user_id, job_id=job_id, reason=reason
            )
        return strike


async def _write(connection: AsyncConnection, block: Block, most: int) -> tuple[int, bool, bool]:
    """How many there are within a day, this one too; whether the person is blocked there by now, and whether they are
    from now on.
    """
    now, place, user_id = block.at, block.guild_id, block.user_id
    await alone(connection, "strikes", user_id)
    mine = (strikes.c.user_id == user_id, strikes.c.guild_id == place)
    await connection.execute(delete(strikes).where(*mine, strikes.c.at <= now - DAY))
    await connection.execute(insert(strikes).values(guild_id=place, user_id=user_id, at=now))
    count = await connection.scalar(select(func.count()).select_from(strikes).where(*mine)) or 0
    holds = or_(blocks.c.until.is_(None), blocks.c.until > now)
    there = (blocks.c.user_id == user_id, blocks.c.guild_id.in_({place, EVERYWHERE}))
    blocked = bool(await connection.scalar(select(exists().where(*there, holds))))
    begins = most > 0 and count >= most and not blocked
    if begins:
        await impose(connection, block)
    return count, blocked, begins


def _reason() -> str:
    return _("Too often something that is not allowed here")
