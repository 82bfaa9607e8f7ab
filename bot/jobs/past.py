"""What a person asked for, newest first: a page of it, from wherever one is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, null, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.changes import whose
from bot.jobs.job import Job
from bot.jobs.rows import from_row
from bot.jobs.store import Store
from bot.jobs.tables import jobs

#: how a cursor is written: `<o or n><microseconds since 1970>-<job id without dashes>`
CURSOR = r"(?:[on][0-9]{1,17}-[0-9a-f]{32}|top)"
TOP = "top"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ORDER = (jobs.c.created_at.desc(), jobs.c.id.desc())


@dataclass(frozen=True)
class Cursor:
    """A job, which need not be there any more, and which side of it is meant."""

    at: datetime
    job_id: str
    newer: bool = False

    def __str__(self) -> str:
        micros = (self.at - EPOCH) // timedelta(microseconds=1)
        return f"{'n' if self.newer else 'o'}{micros}-{self.job_id.replace('-', '')}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """None for the top, and for what is no cursor."""
        if text == TOP or not re.fullmatch(CURSOR, text):
            return None
        micros, hexes = text[1:].split("-")
        at = EPOCH + timedelta(microseconds=int(micros))
        return cls(at, "-".join((hexes[:8], hexes[8:12], hexes[12:16], hexes[16:20], hexes[20:])), text[0] == "n")


@dataclass(frozen=True)
class Span:
    """Jobs, newest first, and where there are more of them."""

    jobs: tuple[Job, ...] = ()
    newer: Cursor | None = None
    older: Cursor | None = None


async def look_back(
    store: Store, user_id: int, *, guild_id: int | None = None, cursor: Cursor | None = None, limit: int
) -> Span:
    """Next to the cursor, or at the top; of one server, or of all places. Near the top it is the top."""

    async def read(connection: AsyncConnection) -> Span:
        found = await _beside(connection, mine, cursor, limit)
        if cursor is not None and cursor.newer and len(found) < limit:
            found = await _beside(connection, mine, None, limit)
        if not found:
            return Span()
        newer = Cursor(found[0].created_at, found[0].id, newer=True)
        older = Cursor(found[-1].created_at, found[-1].id)
        return Span(
            tuple(found),
            newer if await _beside(connection, mine, newer, 1) else None,
            older if await _beside(connection, mine, older, 1) else None,
        )

    mine = whose(guild_id, user_id)
    return await store.transact(read)


async def newest(store: Store, user_id: int, limit: int) -> list[Job]:
    """A person's latest jobs, without their graphs: for lists that are read at each key."""

    async def read(connection: AsyncConnection) -> list[Job]:
        return await _read(connection, _light().where(*whose(None, user_id)).order_by(*_ORDER).limit(limit))

    return await store.transact(read)


async def beginning_with(store: Store, user_id: int, start: str) -> Job | None:
    """A person's newest job whose id begins like that: its files are named by it."""

    async def read(connection: AsyncConnection) -> list[Job]:
        alike = jobs.c.id.startswith(start, autoescape=True)
        return await _read(connection, select(jobs).where(*whose(None, user_id), alike).order_by(*_ORDER).limit(1))

    return next(iter(await store.transact(read)), None)


async def _beside(
    connection: AsyncConnection, mine: Sequence[ColumnElement[bool]], cursor: Cursor | None, limit: int
) -> list[Job]:
    """So many of that side, newest first."""
    wanted = _light().where(*mine).limit(limit)
    if cursor is None:
        return await _read(connection, wanted.order_by(*_ORDER))
    here, there = tuple_(jobs.c.created_at, jobs.c.id), (cursor.at, cursor.job_id)
    if not cursor.newer:
        return await _read(connection, wanted.where(here < there).order_by(*_ORDER))
    upward = wanted.where(here > there).order_by(jobs.c.created_at, jobs.c.id)
    return (await _read(connection, upward))[::-1]


def _light() -> Select[*tuple[Any, ...]]:
    """All of a job but its graph, which is most of it."""
    return select(*(column for column in jobs.c if column.name != "graph"), null().label("graph"))


async def _read(connection: AsyncConnection, statement: Select[*tuple[Any, ...]]) -> list[Job]:
    return [from_row(row._mapping) for row in await connection.execute(statement)]
