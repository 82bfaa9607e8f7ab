"""Who holds which backend, for how long, and what is known of it: the table `backends`, by the database's clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.comfy.standing import BackendState
from bot.errors import Fenced
from bot.jobs.changes import OPEN, among
from bot.jobs.job import Job, JobState
from bot.jobs.rows import from_row
from bot.jobs.salvage import UNTOLD
from bot.jobs.signals import Kind, tell
from bot.jobs.store import Store
from bot.jobs.tables import backends, jobs

#: beside the backends: whoever holds it looks after what nobody else does
SWEEP = "sweep"
BEGUN = OPEN - {JobState.WAITING}
#: of the jobs on a backend those that somebody must look after
UNTENDED = or_(among(BEGUN), UNTOLD)

_HOLD = text(
    "INSERT INTO backends (name, worker, lease) VALUES (:name, :me, now() + make_interval(secs => :seconds)) "
    "ON CONFLICT (name) DO UPDATE SET worker = excluded.worker, lease = excluded.lease "
    "WHERE backends.worker IS NULL OR backends.worker = excluded.worker OR backends.lease IS NULL "
    "OR backends.lease <= now() RETURNING name"
)
_MINE = text("SELECT 1 FROM backends WHERE name = :name AND worker = :me AND lease > now() FOR SHARE")
_GIVE_BACK = text("UPDATE backends SET worker = NULL, lease = now() WHERE name = :name AND worker = :me")
_STRIKE_OFF = text(
    "DELETE FROM backends WHERE name = :name AND worker = :me AND paused_by IS NULL "
    "AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.backend = backends.name AND jobs.delivered_at IS NULL)"
)
_SAY = text(
    "UPDATE backends SET state = :state, version = :version, queue = :queue, loaded = CAST(:loaded AS json), "
    "catalogue = :catalogue, cost = :cost, away_since = CASE WHEN :away THEN coalesce(away_since, now()) END "
    "WHERE name = :name AND worker = :me RETURNING name"
)
_LOST = text(
    "SELECT name FROM backends WHERE (worker IS NULL OR lease <= now()) AND name <> :sweep "
    "AND coalesce(lease, to_timestamp(0)) <= now() - make_interval(secs => :seconds)"
)
_READ = text(
    "SELECT *, coalesce(lease > now(), false) AND worker IS NOT NULL AS held, "
    "coalesce(lease, to_timestamp(0)) <= now() - make_interval(secs => :lost) AS lost "
    "FROM backends WHERE name <> :sweep"
)


@dataclass(frozen=True)
class Said:
    """What the holder of a backend says of it."""

    state: BackendState
    version: str | None = None
    queue: int = 0
    loaded: tuple[str, ...] = ()
    catalogue: str | None = None
    cost: float = 0.0


@dataclass(frozen=True)
class Entry:
    """A backend as the database has it. `held`: somebody does, and says what it says now."""

    name: str
    held: bool
    said: Said
    worker: str | None = None
    away_since: datetime | None = None
    lost: bool = False


class LeaseLost(Fenced):
    """The backend is somebody else's by now, or nobody's."""


class Roster:
    """`me` names this process, anew at each start; what it takes, it has for so many `seconds`, and then again."""

    def __init__(self, store: Store, me: str, seconds: float) -> None:
        self.me = me
        self.seconds = seconds
        self._store = store

    @property
    def ours(self) -> ColumnElement[bool]:
        """The jobs on the backends that this process holds, as far as somebody must look after them."""
        held = select(backends.c.name).where(backends.c.worker == self.me, backends.c.lease > text("now()"))
        return and_(jobs.c.backend.in_(held), UNTENDED)

    async def hold(self, names: Iterable[str], had: Iterable[str]) -> dict[str, list[Job]]:
        """Those of the names that are this process's for the next while.

        Of each that it has not `had` come the jobs there which have not ended, or of which nobody was told: their fence
        goes up, so whoever had them before is out.
        """
        wanted, known = sorted(set(names)), frozenset(had)

        async def work(connection: AsyncConnection) -> dict[str, list[Job]]:
            held: dict[str, list[Job]] = {}
            for name in wanted:
                facts = {"name": name, "me": self.me, "seconds": self.seconds}
                if await connection.scalar(_HOLD, facts) is None:
                    continue
                held[name] = [] if name in known or name == SWEEP else await take_over(connection, name)
                if name not in known:
                    await tell(connection, Kind.BACKENDS, name)
            return held

        return await self._store.transact(work)

    async def give_back(self, names: Iterable[str]) -> None:
        """Somebody else may have them at once."""

        async def work(connection: AsyncConnection) -> None:
            for name in sorted(names):
                await connection.execute(_GIVE_BACK, {"name": name, "me": self.me})
                await tell(connection, Kind.BACKENDS, name)

        await self._store.transact(work)

    async def strike_off(self, name: str) -> None:
        """This process has it no more, and it is as if nobody ever had, unless jobs are there or it is paused."""

        async def work(connection: AsyncConnection) -> None:
            facts = {"name": name, "me": self.me}
            await connection.execute(_STRIKE_OFF, facts)
            await connection.execute(_GIVE_BACK, facts)
            await tell(connection, Kind.BACKENDS, name)

        await self._store.transact(work)

    async def say(self, name: str, said: Said) -> None:
        """What is so of a backend that this process holds; nothing where it does not."""

        async def work(connection: AsyncConnection) -> None:
            if await connection.scalar(_SAY, _facts(said) | {"name": name, "me": self.me}) is not None:
                await tell(connection, Kind.BACKENDS, name)

        await self._store.transact(work)

    async def require(self, connection: AsyncConnection, name: str, job_id: str) -> None:
        """LeaseLost where this process does not hold it; until the transaction ends nobody can take it."""
        if await connection.scalar(_MINE, {"name": name, "me": self.me}) is None:
            raise LeaseLost(job_id)

    async def is_another_s(self, name: str) -> bool:
        """Whether another process holds it."""
        holder = await self._store.transact(lambda connection: holder_of(connection, name))
        return holder not in {None, self.me}

    async def read(self, lost: float) -> list[Entry]:
        """All that were ever held, or paused; those are lost that nobody has had for so many seconds."""

        async def work(connection: AsyncConnection) -> list[Entry]:
            return [_entry(row) for row in (await connection.execute(_READ, {"sweep": SWEEP, "lost": lost})).mappings()]

        return await self._store.transact(work)

    async def lost(self, seconds: float) -> list[str]:
        """Those that nobody has held for so long."""

        async def work(connection: AsyncConnection) -> list[str]:
            return list((await connection.execute(_LOST, {"sweep": SWEEP, "seconds": seconds})).scalars())

        return await self._store.transact(work)


async def take_over(connection: AsyncConnection, name: str) -> list[Job]:
    """The jobs there that somebody must look after, out of the hands of whoever did."""
    theirs = and_(jobs.c.backend == name, UNTENDED)
    raised = update(jobs).where(theirs).values(fence=jobs.c.fence + 1)
    rows = await connection.execute(raised.returning(*jobs.c))
    return sorted(map(from_row, rows.mappings()), key=lambda job: (job.submitted_at or job.created_at, job.id))


async def holder_of(connection: AsyncConnection, name: str) -> str | None:
    """The process that has it; None where its time is up."""
    held = select(backends.c.worker).where(backends.c.name == name, backends.c.lease > text("now()"))
    return await connection.scalar(held)


def _facts(said: Said) -> dict[str, Any]:
    import json

    return {
        "state": said.state.value,
        "version": said.version,
        "queue": said.queue,
        "loaded": json.dumps(sorted(said.loaded)),
        "catalogue": said.catalogue,
        "cost": said.cost,
        "away": said.state is not BackendState.UP,
    }


def _entry(row: Mapping[Any, Any]) -> Entry:
    state = BackendState(row["state"]) if row["state"] else BackendState.CONNECTING
    loaded = tuple(row["loaded"] or ())
    said = Said(state, row["version"], row["queue"] or 0, loaded, row["catalogue"], row["cost"] or 0.0)
    return Entry(row["name"], row["held"], said, row["worker"], row["away_since"], row["lost"])
