"""Whose turn it is: the place in the queue of a job that arrives, by virtual time.

A job's tag is the virtual time at which all that its person asked for before it is finished (start-time fair queueing,
Goyal, Vin and Cheng 1996): each job takes its seconds, divided by its person's weight, out of their share. Two things
are ours: whoever has nothing open comes next, in any case before anybody's second job (what is on a backend is their
first), and nobody's further jobs go before such a first one that waits already. So no number of jobs delays another's
first by more than one. All of it follows from the open jobs alone: a restart, or another process, finds the same.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Turn:
    """`tag` orders the queue; `first` says that the person had nothing open."""

    tag: float
    first: bool


class Placed(Protocol):
    """A job, as far as its place goes."""

    @property
    def tag(self) -> float:
        """The virtual time at which it may begin."""

    @property
    def cost(self) -> float:
        """What it takes of its person's share."""

    @property
    def first(self) -> bool:
        """Whether its person had nothing open when it came."""


def turn(finish: float | None, *, floor: float, second: float, now: float) -> Turn:
    """Of one more job of a person, whose open ones are finished at `finish` (None: they have none).

    Of everybody else's: `floor` is the last tag of a first job that waits, `second` the first one of a job whose person
    has another before it: among equals the first ones come first. `now` is the virtual time.
    """
    if finish is not None:
        return Turn(max(finish, floor), first=False)
    return Turn(max(floor, min(now, second)), first=True)


def after(now: float, job: Placed, people: int) -> float:
    """The virtual time once a job was taken: everybody who waits, so many, gets the same of what it takes."""
    return max(now, job.tag) + job.cost / (people + 1)


def closed_up(gone: Placed, later: Sequence[Placed], firsts: Sequence[float]) -> list[Turn]:
    """Where a person's later jobs are, in order, once one that waited is gone: as if it had never been asked for.

    The next one has its place, also as a first one. The others pass no first job of somebody else, at `firsts`, sorted.
    """
    turns: list[Turn] = []
    finish = -math.inf
    for job in later:
        floor = firsts[before - 1] if turns and (before := bisect_right(firsts, job.tag)) else -math.inf
        tag = max(job.tag - gone.cost, floor, finish)
        turns.append(Turn(tag, first=job.first or (gone.first and not turns)))
        finish = tag + job.cost
    return turns
