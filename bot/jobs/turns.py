"""Whose turn it is: the place in the queue of a job that arrives, by virtual time.

A job's tag is the virtual time at which all that its person asked for before it is finished (start-time fair queueing,
Goyal, Vin and Cheng 1996): each job takes its seconds, divided by its person's weight, out of their share. Two things
are ours: whoever has nothing open comes right behind everybody's next job and before anybody's second, and nobody's
further jobs go before such a first one that waits already. So no number of jobs delays another's first by more than
one, and all of it follows from the open jobs alone: a restart, or another process, finds the same.
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


def turn(user_id: int, lines: Iterable[Sequence[Waiting]], begun: Iterable[Waiting], now: float) -> Turn:
    """Of one more job of theirs. `lines` are each person's waiting jobs in order, none empty; `begun` those that were
    taken out of the queue and are open; `now` is the virtual time where nothing waits."""
    finish = -math.inf
    floor = -math.inf  # behind everybody's first job that has waited since they had nothing open
    newest, second = -math.inf, math.inf
    for line in lines:
        if line[0].user_id == user_id:
            finish = max(finish, line[-1].tag + line[-1].cost)
            continue
        newest = max(newest, line[0].tag)
        if line[0].first:
            floor = max(floor, line[0].tag)
        if len(line) > 1:
            second = min(second, line[1].tag)
    mine = [job.tag + job.cost for job in begun if job.user_id == user_id]
    finish = max([finish, *mine])
    if finish > -math.inf:
        return Turn(max(finish, floor, now), first=False)
    if newest == -math.inf:
        return Turn(now, first=True)
    return Turn(max(now, min(newest, math.nextafter(second, -math.inf))), first=True)
