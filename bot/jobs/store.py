"""Jobs and what must outlive the process: every change a compare-and-set on (id, fence, state)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self, TypeVar, Unpack

from sqlalchemy import Row, Select, Text, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import DatabaseAway, Fenced, SettingsError
from bot.jobs.address import Address, address_of
from bot.jobs.alone import alone
from bot.jobs.backup import copy
from bot.jobs.changes import (
    LOCATION,
    OPEN,
    add_parts,
    among,
    ask_to_stop,
    claim,
    insert_job,
    queue_order,
    revise,
    stamped,
    take_away,
    whose,
    write,
    write_fact,
    write_newest,
)
from bot.jobs.database import begin, engine_for, make_folder, plain_errors
from bot.jobs.hurry import asked
from bot.jobs.job import ENDED, Job, JobState
from bot.jobs.locks import Held, hold
from bot.jobs.pruning import Pruned, files_in_use, prune
from bot.jobs.rows import Changes, Columns, from_row, to_columns
from bot.jobs.signals import Kind, Signals, tell
from bot.jobs.spending import Bill
from bot.jobs.tables import facts, jobs
from bot.jobs.transactions import PATIENCE, Transactions
from bot.jobs.turns import Turn
from bot.jobs.waiting import COLUMNS, Waiting, from_columns

log = logging.getLogger(__name__)

T = TypeVar("T")

#: for what a PostgreSQL was asked and does not answer, where nobody is left who waits
CLOSING_SECONDS = 2.0


async def nothing(connection: AsyncConnection) -> None:
    """Beside a claim, where a process is alone."""


def utc_now() -> datetime:
    """The clock, where none is handed in."""
    return datetime.now(UTC)


class Store:
    """The jobs of one database. Changes raise Fenced when the job at hand is no longer what the database has.

    A file of SQLite's belongs to one process; a PostgreSQL is shared by many, and may be away for a while.
    """

    def __init__(
        self, address: Address, engine: AsyncEngine, lock: Held | None, clock: Callable[[], datetime], patience: float
    ) -> None:
        self._address = address
        self._engine = engine
        self._lock = lock
        self._clock = clock
        self._transactions = Transactions(engine, patience=patience)
        self._closed = False
        self._begun: set[asyncio.Task[Any]] = set()
        #: what other processes tell; nothing in SQLite
        self.signals = Signals(None if address.path is not None else address.url)
        #: told of each job that was written: as it was and as it is
        self.on_written: Callable[[Job, Job], None] | None = None

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        clock: Callable[[], datetime] = utc_now,
        patience: float = PATIENCE,
        at_first: float = 0.0,
    ) -> Self:
        """Make or migrate the database; AlreadyRunning when another process has it, SettingsError when it cannot be.

        `patience` is how many seconds a PostgreSQL may be away later on, `at_first` before it is there at all.
        """
        address = address_of(url)
        lock = _own(address.path) if address.path is not None else None
        try:
            engine = engine_for(address)
            try:
                await begin(engine, address.name, patience=at_first)
            except BaseException:
                await engine.dispose()
                raise
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        return cls(address, engine, lock, clock, patience)

    @property
    def shared(self) -> bool:
        """Whether other processes may be at it too."""
        return self._address.path is None

    async def close(self) -> None:
        """Finish what was begun and let another process have the database. Twice is once.

        A PostgreSQL that hangs is not waited for: what it was asked last is taken up again by whoever is next.
        """
        self._closed = True
        self.give_up()
        try:
            await self._end()
            await self._engine.dispose()
        finally:
            if self._lock is not None:
                self._lock.release()

    def give_up(self) -> None:
        """It is being stopped: a PostgreSQL that is away is tried no more."""
        self._transactions.give_up()

    async def settled(self) -> None:
        """Until what hung for longer than somebody could wait has happened, or has not."""
        await self._transactions.settled()

    async def add(self, job: Job) -> Job:
        """Keep a new job."""
        return await self.transact(lambda connection: insert_job(connection, job))

    async def get(self, job_id: str) -> Job | None:
        """The job as it is now."""
        return next(iter(await self._jobs(select(jobs).where(jobs.c.id == job_id))), None)

    async def by_message(self, channel_id: int, message_id: int) -> Job | None:
        """The job whose message that is, or one of its follow-ups."""
        own = (jobs.c.channel_id == channel_id, jobs.c.message_id == message_id)
        if found := await self._jobs(select(jobs).where(*own).limit(1)):
            return found[0]
        named = cast(jobs.c.parts, Text).contains(str(message_id), autoescape=True)
        near = await self._jobs(select(jobs).where(jobs.c.channel_id == channel_id, named))
        return next((job for job in near if message_id in job.parts.values()), None)

    async def change(self, job: Job, **fields: Unpack[Changes]) -> Job:
        """Write these fields; a change of `state` writes its time too. ValueError where the states do not allow it."""
        columns = stamped(job, fields, self._clock())
        return self._written(job, await self.transact(lambda connection: write(connection, job, columns)))

    async def revise(self, job: Job, decide: Callable[[Job], Changes], *, more: float = 0) -> Job:
        """Write what `decide` says of the job as it is now, with all that was written beside whoever holds it.

        `more` is what it cost beyond its bill; below 0: less.
        """
        now = self._clock()
        return self._written(job, await self.transact(lambda connection: revise(connection, job, decide, now, more)))

    async def claim(
        self,
        job: Job,
        backend: str,
        *,
        bill: Bill | None = None,
        beside: Callable[[AsyncConnection], Awaitable[None]] = nothing,
    ) -> Job:
        """A waiting job goes to that backend: before the POST. The fence goes up, so whoever had it before is out.

        `bill` is what it costs there. Raises BudgetSpent, and nothing changes, where the budget has no room for that.
        `beside` is done first, in the same transaction, and may raise too.
        """
        if job.state is not JobState.WAITING:
            raise Fenced(job.id)  # somebody stopped it on its way here
        now = self._clock()
        columns = stamped(job, {"state": JobState.SUBMITTED, "backend": backend}, now)
        columns |= {"fence": jobs.c.fence + 1, "submits": jobs.c.submits + 1}

        async def work(connection: AsyncConnection) -> Job:
            await beside(connection)
            return await claim(connection, job, columns, backend=backend, bill=bill, now=now)

        return await self.transact(work)

    async def locate(self, job_id: str, **fields: Unpack[Changes]) -> Job:
        """Write where a job's message is, whatever became of the job meanwhile; Fenced when it is forgotten."""
        if fields.keys() - LOCATION:
            raise ValueError(f"only {', '.join(sorted(LOCATION))} say where a message is")
        return await self.transact(lambda connection: write_newest(connection, job_id, to_columns(fields)))

    async def record_parts(self, job: Job, parts: Iterable[int], message_id: int) -> Job:
        """These parts were sent in that message; parts recorded by others meanwhile stay."""
        return await self.transact(lambda connection: add_parts(connection, job, parts, message_id))

    async def take_away(self, job_id: str, by: int) -> Job:
        """Its messages are taken away, whatever becomes of the job meanwhile; Fenced when it is forgotten."""
        return await self.transact(lambda connection: take_away(connection, job_id, by))

    async def deliver(self, job: Job) -> Job:
        """The person has seen the outcome. Twice is once: the first time stands."""
        if not job.state.ended:
            raise ValueError(f"job {job.id} is {job.state}: it has no outcome to deliver")
        now = literal(self._clock(), jobs.c.delivered_at.type)
        columns: Columns = {"delivered_at": func.coalesce(jobs.c.delivered_at, now)}
        return self._written(job, await self.transact(lambda connection: write(connection, job, columns)))

    async def cancel_request(
        self, job: Job, by: int, *, reason: str | None = None, only: Collection[JobState] = OPEN
    ) -> Job:
        """Somebody stops it: a waiting job ends at once, another one notes who and why, and goes on.

        Looks at the job as it is now rather than as the caller last saw it; Fenced when it is in no such state, above
        all when it has ended.
        """
        now = self._clock()
        stopped = await self.transact(
            lambda connection: ask_to_stop(connection, job.id, by, now=now, reason=reason, only=only)
        )
        return self._written(job, stopped)

    async def waiting(self) -> list[Waiting]:
        """Jobs that wait, in the order of the queue, without their graphs."""
        columns = [jobs.c[name] for name in COLUMNS]
        statement = select(*columns).where(jobs.c.state == JobState.WAITING.value)

        async def read(connection: AsyncConnection) -> list[Waiting]:
            """A few at a time: what they need is mostly the same, once it is a value."""
            found = await connection.stream(statement.order_by(*queue_order()))
            return [from_columns(row._mapping) async for rows in found.partitions(200) for row in rows]

        return await self.transact(read)

    async def turns(self, user_id: int) -> dict[str, Turn]:
        """The places of a person's open jobs, by id."""
        statement = select(jobs.c.id, jobs.c.tag, jobs.c.first).where(*whose(None, user_id), among(OPEN))
        return {row.id: Turn(row.tag, bool(row.first)) for row in await self._rows(statement)}

    async def begun(self) -> list[Job]:
        """Jobs that are on a backend, as far as is known, in the order of the queue."""
        return await self.select(states=OPEN - {JobState.WAITING})

    async def unfinished(self) -> list[Job]:
        """Jobs which have not ended, in the order of the queue."""
        return await self.select(states=OPEN)

    async def undelivered(self) -> list[Job]:
        """Jobs which ended without the person having seen how, oldest first."""
        statement = select(jobs).where(jobs.c.delivered_at.is_(None), among(ENDED))
        return await self._jobs(statement.order_by(jobs.c.finished_at, jobs.c.id))

    async def select(
        self,
        *,
        guild_id: int | None = None,
        user_id: int | None = None,
        states: Iterable[JobState] = OPEN,
        latest: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[Job]:
        """Jobs of a server, of a person, or of both: those that began, then the others in the order of the queue.

        Or the latest first.
        """
        waits = jobs.c.state == JobState.WAITING
        order = (jobs.c.created_at.desc(), jobs.c.id.desc()) if latest else (waits, *queue_order())
        statement = select(jobs).where(*whose(guild_id, user_id), among(states))
        return await self._jobs(statement.order_by(*order).limit(limit).offset(offset))

    async def counts(
        self, *, guild_id: int | None = None, user_id: int | None = None, states: Iterable[JobState] = OPEN
    ) -> dict[JobState, int]:
        """How many jobs are in each of these states; of everybody, of a server, of a person, or of both."""
        states = frozenset(states)
        statement = select(jobs.c.state, func.count()).where(*whose(guild_id, user_id), among(states))
        found = await self._rows(statement.group_by(jobs.c.state))
        return dict.fromkeys(states, 0) | {JobState(state): count for state, count in found}

    async def durations(self, workflow: str, limit: int = 20) -> list[float]:
        """`seconds` of the newest DONE jobs of a workflow, newest first."""
        done = (jobs.c.workflow == workflow, jobs.c.state == JobState.DONE, jobs.c.seconds.is_not(None))
        statement = select(jobs.c.seconds).where(*done).order_by(jobs.c.finished_at.desc()).limit(limit)
        return [seconds for (seconds,) in await self._rows(statement)]

    async def last_tag(self) -> float:
        """The highest tag of a job that was taken out of the queue; 0 when there is none."""
        ((tag,),) = await self._rows(select(func.max(jobs.c.tag)).where(jobs.c.state != JobState.WAITING.value))
        return tag or 0.0

    async def remember(self, key: str, value: str) -> None:
        """Keep a small fact, in place of what the key had."""
        await self.transact(lambda connection: write_fact(connection, key, value))

    async def revise_fact(self, key: str, decide: Callable[[str | None], str], *, kind: Kind | None = None) -> None:
        """Keep what `decide` makes of the fact as it is now, None where there is none; tell other processes of it."""

        async def work(connection: AsyncConnection) -> None:
            await alone(connection, "fact", key)
            known = await connection.scalar(select(facts.c.value).where(facts.c.key == key))
            await write_fact(connection, key, decide(known))
            if kind is not None:
                await tell(connection, kind)

        await self.transact(work)

    async def recall(self, key: str) -> str | None:
        """The fact of that key."""
        return next((value for (value,) in await self._rows(select(facts.c.value).where(facts.c.key == key))), None)

    async def prune(self, *, before: datetime) -> Pruned:
        """Forget jobs delivered before that time, and of those past 30 days at least graph and files.

        The files themselves are the caller's to remove; what another job still uses is not among them.
        """
        now = self._clock()
        return await self.transact(lambda connection: prune(connection, before=before, now=now))

    async def files_in_use(self) -> frozenset[str]:
        """Paths some job still names: an upload that is not among them was left behind by a crash."""
        return await self.transact(files_in_use)

    async def backup(self, target: Path) -> None:
        """Copy the database as of now; SettingsError where `target` is already there."""
        await copy(self._address, target)

    async def transact(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """One transaction, also for what keeps other tables.

        It goes on when who asked is cancelled: broken off, it would leave SQLite locked. Where a PostgreSQL is lost on
        the way, `work` is called once more, so it changes nothing but the database.
        """
        if self._closed:
            raise RuntimeError("the store is closed")
        task = asyncio.create_task(self._transaction(work))
        self._begun.add(task)
        task.add_done_callback(self._done)
        return await asyncio.shield(task)

    def _written(self, before: Job, after: Job) -> Job:
        if self.on_written is not None:
            self.on_written(before, after)
        return after

    async def _end(self) -> None:
        """Until nothing is under way."""
        while left := self._begun | self._transactions.late:
            await asyncio.wait(left, timeout=CLOSING_SECONDS)
            self._transactions.cut()

    def _done(self, task: asyncio.Task[Any]) -> None:
        """Who asked may be gone: then nobody else looks at what went wrong."""
        self._begun.discard(task)
        if not task.cancelled():
            task.exception()

    async def _jobs(self, statement: Select[*tuple[Any, ...]]) -> list[Job]:
        return [from_row(row._mapping) for row in await self._rows(statement)]

    async def _rows(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Row[*tuple[Any, ...]]]:
        async def read(connection: AsyncConnection) -> Sequence[Row[*tuple[Any, ...]]]:
            return (await connection.execute(statement)).all()

        return await self.transact(read)

    async def _transaction(self, work: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        try:
            with plain_errors(self._address.name):
                return await self._transactions.run(work)
        except SettingsError as problem:
            if not asked():
                raise
            log.error("%s", problem.sentence())  # for whoever runs the bot: it names what is theirs
            raise DatabaseAway(perhaps=True) from problem


def _own(path: Path) -> Held:
    """SQLite's file is ours alone, and its folder is there."""
    make_folder(path)
    return hold(path.with_name(f"{path.name}.lock"), str(path))
