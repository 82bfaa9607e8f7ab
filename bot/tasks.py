"""Tasks waited for until somebody wants the end, and ended; work that outlives what goes wrong in it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable
from typing import Any

log = logging.getLogger(__name__)

CLOSING_SECONDS = 5.0
AGAIN = 1.0  # seconds until whoever failed may go on


async def until(stopped: asyncio.Event, *tasks: asyncio.Task[Any]) -> None:
    """Until it is set, or one of the tasks ends; raises the task's error, alone."""
    waiting = asyncio.create_task(stopped.wait())
    try:
        await asyncio.wait([waiting, *tasks], return_when=asyncio.FIRST_COMPLETED)
    finally:
        waiting.cancel()
    for error in [task.exception() for task in tasks if task.done()]:
        if error is not None:
            raise _alone(error)


async def end(task: asyncio.Task[Any]) -> None:
    """Cancel it, and wait for a moment until it is through."""
    task.cancel()
    await asyncio.wait([task], timeout=CLOSING_SECONDS)


async def survive(what: str, work: Awaitable[object]) -> bool:
    """Whether it was done. What goes wrong is logged and ends there, after a pause: a database that stays away, say."""
    try:
        await work
    except Exception:
        log.exception("%s went wrong; it is tried again", what)
        await asyncio.sleep(AGAIN)
        return False
    return True


def _alone(error: BaseException) -> BaseException:
    """What a group of one holds."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error
