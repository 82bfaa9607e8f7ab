"""Procrastinate's workers, one for each backend that this process holds: each ticket is a slot there."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy.engine import URL

from bot.comfy.backend import Backend
from bot.jobs.postgres import conninfo
from bot.jobs.tickets import QUEUE, TASK
from bot.tasks import end

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from procrastinate import App, JobContext

log = logging.getLogger(__name__)

POLLING = 2.0  # seconds between two looks for tickets that nobody was told of
PAUSE, PAUSE_MOST = 0.2, 5.0  # seconds before the next try, where the database is away
STALE = 3  # leases: after these a worker that says nothing is forgotten
WAIT = 5  # seconds for a connection

#: what is done with a ticket, which is one job's: the backend, the job's id
Use = Callable[[Backend, str], Awaitable[None]]


class Crews:
    """`start` and `stop` as backends are got and lost; `lease` in seconds."""

    def __init__(self, address: URL, use: Use, *, lease: float) -> None:
        self._address = address
        self._use = use
        self._lease = lease
        self._working: dict[str, asyncio.Task[None]] = {}
        _quiet("procrastinate", "psycopg.pool")

    def start(self, backend: Backend) -> None:
        """It takes tickets from now on."""
        if backend.name not in self._working:
            self._working[backend.name] = asyncio.create_task(self._work(backend), name=f"tickets of {backend.name}")

    def stop(self, name: str) -> None:
        """It takes none any more; what it took goes on."""
        task = self._working.pop(name, None)
        if task is not None:
            task.cancel()

    async def close(self) -> None:
        """None takes any."""
        tasks = list(self._working.values())
        self._working.clear()
        await asyncio.gather(*map(end, tasks))

    async def _work(self, backend: Backend) -> None:
        pause = PAUSE
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                async with self._app(backend) as app:
                    await app.run_worker_async(
                        queues=[QUEUE],
                        name=backend.name,
                        concurrency=max(1, backend.slots),
                        install_signal_handlers=False,
                        shutdown_graceful_timeout=0,
                        delete_jobs="always",
                        fetch_job_polling_interval=POLLING,
                        update_heartbeat_interval=self._lease / 3,
                        stalled_worker_timeout=self._lease * STALE,
                    )
                reason = "it stopped"
            except Exception as error:  # whatever it stumbles over, jobs wait for it
                reason = type(error).__name__
                log.debug("the reason", exc_info=True)
            log.warning("tickets for %s are not taken for now: %s", backend.name, reason)
            pause = PAUSE if loop.time() - began > PAUSE_MOST else min(pause * 2, PAUSE_MOST)
            await asyncio.sleep(pause)

    @asynccontextmanager
    async def _app(self, backend: Backend) -> AsyncIterator[App]:
        from procrastinate import App, PsycopgConnector

        facts: dict[str, Any] = {"kwargs": conninfo(self._address), "min_size": 1, "max_size": 2, "timeout": WAIT}
        app = App(connector=PsycopgConnector(**facts))

        @app.task(name=TASK, pass_context=True)
        async def use(context: JobContext, job_id: str) -> None:
            _hear(asyncio.current_task())
            try:
                await self._use(backend, job_id)
            except Exception:  # what it says of that itself is not heard
                log.exception("the ticket of job %s led to nothing", job_id)

        async with app.open_async():
            yield app


def _hear(task: asyncio.Task[Any] | None) -> None:
    """Procrastinate does not look at what its tasks end with, as where a ticket cannot be noted as used, or somebody
    has freed it meanwhile; nor need we: the job goes on without it.
    """
    if task is not None:
        task.add_done_callback(lambda ended: None if ended.cancelled() else ended.exception())


def _quiet(*names: str) -> None:
    """What they say of each ticket, and of each connection that is lost, is said here in words of ours."""
    for name in names:
        logging.getLogger(name).setLevel(logging.DEBUG if log.isEnabledFor(logging.DEBUG) else logging.CRITICAL)
