"""Everybody who may ask, everything they may ask for, and every job: a table."""

from __future__ import annotations

import pytest

from bot.errors import AccessRefused
from bot.jobs.access import MODERATION, Action, Actor, may, require
from bot.jobs.job import Job, JobState
from tests.pure.jobs import make_job, make_place

HERE, THERE = 30, 31
ADA, BOB = 40, 41

ACTORS = {
    "ada": Actor(ADA, HERE),
    "ada there": Actor(ADA, THERE),
    "ada in dm": Actor(ADA, None),
    "bob": Actor(BOB, HERE),
    "bob there": Actor(BOB, THERE),
    "bob in dm": Actor(BOB, None),
    "moderator": Actor(BOB, HERE, roles=frozenset({5}), moderator=True),
    "moderator there": Actor(BOB, THERE, moderator=True),
    "moderator in dm": Actor(BOB, None, moderator=True),
    "ada moderates": Actor(ADA, HERE, moderator=True),
    "admin": Actor(BOB, HERE, admin=True),
    "owner": Actor(BOB, HERE, owner=True),
    "owner in dm": Actor(BOB, None, owner=True),
}
JOBS = {
    "none": None,
    "here": make_job(place=make_place(guild_id=HERE, user_id=ADA)),
    "dm": make_job(place=make_place(guild_id=None, user_id=ADA)),
}

EVERYBODY = set(ACTORS)
OWN = {"ada", "ada there", "ada in dm", "ada moderates"}
OWNERS = {"owner", "owner in dm"}
MODERATORS_HERE = {"moderator", "ada moderates"} | OWNERS

ALLOWED: dict[tuple[Action, str], set[str]] = {
    (Action.GENERATE, "none"): EVERYBODY,
    (Action.GENERATE, "here"): EVERYBODY,
    (Action.GENERATE, "dm"): EVERYBODY,
    (Action.NOTICE, "none"): EVERYBODY,
    (Action.NOTICE, "here"): OWN | OWNERS | {"bob", "moderator", "admin"},
    (Action.NOTICE, "dm"): OWN | OWNERS,
    (Action.SEE, "none"): set(),
    (Action.SEE, "here"): OWN | MODERATORS_HERE,
    (Action.SEE, "dm"): OWN | OWNERS,
    (Action.DELETE, "none"): set(),
    (Action.DELETE, "here"): OWN | MODERATORS_HERE,
    (Action.DELETE, "dm"): OWN | OWNERS,
    (Action.CANCEL, "none"): set(),
    (Action.CANCEL, "here"): OWN,
    (Action.CANCEL, "dm"): OWN,
    (Action.REPORT, "none"): set(),
    (Action.REPORT, "here"): {"ada", "ada moderates", "bob", "moderator", "admin", "owner"},
    (Action.REPORT, "dm"): set(),
    **{(Action.SETTINGS, job): {"admin", "owner"} for job in JOBS},
    **{(Action.FORGET, job): EVERYBODY for job in JOBS},
    **{(Action.FORGET_OTHERS, job): OWNERS for job in JOBS},
    **{(action, "none"): MODERATORS_HERE | {"moderator there"} for action in sorted(MODERATION)},
    **{(action, "here"): MODERATORS_HERE for action in sorted(MODERATION)},
    **{(action, "dm"): OWNERS for action in sorted(MODERATION)},
}


def test_the_table_is_complete() -> None:
    assert set(ALLOWED) == {(action, job) for action in Action for job in JOBS}


@pytest.mark.parametrize(("action", "job"), list(ALLOWED), ids=str)
def test_they_may_what_the_table_says(action: Action, job: str) -> None:
    allowed = {name for name, actor in ACTORS.items() if may(actor, action, JOBS[job])}

    assert allowed == ALLOWED[action, job]


@pytest.mark.parametrize("action", list(Action))
def test_what_may_not_be_is_refused_with_a_sentence(action: Action) -> None:
    for actor in ACTORS.values():
        for job in JOBS.values():
            assert refusal(actor, action, job) == ("" if may(actor, action, job) else "A sentence.")


def refusal(actor: Actor, action: Action, job: Job | None) -> str:
    try:
        require(actor, action, job)
    except AccessRefused as error:
        sentence = error.sentence()
        return "A sentence." if sentence[0].isupper() and sentence.endswith(".") else sentence
    return ""


@pytest.mark.parametrize("state", list(JobState))
def test_a_persons_own_job_is_theirs_in_every_state(state: JobState) -> None:
    assert may(ACTORS["ada"], Action.CANCEL, make_job(state=state, place=make_place(user_id=ADA)))
