"""Jobs and what must outlive the process: every change a compare-and-set on (id, fence, state)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, Unpack

from sqlalchemy import Select, func, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import Fenced
from bot.jobs import pruning
from bot.jobs.backup import backup
from bot.jobs.changes import LOCATION, OPEN, among, newest, stamped, whose, write
from bot.jobs.database import make_engine, make_folder, migrate, plain_errors, sqlite_path
from bot.jobs.job import ENDED, Job, JobState
from bot.jobs.locks import Held, hold
from bot.jobs.pruning import Pruned
from bot.jobs.rows import Changes, Columns, from_row, to_columns, to_row
from bot.jobs.tables import facts, jobs


def utc_now() -> datetime:
    """The clock, where none is handed in."""
    return datetime.now(UTC)


class Store:
    """The jobs of one database. Changes raise Fenced when the job at hand is no longer what the database has."""

    def __init__(self, url: str, engine: AsyncEngine, lock: Held, clock: Callable[[], datetime]) -> None:
        self._url = url
        self._name = str(sqlite_path(url))
        self._engine = engine
        self._lock = lock
        self._clock = clock

    @classmethod
    async def open(cls, url: str, *, clock: Callable[[], datetime] = utc_now) -> Self:
        """Make or migrate the database; AlreadyRunning when another process has it, SettingsError when it cannot be."""
        path = sqlite_path(url)
        make_folder(path)
        lock = hold(path.with_name(f"{path.name}.lock"), str(path))
        engine = make_engine(path)
        try:
            with plain_errors(str(path)):
                await migrate(engine, str(path))
        except BaseException:
            await engine.dispose()
            lock.release()
            raise
        return cls(url, engine, lock, clock)

    async def close(self) -> None:
        """Let another process have the database. Twice is once."""
        try:
            await self._engine.dispose()
        finally:
            self._lock.release()

    async def add(self, job: Job) -> Job:
        """Keep a new job."""
        async with self._begin() as connection:
            row = await connection.execute(insert(jobs).values(to_row(job)).returning(*jobs.c))
            return from_row(row.mappings().one())

    async def get(self, job_id: str) -> Job | None:
        """The job as it is now."""
        async with self._begin() as connection:
            row = (await connection.execute(select(jobs).where(jobs.c.id == job_id))).mappings().one_or_none()
            return from_row(row) if row else None

    async def change(self, job: Job, **fields: Unpack[Changes]) -> Job:
        """Write these fields; a change of `state` writes its time too. ValueError where the states do not allow it."""
        columns = stamped(job, fields, self._clock())
        async with self._begin() as connection:
            return await write(connection, job, columns)

    async def claim(self, job: Job, backend: str) -> Job:
        """A waiting job goes to that backend: before the POST. The fence goes up, so whoever had it before is out."""
        columns = stamped(job, {"state": JobState.SUBMITTED, "backend": backend}, self._clock())
        columns |= {"fence": jobs.c.fence + 1, "submits": jobs.c.submits + 1}
        async with self._begin() as connection:
            return await write(connection, job, columns)

    async def locate(self, job_id: str, **fields: Unpack[Changes]) -> Job:
        """Write where a job's message is, whatever became of the job meanwhile; Fenced when it is forgotten."""
        if fields.keys() - LOCATION:
            raise ValueError(f"only {', '.join(sorted(LOCATION))} say where a message is")
        async with self._begin() as connection:
            return await write(connection, await newest(connection, job_id), to_columns(fields))

    async def record_part(self, job: Job, part: int, message_id: int) -> Job:
        """Follow-up number `part` was sent; parts recorded by others meanwhile stay."""
        async with self._begin() as connection:
            parts = {**(await newest(connection, job.id)).parts, part: message_id}
            return await write(connection, job, to_columns({"parts": parts}))

    async def deliver(self, job: Job) -> Job:
        """The person has seen the outcome. Twice is once: the first time stands."""
        if not job.state.ended:
            raise ValueError(f"job {job.id} is {job.state}: it has no outcome to deliver")
        now = literal(self._clock(), jobs.c.delivered_at.type)
        columns: Columns = {"delivered_at": func.coalesce(jobs.c.delivered_at, now)}
        async with self._begin() as connection:
            return await write(connection, job, columns)

    async def cancel_request(self, job: Job, by: int) -> Job:
        """Somebody stops it: a waiting job ends at once, another one notes who (the first to ask) and goes on.

        Looks at the job as it is now rather than as the caller last saw it; Fenced when it has ended.
        """
        async with self._begin() as connection:
            job = await newest(connection, job.id)
            if job.state.ended:
                raise Fenced(job.id)
            fields: Changes = {"cancelled_by": job.cancelled_by or by}
            if job.state is JobState.WAITING:
                fields["state"] = JobState.CANCELLED
            return await write(connection, job, stamped(job, fields, self._clock()))

    async def unfinished(self) -> list[Job]:
        """Jobs which have not ended, in the order of the queue."""
        return await self.select(states=OPEN)

    async def undelivered(self) -> list[Job]:
        """Jobs which ended without the person having seen how, oldest first."""
        statement = select(jobs).where(jobs.c.delivered_at.is_(None), among(ENDED))
        return await self._fetch(statement.order_by(jobs.c.finished_at, jobs.c.id))

    async def select(
        self,
        *,
        guild_id: int | None = None,
        user_id: int | None = None,
        states: Iterable[JobState] = OPEN,
        latest: bool = False,
        limit: int | None = None,
    ) -> list[Job]:
        """Jobs of a server, of a person, or of both, in the order of the queue; or the newest first."""
        order = (jobs.c.tag.desc(), jobs.c.id.desc()) if latest else (jobs.c.tag, jobs.c.id)
        statement = select(jobs).where(*whose(guild_id, user_id), among(states))
        return await self._fetch(statement.order_by(*order).limit(limit))

    async def counts(
        self, *, guild_id: int | None = None, user_id: int | None = None, states: Iterable[JobState] = OPEN
    ) -> dict[JobState, int]:
        """How many jobs are in each of these states; of everybody, of a server, of a person, or of both."""
        states = frozenset(states)
        statement = select(jobs.c.state, func.count()).where(*whose(guild_id, user_id), among(states))
        async with self._begin() as connection:
            found = (await connection.execute(statement.group_by(jobs.c.state))).all()
        return dict.fromkeys(states, 0) | {JobState(state): count for state, count in found}

    async def durations(self, workflow: str, limit: int = 20) -> list[float]:
        """`seconds` of the newest DONE jobs of a workflow, newest first."""
        done = (jobs.c.workflow == workflow, jobs.c.state == JobState.DONE, jobs.c.seconds.is_not(None))
        statement = select(jobs.c.seconds).where(*done).order_by(jobs.c.finished_at.desc()).limit(limit)
        async with self._begin() as connection:
            return list((await connection.execute(statement)).scalars())

    async def last_tag(self) -> float:
        """The highest tag given so far; 0 when there are no jobs."""
        async with self._begin() as connection:
            return (await connection.execute(select(func.max(jobs.c.tag)))).scalar() or 0.0

    async def remember(self, key: str, value: str) -> None:
        """Keep a small fact, in place of what the key had."""
        async with self._begin() as connection:
            known = await connection.execute(update(facts).where(facts.c.key == key).values(value=value))
            if not known.rowcount:
                await connection.execute(insert(facts).values(key=key, value=value))

    async def recall(self, key: str) -> str | None:
        """The fact of that key."""
        async with self._begin() as connection:
            return (await connection.execute(select(facts.c.value).where(facts.c.key == key))).scalar()

    async def prune(self, *, before: datetime) -> Pruned:
        """Forget jobs delivered before that time, and of those past 30 days at least graph and files.

        The files themselves are the caller's to remove; what another job still uses is not among them.
        """
        async with self._begin() as connection:
            return await pruning.prune(connection, before=before, now=self._clock())

    async def files_in_use(self) -> frozenset[str]:
        """Paths some job still names: an upload that is not among them was left behind by a crash."""
        async with self._begin() as connection:
            return await pruning.files_in_use(connection)

    async def backup(self, target: Path) -> None:
        """Copy the database as of now; SettingsError where `target` is already there."""
        await backup(self._url, target)

    async def _fetch(self, statement: Select[tuple[object, ...]]) -> list[Job]:
        async with self._begin() as connection:
            return [from_row(row) for row in (await connection.execute(statement)).mappings()]

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[AsyncConnection]:
        with plain_errors(self._name):
            async with self._engine.begin() as connection:
                yield connection
