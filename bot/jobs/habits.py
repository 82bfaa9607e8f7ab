"""Which options of a workflow people change most: the ones worth asking for again."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.jobs.store import Store
from bot.jobs.tables import jobs

log = logging.getLogger(__name__)

LAST = 50  # jobs that are looked at
PATIENCE = 1.0  # seconds: the person has to be answered within three

Values = Mapping[str, Any]


async def most_changed(store: Store, workflow: str, options: Sequence[str]) -> list[str]:
    """These options of a workflow, those first that its last jobs changed most often, then in the order given.

    In that order alone where the database is busy.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            return ranked(options, await _last(store, workflow))
    except TimeoutError:
        log.info("what people change of %s is not known in time", workflow)
        return list(options)


def ranked(options: Sequence[str], last: Iterable[tuple[Values, Values]]) -> list[str]:
    """`last` are the values that jobs were given, and what they would have had without."""
    changed = Counter(
        name for values, defaults in last for name, value in values.items() if value != defaults.get(name)
    )
    return sorted(options, key=lambda name: -changed[name])


async def _last(store: Store, workflow: str) -> list[tuple[Values, Values]]:
    """Of the newest that have ended: by the index on workflow and end."""
    ended = (jobs.c.workflow == workflow, jobs.c.finished_at.is_not(None))
    newest = select(jobs.c["values"], jobs.c.recipe).where(*ended).order_by(jobs.c.finished_at.desc()).limit(LAST)

    async def read(connection: AsyncConnection) -> list[tuple[Values, Values]]:
        rows = (await connection.execute(newest)).all()
        return [(values, (recipe or {}).get("defaults", {})) for values, recipe in rows]

    return await store.transact(read)
