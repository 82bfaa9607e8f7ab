"""All of a person's jobs forgotten: what they asked for, their files, graphs and history, here and on the servers."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.comfy.pool import Pool
from bot.errors import BackendUnreachable, Fenced
from bot.jobs.alone import alone
from bot.jobs.audit import Deed
from bot.jobs.changes import write_fact
from bot.jobs.files import Files
from bot.jobs.judging import judging_id
from bot.jobs.preferences import forget_preferences, has_preferences
from bot.jobs.pruning import files_in_use
from bot.jobs.runner import Runner
from bot.jobs.signals import Kind, tell
from bot.jobs.store import Store
from bot.jobs.tables import audit, facts, jobs
from bot.jobs.thumbnails import thumbnail_path

log = logging.getLogger(__name__)

#: the key of what says until when a person's jobs are to be forgotten, as long as some have not ended
WISH = "forget:"


@dataclass(frozen=True)
class Forgotten:
    """The ids of the jobs that are gone; how many go as soon as they end; whether every ComfyUI forgot its part;
    whether there were preferences or presets.
    """

    job_ids: tuple[str, ...] = ()
    later: int = 0
    everywhere: bool = True
    preferences: bool = False


@dataclass(frozen=True)
class _Gone:
    """What rows said that are no more: prompts by backend, files that nobody needs, jobs that are left."""

    job_ids: tuple[str, ...] = ()
    prompts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    files: frozenset[str] = frozenset()
    left: int = 0


class Forgetting:
    """Jobs that have not ended are stopped, and forgotten when their person has been told; a restart changes nothing.

    `uses`, `blocks`, `strikes` and `audit`, which hold ids, stay, without what the person wrote in reports. Call `load`
    before the runner serves.
    """

    def __init__(self, store: Store, pool: Pool, runner: Runner, data_dir: Path, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._pool = pool
        self._runner = runner
        self._files = Files(store, data_dir)
        self._clock = clock
        self._wishes: dict[int, datetime] = {}
        runner.when_delivered(self._delivered)

    async def load(self) -> None:
        """What an earlier process was asked for and could not do to the end."""
        await self.reload()

    async def count(self, user_id: int) -> int:
        """How many jobs of a person there are, those too that have not ended."""

        async def work(connection: AsyncConnection) -> int:
            mine = select(func.count()).select_from(jobs).where(jobs.c.user_id == user_id)
            return await connection.scalar(mine) or 0

        return await self._store.transact(work)

    async def has_preferences(self, user_id: int) -> bool:
        """Whether they have set something, or made presets."""
        return await self._store.transact(lambda connection: has_preferences(connection, user_id))

    async def forget(self, user_id: int, by: int) -> Forgotten:
        """All that the person asked for and set until now; `by` stops what has not ended."""
        until = self._clock()
        preferred = await self.has_preferences(user_id)
        await self._store.transact(lambda connection: forget_preferences(connection, user_id))
        self._wishes[user_id] = until
        await self._store.transact(lambda connection: _wish(connection, user_id, until))
        for job in await self._store.select(user_id=user_id):
            try:
                await self._runner.cancel(job.id, by)
            except Fenced:
                log.debug("job %s had ended when it was to be forgotten", job.id)
        return replace(await self._sweep(user_id, until), preferences=preferred)

    async def reload(self, user_id: str | None = None) -> None:
        """Another process was asked for it, or may have been: what was delivered before this was known goes too."""
        found = await self._store.transact(_read_wishes)
        new = {known: until for known, until in found.items() if self._wishes.get(known) != until}
        self._wishes.update(new)
        for known, until in new.items():
            if user_id is None or known == int(user_id):
                await self._sweep(known, until)

    async def _delivered(self, user_id: int) -> None:
        if (until := self._wishes.get(user_id)) is not None:
            await self._sweep(user_id, until)

    async def _sweep(self, user_id: int, until: datetime) -> Forgotten:
        gone = await self._store.transact(lambda connection: _forget(connection, user_id, until))
        if not gone.left and self._wishes.get(user_id) == until:
            del self._wishes[user_id]
        await self._files.remove([*gone.files, *map(thumbnail_path, gone.job_ids)])
        reached = await asyncio.gather(*(self._tell(name, prompts) for name, prompts in gone.prompts.items()))
        log.info("%d jobs of person %d forgotten; %d to come", len(gone.job_ids), user_id, gone.left)
        return Forgotten(gone.job_ids, gone.left, all(reached))

    async def _tell(self, name: str, prompts: Sequence[str]) -> bool:
        """Whether the server was there to forget them too."""
        backend = self._pool.get(name)
        if backend is None:
            return False
        try:
            await backend.forget(prompts)
        except BackendUnreachable as problem:
            log.warning("%s keeps the history of %d prompts: %s", name, len(prompts), problem.reason)
            return False
        return True


async def _wish(connection: AsyncConnection, user_id: int, until: datetime) -> None:
    await write_fact(connection, f"{WISH}{user_id}", until.isoformat())
    await tell(connection, Kind.FORGET, user_id)


async def _read_wishes(connection: AsyncConnection) -> dict[int, datetime]:
    rows = await connection.execute(select(facts).where(facts.c.key.startswith(WISH)))
    return {int(row.key.removeprefix(WISH)): datetime.fromisoformat(row.value) for row in rows}


async def _forget(connection: AsyncConnection, user_id: int, until: datetime) -> _Gone:
    """Those go whose person was told how they ended; with the last of all goes the wish."""
    await alone(connection, "forget", user_id)
    mine = and_(jobs.c.user_id == user_id, jobs.c.created_at <= until)
    told = and_(mine, jobs.c.delivered_at.is_not(None))
    gone = await _take(connection, told)
    reports = (audit.c.actor_id == user_id, audit.c.action == Deed.REPORT.value)
    await connection.execute(update(audit).where(*reports).values(reason=""))
    left = await connection.scalar(select(func.count()).select_from(jobs).where(mine)) or 0
    key = f"{WISH}{user_id}"
    if left:
        await write_fact(connection, key, until.isoformat())
    else:
        await connection.execute(delete(facts).where(facts.c.key == key))
    return _Gone(gone.job_ids, gone.prompts, gone.files - await files_in_use(connection), left)


async def _take(connection: AsyncConnection, wanted: ColumnElement[bool]) -> _Gone:
    columns = (jobs.c.id, jobs.c.backend, jobs.c.files, jobs.c.outcome)
    rows = await connection.execute(delete(jobs).where(wanted).returning(*columns))
    ids: list[str] = []
    files: set[str] = set()
    prompts: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        ids.append(row.id)
        files.update((row.files or {}).values())
        if row.backend is not None:
            judged = len(row.outcome.get("verdicts", ()))
            prompts[row.backend] += [row.id, *(judging_id(row.id, number) for number in range(judged))]
    return _Gone(tuple(ids), prompts, frozenset(files))
