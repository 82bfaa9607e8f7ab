"""Runs that were given up while their backend was away: found there again, or stopped, once it is back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.tables import strays


@dataclass(frozen=True)
class Stray:
    """One run of a job on a backend. `slot` is which names its uploads have there until it is over."""

    backend: str
    job_id: str
    remote_id: str | None = None
    slot: int | None = None


async def leave(connection: AsyncConnection, stray: Stray, now: datetime) -> None:
    """It may still run there."""
    await drop(connection, stray)
    row = {"backend": stray.backend, "job_id": stray.job_id, "remote_id": stray.remote_id, "slot": stray.slot}
    await connection.execute(insert(strays).values(**row, at=now))


async def reclaim(connection: AsyncConnection, backend: str, job_id: str) -> Stray | None:
    """The run of that job there, which is none of these any more; None where there is none."""
    found = delete(strays).where(strays.c.backend == backend, strays.c.job_id == job_id)
    columns = (strays.c.backend, strays.c.job_id, strays.c.remote_id, strays.c.slot)
    row = (await connection.execute(found.returning(*columns))).one_or_none()
    return None if row is None else Stray(*row)


async def drop(connection: AsyncConnection, stray: Stray) -> None:
    """It is over."""
    same = and_(strays.c.backend == stray.backend, strays.c.job_id == stray.job_id)
    await connection.execute(delete(strays).where(same))


async def strays_of(connection: AsyncConnection, backend: str) -> list[Stray]:
    """All of a backend, oldest first."""
    columns = (strays.c.backend, strays.c.job_id, strays.c.remote_id, strays.c.slot)
    rows = await connection.execute(select(*columns).where(strays.c.backend == backend).order_by(strays.c.at))
    return [Stray(*row) for row in rows]


async def slots_of(connection: AsyncConnection, backend: str) -> set[int]:
    """The names that files of these runs have there."""
    held = select(strays.c.slot).where(strays.c.backend == backend, strays.c.slot.is_not(None))
    return {int(slot) for slot in (await connection.execute(held)).scalars() if slot is not None}
