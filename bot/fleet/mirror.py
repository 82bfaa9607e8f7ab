"""The queue of this process kept as the database has it: every process has all open jobs, without their graphs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence

from sqlalchemy import ColumnElement, RowMapping, or_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.changes import OPEN, among
from bot.jobs.estimates import Estimates
from bot.jobs.job import JobState
from bot.jobs.queue import JobQueue
from bot.jobs.store import Store
from bot.jobs.tables import jobs
from bot.jobs.waiting import COLUMNS, Waiting, from_columns

log = logging.getLogger(__name__)

#: seconds after which a job begins though it is not known where its message is: whoever took it is gone
ANSWER = 6
AT_ONCE = 500  # rows

_LIGHT = tuple(jobs.c[name] for name in COLUMNS)
_MORE = (jobs.c.state, jobs.c.seconds)
_LATE = jobs.c.created_at < text(f"now() - interval '{ANSWER} seconds'")
#: Whether Discord has an answer to the command, or never will.
READY: ColumnElement[bool] = or_(jobs.c.message_id.is_not(None), _LATE)


class Mirror:
    """`here` says which jobs this process itself has in hand: of these it knows more than the database. `taken` is told
    of those that another process took from the queue. `left_behind` says of one whose message is not known that
    whoever was about to note it is gone.
    """

    def __init__(
        self,
        store: Store,
        queue: JobQueue,
        estimates: Estimates,
        *,
        here: Callable[[str], bool],
        taken: Callable[[str], None],
        left_behind: Callable[[Waiting], bool] = lambda job: False,
    ) -> None:
        self._store = store
        self._queue = queue
        self._estimates = estimates
        self._here = here
        self._taken = taken
        self._left_behind = left_behind
        #: what is read is put before anything newer is read
        self._turn = asyncio.Lock()

    async def hear(self, job_id: str | None) -> None:
        """That job is another now; None: any may be."""
        if job_id is None:
            await self.resync()
            return
        await self.read([job_id])

    async def read(self, job_ids: Sequence[str]) -> None:
        """These jobs are others now."""
        waited = {job_id: job.user_id for job_id in job_ids if (job := self._queue.get(job_id)) is not None}
        await self._read(job_ids)
        stopped = {user for job_id, user in waited.items() if not self._has(job_id)}
        for user_id in stopped:  # their later ones moved up
            await self.read_person(user_id)

    async def read_person(self, user_id: int) -> None:
        """All open jobs of somebody, as they are."""
        async with self._turn:
            await self._put(await self._rows(jobs.c.user_id == user_id, among(OPEN)))

    async def resync(self) -> None:
        """All of them: those that are others now, and those that are gone."""
        columns = (jobs.c.id, jobs.c.state, jobs.c.tag, jobs.c.first)

        async def read(connection: AsyncConnection) -> Sequence[RowMapping]:
            return (await connection.execute(select(*columns).where(among(OPEN)))).mappings().all()

        there = {row["id"]: row for row in await self._store.transact(read)}
        gone = [job_id for job_id in [*self._queue.order(), *self._queue.begun] if job_id not in there]
        await self._read([*gone, *(job_id for job_id, row in there.items() if not self._is_so(row))])

    async def read_late(self) -> None:
        """Those whose message nobody has noted by now."""
        late = select(jobs.c.id).where(jobs.c.state == JobState.WAITING.value, jobs.c.message_id.is_(None), _LATE)

        async def read(connection: AsyncConnection) -> list[str]:
            return list((await connection.execute(late)).scalars())

        await self._read([job_id for job_id in await self._store.transact(read) if job_id not in self._queue])

    def _has(self, job_id: str) -> bool:
        return job_id in self._queue or job_id in self._queue.begun

    def _is_so(self, row: RowMapping) -> bool:
        if row["state"] != JobState.WAITING.value:
            return row["id"] in self._queue.begun
        known = self._queue.get(row["id"])
        return known is not None and (known.tag, known.first) == (row["tag"], bool(row["first"]))

    async def _read(self, job_ids: Sequence[str]) -> None:
        for some in _chunks(job_ids):
            async with self._turn:
                rows = await self._rows(jobs.c.id.in_(some))
                for job_id in set(some).difference(row["id"] for row in rows):
                    self._leave(job_id)
                await self._put(rows)

    async def _rows(self, *wanted: ColumnElement[bool]) -> Sequence[RowMapping]:
        columns = (*_LIGHT, *_MORE, READY.label("ready"))

        async def read(connection: AsyncConnection) -> Sequence[RowMapping]:
            return (await connection.execute(select(*columns).where(*wanted))).mappings().all()

        return await self._store.transact(read)

    async def _put(self, rows: Collection[RowMapping]) -> None:
        for row in rows:
            await self._estimates.load(row["workflow"])
        for row in rows:
            light, state = _light(row), JobState(row["state"])
            if self._here(light.id):
                continue
            if state is JobState.WAITING:
                if (row["ready"] or self._left_behind(light)) and self._queue.get(light.id) != light:
                    self._queue.put(light)
            elif state in OPEN:
                waited = light.id in self._queue
                self._queue.begin(light)
                if waited:
                    self._taken(light.id)
            elif state.ended:
                self._learn(light, row)
                self._leave(light.id)

    def _learn(self, light: Waiting, row: RowMapping) -> None:
        if light.id in self._queue.begun and row["state"] == JobState.DONE.value and row["seconds"] is not None:
            self._estimates.learn(light.workflow, float(row["seconds"]))

    def _leave(self, job_id: str) -> None:
        if not self._here(job_id):
            waited = job_id in self._queue
            self._queue.leave(job_id)
            if waited:
                self._taken(job_id)


def _light(row: RowMapping) -> Waiting:
    return from_columns({name: row[name] for name in COLUMNS})  # type: ignore[arg-type]  # it only asks for its columns


def _chunks(job_ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for at in range(0, len(job_ids), AT_ONCE):
        yield job_ids[at : at + AT_ONCE]


class News:
    """What is heard of jobs, read as it comes, many at once where many come. `also` is told of them too."""

    def __init__(self, mirror: Mirror, also: Callable[[Collection[str]], Awaitable[None]]) -> None:
        self._mirror = mirror
        self._also = also
        self._heard: dict[str, None] = {}
        self._more = asyncio.Event()
        self._all = False

    async def hear(self, job_id: str | None) -> None:
        """That one is another; None: any may be."""
        if job_id is None:
            self._all = True
        else:
            self._heard[job_id] = None
        self._more.set()

    async def serve(self) -> None:
        """Until cancelled."""
        while True:
            await self._more.wait()
            self._more.clear()
            heard, every = list(self._heard), self._all
            self._heard, self._all = {}, False
            try:
                await (self._mirror.resync() if every else self._mirror.read(heard))
                await self._also(heard)
            except Exception:  # the database is away: the next look at all of them finds it
                log.warning("what others did is not known for now", exc_info=log.isEnabledFor(logging.DEBUG))
