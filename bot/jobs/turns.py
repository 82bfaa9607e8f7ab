"""Whose turn it is: the place in the queue of a job that arrives, by virtual time.

A job's tag is the virtual time at which all that its person asked for before it is finished (start-time fair queueing,
Goyal, Vin and Cheng 1996): each job takes its seconds, divided by its person's weight, out of their share. Two things
are ours: whoever has nothing open comes next, in any case before anybody's second job, and nobody's further jobs go
before such a first one that waits already. So no number of jobs delays another's first by more than one. All of it
follows from the open jobs alone: a restart, or another process, finds the same.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.jobs.waiting import Waiting


@dataclass(frozen=True)
class Turn:
    """`tag` orders the queue; `first` says that the person had nothing open."""

    tag: float
    first: bool


def turn(finish: float | None, others: Iterable[Sequence[Waiting]], now: float) -> Turn:
    """Of one more job of a person, whose open ones are finished at `finish` (None: they have none).

    `others` are everybody else's waiting jobs: of each person the first, and the second if there is one. `now` is the
    virtual time.
    """
    second, floor = math.inf, 0.0
    for job, *further in others:
        floor = max(floor, job.tag) if job.first else floor
        second = min([second, *(later.tag for later in further)])
    if finish is not None:
        return Turn(max(finish, floor), first=False)
    return Turn(max(floor, min(now, math.nextafter(second, -math.inf))), first=True)


def after(now: float, job: Waiting, people: int) -> float:
    """The virtual time once a job was taken: everybody who waits, so many, gets the same of what it takes."""
    return max(now, job.tag) + job.cost / (people + 1)
