"""What moderators did: kept for as long as jobs are, and told to whoever listens."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import EaselError
from bot.jobs.signals import Kind, tell
from bot.jobs.store import Store
from bot.jobs.tables import audit

log = logging.getLogger(__name__)

REASON = 1000  # characters of a reason that are kept


class Deed(StrEnum):
    """What an entry is about; `action` may be another word, which is then shown as it is."""

    #: a job under way, or a waiting one, was stopped
    STOP = "stop"
    #: all of a person's jobs were stopped; `reason` says how many first
    CANCEL = "cancel"
    #: waiting jobs were taken out of the queue; `reason` says how many first
    CLEAR = "clear"
    #: nothing new begins on the server
    PAUSE = "pause"
    RESUME = "resume"
    #: a person may not ask for jobs
    BLOCK = "block"
    UNBLOCK = "unblock"
    #: a message was removed and the person warned
    WARN = "warn"
    #: a message was removed, and the person told
    DELETE = "delete"
    #: somebody told the moderators of a message
    REPORT = "report"
    #: a moderator looked at a report and found nothing wrong
    DISMISS = "dismiss"
    #: what the server allows was changed; `reason` is the command
    SETTINGS = "settings"
    #: a person's jobs and files were forgotten
    FORGET = "forget"
    #: a text held blocked terms; `reason` says which strike of how many it was
    STRIKE = "strike"
    #: a result was found unsafe and not shown
    WITHHOLD = "withhold"


@dataclass(frozen=True)
class Entry:
    """Who did what to whom, when and why. `guild_id` is 0 where it was not about one server."""

    at: datetime
    guild_id: int
    actor_id: int
    action: str
    user_id: int | None = None
    job_id: str | None = None
    reason: str = ""


class Audit:
    """One per process. `listener` is called with each entry and must neither wait nor raise."""

    def __init__(self, store: Store, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock
        self.listener: Callable[[Entry], None] = lambda entry: None
        #: whether other processes are told in place of the listener
        self.hands_on = False

    async def record(
        self,
        *,
        guild_id: int | None,
        actor_id: int,
        action: str,
        user_id: int | None = None,
        job_id: str | None = None,
        reason: str = "",
    ) -> None:
        """Keep it and tell it. What was done stands, so a database in trouble is logged and not raised."""
        entry = Entry(self._clock(), guild_id or 0, actor_id, str(action), user_id, job_id, reason[:REASON])
        log.info("%s by %s in %s: person %s, job %s", entry.action, actor_id, entry.guild_id, user_id, job_id)
        try:
            await self._store.transact(lambda connection: _write(connection, entry, told=self.hands_on))
        except (EaselError, SQLAlchemyError, RuntimeError) as error:  # a closed store raises RuntimeError
            log.error("what %s did (%s) is not kept: %s", actor_id, entry.action, type(error).__name__)
        if not self.hands_on:
            self.listener(entry)

    async def entry(self, number: str) -> Entry | None:
        """The one of that number, of which another process told."""
        wanted = select(audit).where(audit.c.id == int(number))

        async def read(connection: AsyncConnection) -> Entry | None:
            row = (await connection.execute(wanted)).one_or_none()
            return None if row is None else _entry(row)

        return await self._store.transact(read)

    async def entries(self, guild_id: int, limit: int = 20) -> list[Entry]:
        """The newest of a server, newest first."""
        newest = select(audit).where(audit.c.guild_id == guild_id).order_by(audit.c.at.desc(), audit.c.id.desc())

        async def read(connection: AsyncConnection) -> list[Entry]:
            rows = await connection.execute(newest.limit(limit))
            return [_entry(row) for row in rows]

        return await self._store.transact(read)


async def _write(connection: AsyncConnection, entry: Entry, *, told: bool) -> None:
    number = await connection.scalar(insert(audit).values(**asdict(entry)).returning(audit.c.id))
    if told:
        await tell(connection, Kind.AUDIT, number)


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.at, row.guild_id, row.actor_id, row.action, row.user_id, row.job_id, row.reason)
