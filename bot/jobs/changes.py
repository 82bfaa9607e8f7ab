"""Which changes of a job are legal, and how one is written: a compare-and-set on (id, fence, state)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from itertools import count
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, insert, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import Fenced
from bot.jobs.alone import alone
from bot.jobs.job import ENDED, Job, JobState
from bot.jobs.rows import Changes, Columns, from_row, to_columns, to_row
from bot.jobs.signals import Kind, tell
from bot.jobs.spending import Bill, book, correct
from bot.jobs.strays import reclaim, slots_of
from bot.jobs.tables import facts, jobs
from bot.jobs.tickets import QUEUE, defer, priority_of
from bot.jobs.turns import closed_up

OPEN = frozenset(JobState) - ENDED

#: Which states may follow which. Back to WAITING: the server has never heard of it, so it is submitted again.
NEXT: dict[JobState, frozenset[JobState]] = {
    JobState.WAITING: frozenset({JobState.SUBMITTED, JobState.CANCELLED, JobState.FAILED}),
    JobState.SUBMITTED: frozenset({JobState.WAITING, JobState.RUNNING, *ENDED}),
    JobState.RUNNING: frozenset({JobState.WAITING, *ENDED}),
    **dict.fromkeys(ENDED, frozenset()),
}

#: Where a job's message is and how it can be reached.
LOCATION = frozenset(
    {"message_id", "channel_id", "visible", "by_token", "interaction_id", "token", "token_expires", "filesize_limit"}
)

#: What other processes go by: whether a job waits, where in the order, and where its message is.
TOLD = frozenset({"state", "tag", "channel_id", "message_id"})

#: What may still change once a job has ended.
DELIVERY = LOCATION | {"parts", "removed_by"}


def stamped(job: Job, fields: Changes, now: datetime) -> Columns:
    """The columns of a legal change, with the times that go with its new state; ValueError for an illegal one."""
    state = fields.get("state")
    if state is not None and state not in NEXT[job.state]:
        raise ValueError(f"job {job.id} cannot go from {job.state} to {state}")
    if job.state.ended and fields.keys() - DELIVERY:
        raise ValueError(f"job {job.id} has ended: {', '.join(sorted(fields.keys() - DELIVERY))} cannot change")
    return to_columns(fields) | (_times(state, now) if state else {})


async def write(connection: AsyncConnection, job: Job, columns: Columns) -> Job:
    """Change the row if it still is what `job` says; Fenced when it is not. What others should know of it is told."""
    same = and_(jobs.c.id == job.id, jobs.c.fence == job.fence, jobs.c.state == job.state)
    result = await connection.execute(update(jobs).where(same).values(columns).returning(*jobs.c))
    row = result.mappings().one_or_none()
    if row is None:
        raise Fenced(job.id)
    written = from_row(row)
    if columns.keys() & TOLD:
        await tell(connection, Kind.JOB, job.id)
        await _ticket(connection, written)
    return written


async def newest(connection: AsyncConnection, job_id: str) -> Job:
    """The row as it is, kept from others until the transaction ends; Fenced when it is forgotten."""
    row = (await connection.execute(select(jobs).where(jobs.c.id == job_id).with_for_update())).mappings().one_or_none()
    if row is None:
        raise Fenced(job_id)
    return from_row(row)


async def revise(
    connection: AsyncConnection, job: Job, decide: Callable[[Job], Changes], now: datetime, more: float = 0
) -> Job:
    """Write what `decide` makes of the row as it is, and that it cost more than was booked; Fenced when the job has
    changed hands."""
    latest = await newest(connection, job.id)
    if latest.fence != job.fence:
        raise Fenced(job.id)
    if more:
        await correct(connection, job.id, more)
    return await write(connection, latest, stamped(latest, decide(latest), now))


async def claim(
    connection: AsyncConnection, job: Job, columns: Columns, *, backend: str, bill: Bill | None, now: datetime
) -> Job:
    """Write them; where files go to the server with it, the lowest slot goes with it that no other job there holds."""
    stray = await reclaim(connection, backend, job.id)
    if stray is not None:  # it is there already, as far as anybody knows
        again = {"remote_id": stray.remote_id or job.id, "upload_slot": stray.slot}
        return await write(connection, job, {**columns, **again})
    if bill is not None:
        await book(connection, job.id, backend, bill, now)
    slot = await _free_slot(connection, backend) if job.files or job.recipe.safety is not None else None
    return await write(connection, job, {**columns, "upload_slot": slot})


async def _free_slot(connection: AsyncConnection, backend: str) -> int:
    await alone(connection, "upload slots", backend)
    held = and_(jobs.c.delivered_at.is_(None), jobs.c.upload_slot.is_not(None), jobs.c.backend == backend)
    taken = set((await connection.execute(select(jobs.c.upload_slot).where(held))).scalars())
    taken |= await slots_of(connection, backend)
    return next(slot for slot in count() if slot not in taken)


async def insert_job(connection: AsyncConnection, job: Job) -> Job:
    """A new row; IntegrityError when there is one with that id."""
    row = await connection.execute(insert(jobs).values(to_row(job)).returning(*jobs.c))
    await tell(connection, Kind.JOB, job.id)
    stored = from_row(row.mappings().one())
    await _ticket(connection, stored)
    return stored


async def _ticket(connection: AsyncConnection, job: Job) -> None:
    """For a worker of a fleet, once the job has a message: before that its result could be there before the answer."""
    waits = job.state is JobState.WAITING and job.place.message_id is not None
    if waits and connection.dialect.name == "postgresql":
        await defer(connection, job.id, priority_of(job.tag), QUEUE)


async def write_newest(connection: AsyncConnection, job_id: str, columns: Columns) -> Job:
    """Change the row whatever it has become; Fenced when it is forgotten."""
    return await write(connection, await newest(connection, job_id), columns)


async def take_away(connection: AsyncConnection, job_id: str, by: int) -> Job:
    """Note who took its messages away. A moderator's word stands over that of whose job it is."""
    job = await newest(connection, job_id)
    kept = job.removed_by if job.removed_by not in {None, job.place.user_id} else by
    return await write(connection, job, to_columns({"removed_by": kept}))


