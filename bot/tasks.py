"""Tasks waited for until somebody wants the end, and ended."""

from __future__ import annotations

import asyncio
from typing import Any

CLOSING_SECONDS = 5.0


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


def _alone(error: BaseException) -> BaseException:
    """What a group of one holds."""
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error
