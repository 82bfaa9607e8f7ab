"""What jobs need of Discord: show how far one is, and deliver what came of it."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from bot.comfy.events import Output
from bot.errors import EaselError
from bot.jobs.job import Job
from bot.jobs.progress import Progress

#: The bytes of an output, at most so many. Raises `TooLarge`, `ServerLost`, `BackendUnreachable`.
Fetch = Callable[[Output, int], Awaitable[bytes]]


class Note(StrEnum):
    """What else the person should know while a job has not ended."""

    #: a moderator paused the server: nothing new begins there
    PAUSED = "paused"
    #: it begins when another job of its person has ended
    ENOUGH = "enough"
    #: the message says no more where the job stands, as it can soon be edited by the bot's own token only
    UNCOUNTED = "uncounted"
    #: nothing can run it now; `Showing.trouble` says why
    OFFLINE = "offline"
    #: the server forgot the job; it was sent again
    AGAIN = "again"
    #: its server stayed away; another one does it
    MOVED = "moved"
    #: somebody asked to stop it; the server has not confirmed
    CANCELLING = "cancelling"
    #: the bot is being stopped; the job survives
    STOPPING = "stopping"


@dataclass(frozen=True)
class Showing:
    """Where a job stands. `position` counts what is before it, ours and the server's; `eta` is seconds to its end."""

    progress: Progress | None = None
    position: int | None = None
    eta: float | None = None
    note: Note | None = None
    trouble: EaselError | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Leave:
    """To edit a job's message: for so many seconds, and `done` is called when the edit returned or was broken off."""

    seconds: float
    done: Callable[[], None] = lambda: None


class Rights(Protocol):
    """Who may show a job now, where several processes could."""

    def ask(self, job_id: str) -> Leave | None:
        """None where another process shows it."""


class Alone:
    """No other process does."""

    def ask(self, job_id: str) -> Leave | None:
        return Leave(math.inf)


class DeliveryDelayed(EaselError):
    """Discord could not be reached; the same delivery should be tried again later."""


class Delivery(Protocol):
    """Implemented by `bot.ui`, so that a worker without a gateway connection delivers the same way."""

    def show(self, job: Job, showing: Showing) -> None:
        """Show this soon; never waits. A newer state replaces one not yet shown."""

    async def deliver(self, job: Job, fetch: Fetch) -> None:
        """Show the outcome. Returns when the person has it or never can; may be repeated. Raises `DeliveryDelayed`."""

    async def flush(self, job_id: str) -> None:
        """Return once the latest state handed to `show` is visible, or cannot be made so."""

    async def close(self) -> None:
        """Nothing is shown any more."""
