"""How long to wait between attempts to connect."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random


def backoff(rng: Random, *, first: float = 0.5, ceiling: float = 30.0) -> Iterator[float]:
    """Seconds, without end: doubling from `first` to `ceiling`, each shortened by up to a half at random.

    The jitter keeps many bots from knocking at a server that just came back at the same moment.
    """
    wait = min(first, ceiling)
    while True:
        yield wait * rng.uniform(0.5, 1.0)
        wait = min(wait * 2, ceiling)
