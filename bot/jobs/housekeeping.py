"""Old jobs forgotten, and the files removed that went with them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.files import Files
from bot.jobs.store import Store
from bot.jobs.tables import jobs
from bot.jobs.thumbnails import Thumbnails

log = logging.getLogger(__name__)

DAY = 24 * 3600.0  # seconds


class Housekeeping:
    """`data_dir` holds what jobs name in `files`; delivered jobs are kept for `keep_days`."""

    def __init__(self, store: Store, data_dir: Path, *, clock: Callable[[], datetime], keep_days: int) -> None:
        self._store = store
        self._files = Files(store, data_dir)
        self._clock = clock
        self._keep_days = keep_days
        self._thumbnails = Thumbnails(data_dir)

    async def sweep(self) -> None:
        """Remove uploads which no job names: a crash left them. Only before anybody can send new ones."""
        await self._files.sweep()

    async def serve(self) -> None:
        """Prune now and once a day, until cancelled."""
        while True:
            try:
                await self.prune()
            except Exception:  # a day later is soon enough; jobs go on
                log.exception("old jobs could not be pruned")
            await asyncio.sleep(DAY)

    async def prune(self) -> None:
        """Forget what is older than `keep_days`, and first what is large."""
        pruned = await self._store.prune(before=self._clock() - timedelta(days=self._keep_days))
        await self._files.remove(pruned.files)
        await self._clear_thumbnails()
        if pruned.emptied or pruned.forgotten:
            log.info("pruned: %d jobs forgotten, %d without graph and files", pruned.forgotten, pruned.emptied)

    async def _clear_thumbnails(self) -> None:
        """Those go whose jobs are forgotten. The files are looked at first: a job is stored before it has one."""
        found = await asyncio.to_thread(self._thumbnails.known)
        if found:
            await asyncio.to_thread(self._thumbnails.remove, found - await self._store.transact(_ids))


async def _ids(connection: AsyncConnection) -> frozenset[str]:
    return frozenset((await connection.execute(select(jobs.c.id))).scalars())
