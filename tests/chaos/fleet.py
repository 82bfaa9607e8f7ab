"""A fleet as the stage: a gateway, two workers that share both ComfyUIs, and a PostgreSQL that dies too."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import LiteralString

import psycopg

from bot.jobs.job import Job, JobState
from bot.jobs.store import Store
from tests.chaos.actor import Actor, wait_up
from tests.chaos.stage import Ground
from tests.postgres import PASSWORD, USER, Postgres

LEASE = 1.5  # seconds
WORKERS = ("worker-one", "worker-two")


class Fleet(Ground):
    """Its processes know each other through the database alone."""

    def __init__(self, folder: Path, postgres: Postgres, database: str) -> None:
        super().__init__(folder)
        self._postgres = postgres
        self._database = database
        self._actors: dict[str, Actor] = {}
        self._dying = asyncio.Lock()

    async def open(self) -> None:
        await self.build()
        shared = {"DATABASE_URL": self._postgres.url(self._database), "LEASE_SECONDS": str(LEASE)}
        gateway = self.environment("data-gateway", ROLE="gateway", **shared)
        self._actors["gateway"] = Actor(gateway, self.folder / "gateway", discord=self.discord)
        for name in WORKERS:
            worker = self.environment(f"data-{name}", ROLE="worker", **shared)
            self._actors[name] = Actor(worker, self.folder / name, away=2 * LEASE)
        for actor in reversed(self._actors.values()):
            await actor.start()

    async def close(self) -> None:
        for actor in self._actors.values():
            await actor.end()
        await self.stack.aclose()

    async def ready(self) -> None:
        await wait_up(self._actors["gateway"])

    async def process_of(self, job_id: str | None) -> str:
        """Whoever said last that it holds the job's backend."""
        found = await self._ask("SELECT backend FROM jobs WHERE id = %s", job_id)
        if not found or found[0][0] is None:
            return "gateway"
        words = f"{found[0][0]} is held"
        lines = [(line, name) for name in WORKERS for line in self._actors[name].said.splitlines() if words in line]
        return max(lines, default=("", WORKERS[0]))[1]  # each begins with its time

    async def kill(self, name: str) -> None:
        self._actors[name].kill()

    async def freeze(self, name: str) -> None:
        self._actors[name].freeze(2 * LEASE)

    @asynccontextmanager
    async def database_away(self, *, hangs: bool) -> AsyncIterator[None]:
        postgres = self._postgres
        async with self._dying:
            await asyncio.to_thread(postgres.freeze if hangs else lambda: postgres.stop(signal.SIGQUIT))
            try:
                yield
            finally:
                await asyncio.to_thread(postgres.thaw if hangs else postgres.start)

    async def state(self, job_id: str) -> JobState | None:
        found = await self._ask("SELECT state FROM jobs WHERE id = %s", job_id)
        return JobState(str(found[0][0])) if found else None

    async def stored(self, prompt: str) -> bool:
        wanted = """SELECT id FROM jobs WHERE state <> 'cancelled' AND "values"::text LIKE %s"""
        return bool(await self._ask(wanted, f"%{prompt}%"))

    async def undelivered(self) -> int:
        return len(await self._ask("SELECT id FROM jobs WHERE delivered_at IS NULL"))

    async def unplaced(self) -> int:
        return len(await self._ask("SELECT id FROM jobs WHERE delivered_at IS NULL AND message_id IS NULL"))

    async def jobs(self) -> list[Job]:
        for actor in self._actors.values():
            await actor.end()
        store = await Store.open(self._postgres.url(self._database))
        try:
            return await store.select(states=JobState)
        finally:
            await store.close()

    async def _ask(self, statement: LiteralString, *given: str | None) -> list[tuple[object, ...]]:
        """As soon as the database is there."""

        def ask() -> list[tuple[object, ...]]:
            keys = {"host": "127.0.0.1", "user": USER, "password": PASSWORD, "dbname": self._database}
            with psycopg.connect(port=self._postgres.port, **keys) as connection:  # type: ignore[arg-type] # by name
                return connection.execute(statement, given).fetchall()

        for _attempt in range(20):
            async with self._dying:
                try:
                    return await asyncio.to_thread(ask)
                except psycopg.OperationalError:
                    await asyncio.sleep(0.1)  # it is being started
        raise TimeoutError("the database does not answer")