async def add_parts(connection: AsyncConnection, job: Job, parts: Iterable[int], message_id: int) -> Job:
    """More parts, beside those others wrote since `job` was read."""
    known = {**(await newest(connection, job.id)).parts, **dict.fromkeys(parts, message_id)}
    return await write(connection, job, to_columns({"parts": known}))


async def ask_to_stop(
    connection: AsyncConnection,
    job_id: str,
    by: int,
    *,
    now: datetime,
    reason: str | None,
    only: Collection[JobState],
) -> Job:
    """Note who asked first, and why; a waiting job ends with that. Fenced when it is in none of these states.

    Somebody else's wish stands over that of whose job it is, who would be given the result that came all the same.
    """
    job = await newest(connection, job_id)
    if job.state.ended or job.state not in only:
        raise Fenced(job_id)
    fields: Changes = {"cancelled_by": by, "reason": reason}
    if job.cancelled_by not in {None, job.place.user_id}:
        fields = {"cancelled_by": job.cancelled_by}
    if job.state is JobState.WAITING:
        fields["state"] = JobState.CANCELLED
        await _close_up(connection, job)
    else:
        await tell(connection, Kind.STOP, job.id)
    return await write(connection, job, stamped(job, fields, now))


async def _close_up(connection: AsyncConnection, job: Job) -> None:
    """Its person's later jobs move up, by what it would have taken of their share."""
    waits = jobs.c.state == JobState.WAITING.value
    place = tuple_(jobs.c.tag, jobs.c.created_at, jobs.c.id)
    columns = (jobs.c.id, jobs.c.tag, func.coalesce(jobs.c.cost, 0.0).label("cost"), jobs.c.first)
    mine = select(*columns).where(waits, jobs.c.user_id == job.place.user_id)
    mine = mine.where(place > tuple_(job.tag, literal(job.created_at, jobs.c.created_at.type), job.id))
    later = (await connection.execute(mine.order_by(jobs.c.tag, jobs.c.created_at, jobs.c.id))).all()
    if not later:
        return
    passed = jobs.c.tag.between(later[0].tag - job.cost, later[-1].tag)
    others = select(jobs.c.tag).where(waits, jobs.c.first, jobs.c.user_id != job.place.user_id, passed)
    firsts = (await connection.execute(others.order_by(jobs.c.tag))).scalars().all()
    for row, found in zip(later, closed_up(job, later, firsts), strict=True):
        same = update(jobs).where(jobs.c.id == row.id)
        await connection.execute(same.values(tag=found.tag, first=found.first))
    await tell(connection, Kind.JOB, *(row.id for row in later))


async def write_fact(connection: AsyncConnection, key: str, value: str) -> None:
    """A fact in place of what the key had."""
    await alone(connection, "fact", key)
    known = await connection.execute(update(facts).where(facts.c.key == key).values(value=value))
    if not known.rowcount:
        await connection.execute(insert(facts).values(key=key, value=value))


def whose(guild_id: int | None, user_id: int | None) -> list[ColumnElement[bool]]:
    """Of a server, of a person, of both; of everybody where neither is given."""
    wanted = ((jobs.c.guild_id, guild_id), (jobs.c.user_id, user_id))
    return [column == given for column, given in wanted if given is not None]


def among(states: Iterable[JobState]) -> ColumnElement[bool]:
    """In one of these states."""
    return jobs.c.state.in_([state.value for state in states])


def queue_order() -> tuple[ColumnElement[Any], ...]:
    """As `Waiting.key` has it: the tag; then those who had nothing open; then who came first."""
    return (jobs.c.tag, func.coalesce(jobs.c.first, false()).desc(), jobs.c.created_at, jobs.c.id)


def _times(state: JobState, now: datetime) -> Columns:
    match state:
        case JobState.WAITING:
            gone = ("submitted_at", "started_at", "backend", "remote_id", "upload_slot")
            fields: Columns = dict.fromkeys(gone)
        case JobState.SUBMITTED:
            fields = {"submitted_at": now}
        case JobState.RUNNING:
            fields = {"started_at": now}
        case _:
            fields = {"finished_at": now}
    return fields
