"""What jobs cost on paid backends: written in the transaction of the claim, so that no crash forgets it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import EaselError
from bot.jobs.alone import alone
from bot.jobs.tables import spending

DAY = timedelta(hours=24)
KEPT = timedelta(days=31)


@dataclass(frozen=True)
class Bill:
    """What one job costs there; `budget` is what all may cost within 24 hours, 0 for no limit."""

    cost: float
    budget: float = 0


class BudgetSpent(EaselError):
    """Within the bot only: the job waits on."""


async def book(connection: AsyncConnection, job_id: str, backend: str, bill: Bill, now: datetime) -> None:
    """Write it down, beside what the job cost before: it may be sent twice. BudgetSpent where there is no room."""
    await alone(connection, "spending")  # two claims at once must not both have the last of it
    if bill.budget and await spent(connection, now) + bill.cost > bill.budget * (1 + 1e-9):
        raise BudgetSpent
    await connection.execute(delete(spending).where(spending.c.at < now - KEPT))
    own = update(spending).where(spending.c.job_id == job_id)
    known = await connection.execute(own.values(cost=spending.c.cost + bill.cost, backend=backend, at=now))
    if not known.rowcount:
        row = {"job_id": job_id, "backend": backend, "at": now, "cost": bill.cost}
        await connection.execute(insert(spending).values(row))


async def correct(connection: AsyncConnection, job_id: str, more: float) -> None:
    """It cost so much more than was booked, or less; what cost nothing in all is taken off."""
    own = spending.c.job_id == job_id
    await connection.execute(update(spending).where(own).values(cost=spending.c.cost + more))
    await connection.execute(delete(spending).where(own, spending.c.cost <= 1e-9))


async def frees(connection: AsyncConnection, now: datetime, budget: float) -> datetime | None:
    """When less than the budget will have been spent within 24 hours; None where that is so now."""
    left = await spent(connection, now)
    lately = select(spending.c.at, spending.c.cost).where(spending.c.at > now - DAY).order_by(spending.c.at)
    at: datetime | None = None
    for row in (await connection.execute(lately)).all():
        if left < budget:
            break
        at, left = row.at, left - row.cost
    return None if at is None else at + DAY


async def spent(connection: AsyncConnection, now: datetime) -> float:
    """Within the last 24 hours, on all paid backends."""
    lately = select(func.sum(spending.c.cost)).where(spending.c.at > now - DAY)
    return float((await connection.execute(lately)).scalar_one() or 0)
