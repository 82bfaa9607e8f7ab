"""Files that people change while the bot runs: looked at each second, and read once nothing moves any more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from typing import TypeVar

State = TypeVar("State")

#: seconds between two looks: of shared folders, links and mounts systems do not tell, and a look costs less than that
LOOK = 1.0
#: a file manager or an editor writes several times in a row: wait until so long nothing moved, in seconds
QUIET = 0.3
#: how often something may still move before it is read all the same
PATIENCE = 30


async def changes(
    state: Callable[[], State], known: Callable[[], State], *, every: float = LOOK, quiet: float = QUIET
) -> AsyncGenerator[State, None]:
    """What `state` says, once it stays so, whenever that is not what is `known`. It is asked in a thread."""
    while True:
        await asyncio.sleep(every)
        if await asyncio.to_thread(state) != known():
            yield await settled(state, quiet=quiet)


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
