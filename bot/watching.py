"""When to look at a folder again: at once where the system tells of changes, every few seconds in any case."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import TypeVar

from watchfiles import awatch

log = logging.getLogger(__name__)

State = TypeVar("State")

#: seconds between looks that nothing calls for: for shared folders and links, of which systems do not tell
LOOK = 2.0
#: a file manager or an editor writes several times in a row: wait until so long nothing moved, in seconds
QUIET = 0.3
#: how often something may still move before it is read all the same
PATIENCE = 30


async def moments(folder: Path) -> AsyncGenerator[None, None]:
    """Yields when something may have changed, forever; the folder may come and go, or be another one by now."""
    while True:
        try:
            async with aclosing(_watched(folder)) as watched:
                async for _moment in watched:
                    yield
        except (OSError, RuntimeError) as error:  # watchfiles' own are RuntimeErrors
            log.debug("%s is not watched: %s", folder, error)
        await asyncio.sleep(LOOK)
        yield


async def settled(state: Callable[[], State], *, quiet: float = QUIET) -> State:
    """What `state` says once it says the same twice. It is asked in a thread."""
    before = await asyncio.to_thread(state)
    for _turn in range(PATIENCE):
        await asyncio.sleep(quiet)
        now = await asyncio.to_thread(state)
        if now == before:
            break
        before = now
    return before


async def _watched(folder: Path) -> AsyncGenerator[None, None]:
    """Until the folder is gone, or another one has its name; raises OSError and RuntimeError."""
    place = _identity(folder)
    changes = awatch(
        folder,
        watch_filter=None,
        debounce=round(QUIET * 1000),
        recursive=False,
        rust_timeout=round(LOOK * 1000),
        yield_on_timeout=True,
    )
    async with aclosing(changes):
        yield
        async for _changes in changes:
            yield
            if _identity(folder) != place:
                return


def _identity(folder: Path) -> tuple[int, int]:
    facts = folder.stat()
    return facts.st_dev, facts.st_ino
