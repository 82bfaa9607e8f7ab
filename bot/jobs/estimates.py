"""How long a workflow takes here, learned from the jobs that finished."""

from __future__ import annotations

from collections import deque
from statistics import median
from typing import Protocol

REMEMBERED = 20
USUAL_SECONDS = 10.0  # of a job, until one of its workflow has finished


class Durations(Protocol):
    """Where finished jobs are kept."""

    async def durations(self, workflow: str, limit: int = REMEMBERED) -> list[float]:
        """The seconds the newest finished jobs of a workflow ran."""


class Estimates:
    """The median of the last 20 runs of each workflow, in seconds."""

    def __init__(self, kept: Durations) -> None:
        self._kept = kept
        self._seconds: dict[str, deque[float]] = {}

    async def load(self, workflow: str) -> None:
        """Read what earlier runs of the process learned, once."""
        if workflow not in self._seconds:
            newest_first = await self._kept.durations(workflow, REMEMBERED)
            self._seconds.setdefault(workflow, deque(reversed(newest_first), maxlen=REMEMBERED))

    def learn(self, workflow: str, seconds: float) -> None:
        """One more finished run."""
        self._seconds.setdefault(workflow, deque(maxlen=REMEMBERED)).append(seconds)

    def of(self, workflow: str) -> float | None:
        """The seconds one run takes; None where none has finished yet."""
        seconds = self._seconds.get(workflow)
        return median(seconds) if seconds else None


def remaining(*, usual: float | None, elapsed: float, fraction: float) -> float | None:
    """The seconds a running job still needs: from its own pace once a fifth is done, else from what is usual."""
    if fraction >= 0.2:
        return max(0.0, elapsed / fraction - elapsed)
    return max(0.0, usual - elapsed) if usual is not None else None
