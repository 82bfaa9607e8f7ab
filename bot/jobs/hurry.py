"""Who waits for an answer waits for seconds, whatever patience the database is given otherwise."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

#: seconds: Discord waits three for the first answer
ANSWER_SECONDS = 2.0

#: by the loop's clock. A task that outlives it has all the patience there is.
_until: ContextVar[float] = ContextVar("answer until", default=0.0)
_asked: ContextVar[bool] = ContextVar("somebody asked", default=False)


def hurry(seconds: float = ANSWER_SECONDS) -> None:
    """From now on, for that long: what this task begins gives up on a database that is away when that time is over."""
    _until.set(asyncio.get_running_loop().time() + seconds)
    _asked.set(True)


def answered() -> None:
    """Who waited has their answer: what is still to be written down takes the time it takes."""
    _until.set(0.0)


def hurried(now: float) -> float | None:
    """Until when somebody waits; None where nobody does."""
    until = _until.get()
    return until if until > now else None


def asked() -> bool:
    """Whether this is done for somebody who may read what goes wrong, however long ago they asked."""
    return _asked.get()
