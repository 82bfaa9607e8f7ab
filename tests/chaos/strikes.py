"""What strikes when: drawn from a seed, so that the same seed strikes the same jobs at the same moments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random


class Strike(StrEnum):
    #: SIGKILL to the process that has the job
    KILL = "kill"
    #: SIGSTOP to it, for longer than its lease
    FREEZE = "freeze"
    #: all sockets of a ComfyUI break
    DROP = "drop"
    #: a ComfyUI says nothing for a while, though its sockets stay
    DEAF = "deaf"
    #: a ComfyUI cannot be reached for a while
    AWAY = "away"
    #: a ComfyUI answers the next prompts with 500
    ERRORS = "errors"
    #: a ComfyUI takes a prompt, and the connection breaks before it says so
    UNANSWERED = "unanswered"
    #: a download breaks off in the middle
    TORN = "torn"
    #: SIGSTOP to a ComfyUI, for a while
    STILL = "still"
    #: SIGKILL to a ComfyUI: started anew, it has forgotten everything
    DIES = "dies"
    #: Discord allows so little that it answers 429
    LIMITED = "limited"
    #: Discord answers 503 for a while
    TROUBLE = "trouble"
    #: all tokens of interactions expire
    EXPIRE = "expire"
    #: the database dies while people ask, for longer than anybody waits for an answer
    DATABASE = "database"
    #: the same, but it hangs: it takes connections and answers nobody
    HANG = "hang"


#: where a job is when a kill is counted: its state, or `posted` between Discord's taking the pictures and our noting it
MOMENTS: dict[str, tuple[str, ...]] = {
    "waiting": ("discord request answer", "discord answer answer"),
    "submitted": ("comfyui http prompt", "comfyui queued", "comfyui start"),
    "running": ("comfyui node", "comfyui step", "comfyui success", "comfyui http history"),
    "done": ("comfyui http view", "discord request pictures"),
    "posted": ("discord answer pictures",),
}

#: what else may happen, and at which moments that says something
OTHERS: dict[Strike, tuple[str, ...]] = {
    Strike.FREEZE: ("comfyui start", "comfyui step", "discord request pictures"),
    Strike.DROP: ("comfyui start", "comfyui step", "comfyui success"),
    Strike.DEAF: ("comfyui start",),
    Strike.AWAY: ("comfyui http prompt", "comfyui step", "comfyui success"),
    Strike.ERRORS: ("discord answer answer",),
    Strike.UNANSWERED: ("discord answer answer",),
    Strike.TORN: ("comfyui success",),
    Strike.STILL: ("comfyui http prompt", "comfyui step", "comfyui http view"),
    Strike.DIES: ("comfyui http prompt", "comfyui step", "comfyui success", "comfyui http view"),
    Strike.LIMITED: ("comfyui start",),
    Strike.TROUBLE: ("discord request pictures",),
    Strike.EXPIRE: ("comfyui step", "comfyui success"),
    Strike.DATABASE: ("discord answer answer", "comfyui http prompt", "comfyui step", "discord request pictures"),
    Strike.HANG: ("discord answer answer", "comfyui step", "discord answer pictures"),
}

#: of one bot: its database has no process
ALONE = tuple(strike for strike in OTHERS if strike not in {Strike.DATABASE, Strike.HANG})


@dataclass(frozen=True)
class Blow:
    """`strike` at the `nth` time that `moment` happens to the job of that number."""

    strike: Strike
    moment: str
    nth: int = 1
    where: str = ""


def plan(seed: int, kills: int, others: Mapping[Strike, int]) -> Sequence[Blow | None]:
    """One entry for each job: so many kills in each of the states, so many of each other strike, and quiet between."""
    dice = Random(seed)
    blows: list[Blow | None] = []
    for where, moments in MOMENTS.items():
        blows += [Blow(Strike.KILL, dice.choice(moments), where=where) for _ in range(kills)]
    for strike, count in others.items():
        blows += [Blow(strike, dice.choice(OTHERS[strike])) for _ in range(count)]
    blows += [None] * (len(blows) // 4)
    dice.shuffle(blows)
    return blows
