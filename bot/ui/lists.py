"""Jobs in a list: one line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from discord.app_commands import Choice

from bot.errors import BackendError
from bot.jobs.access import Action, Actor, may
from bot.jobs.board import Board
from bot.jobs.holds import Hold
from bot.jobs.job import Job, JobState
from bot.numerals import duration
from bot.text import _, named, ngettext
from bot.ui.words import before, one_line, plain, trouble_text
from bot.workflow.limits import MAX_CHOICES

LABEL = 100  # Discord's ceiling for the name of a choice
MESSAGE = 1600  # characters of all lines, so that a sentence before and after them fits as well
PROMPT = 80  # characters of a prompt in a line
TROUBLES = 3  # sentences about what keeps jobs, at most


@dataclass(frozen=True)
class Line:
    """A job, how many come before it, when it should be ready; whether it is the reader's, and theirs to read.

    `hold` and `trouble` are why it waits whatever comes before it; `trouble` also what is wrong where it runs.
    """

    job: Job
    position: int | None = None
    ready: datetime | None = None
    hold: Hold | None = None
    trouble: BackendError | None = None
    mine: bool = False
    open: bool = False


def job_lines(jobs: Sequence[Job], board: Board, now: datetime, reader: Actor) -> list[Line]:
    """Jobs as that person may see them."""
    etas = board.etas([job.id for job in jobs])
    return [
        Line(
            job=job,
            position=board.position(job.id),
            ready=now + timedelta(seconds=eta) if (eta := etas[job.id]) is not None else None,
            hold=board.hold(job),
            trouble=board.trouble(job.id),
            mine=job.place.user_id == reader.user_id,
            open=may(reader, Action.SEE, job),
        )
        for job in jobs
    ]


def job_list(lines: Sequence[Line], total: int) -> str:
    """Running ones first, then by place; as many as fit into one message, then how many of `total` did not."""
    texts: list[str] = []
    for line in sorted(lines, key=_rank):
        text = _text(line)
        if sum(map(len, texts)) + len(text) > MESSAGE:
            break
        texts.append(text)
    more = total - len(texts)
    if more > 0:
        texts.append(ngettext("-# and {count} more here", "-# and {count} more here", more).format(count=more))
    return "\n".join(texts)


def troubles(lines: Sequence[Line], problem: BackendError | None = None) -> str:
    """Why nothing can run, where there is a `problem`, and why some of these jobs cannot: each sentence once."""
    found = (trouble for trouble in (problem, *(line.trouble for line in lines)) if trouble is not None)
    return "\n".join(list(dict.fromkeys(trouble_text(trouble) for trouble in found))[:TROUBLES])


def moderator_line(line: Line, now: datetime) -> str:
    """Who, what, where it stands, for how long, and in which channel."""
    job = line.job
    facts = [f"<@{job.place.user_id}>", job_name(job), *_times(line, now)]
    if job.state in {JobState.WAITING, JobState.SUBMITTED}:
        facts.append(_place(line))
    return "• " + " · ".join([*(fact for fact in facts if fact), *_ready(line), f"<#{job.place.channel_id}>"])


def job_choices(jobs: Sequence[Job], typed: str, *, who: bool = False) -> list[Choice[str]]:
    """What is offered while a person types: the jobs whose label holds that; with `who` it begins with a name."""
    labels = [(job_label(job, who=who), job.id) for job in jobs]
    wanted = typed.casefold()
    return [Choice(name=label, value=job_id) for label, job_id in labels if wanted in label.casefold()][:MAX_CHOICES]


def job_label(job: Job, *, who: bool = False) -> str:
    """`/imagine a fox in the snow (running)`: for choosing one, and never longer than Discord lets a choice be."""
    ending = f" ({state_word(job.state)})"
    name = f"{job.place.user_name}: " if who else ""
    start = f"{name}/{named(job.workflow)} {job.prompt}"
    return one_line(start, LABEL - len(ending)) + ending


def job_name(job: Job) -> str:
    """The same within a sentence."""
    prompt = plain(job.prompt, PROMPT)
    return f"`/{named(job.workflow)}` {prompt}".strip()


def state_word(state: JobState) -> str:
    """The state in a person's words."""
    return {
        JobState.WAITING: _("waiting"),
        JobState.SUBMITTED: _("next"),
        JobState.RUNNING: _("running"),
        JobState.DONE: _("done"),
        JobState.FAILED: _("failed"),
        JobState.CANCELLED: _("cancelled"),
    }[state]


def _rank(line: Line) -> tuple[bool, int, float]:
    return (line.job.state is JobState.WAITING, line.position or 0, line.job.tag)


def _text(line: Line) -> str:
    job = line.job
    who = _("**yours**") if line.mine else f"<@{job.place.user_id}>"
    what = job_name(job) if line.open else f"`/{named(job.workflow)}`"
    return "• " + " · ".join([who, what, _place(line) or _marked(line, state_word(job.state)), *_ready(line)])


def _place(line: Line) -> str:
    """How many come before it, or why it waits besides; nothing where neither is known."""
    if line.hold is Hold.PAUSED:
        return _("paused")
    if line.hold is Hold.ENOUGH:
        return _("waits for another job of the same person")
    if line.job.state in {JobState.WAITING, JobState.SUBMITTED} and line.position is not None:
        return _marked(line, before(line.position))
    return ""


def _marked(line: Line, text: str) -> str:
    return f"⚠️ {text}" if line.trouble else text


def _ready(line: Line) -> list[str]:
    return [_("ready {when}").format(when=f"<t:{int(line.ready.timestamp())}:R>")] if line.ready else []


def _times(line: Line, now: datetime) -> list[str]:
    """Since when it waits, how long it runs, how long it took, or when it ended."""
    job = line.job
    if job.state in {JobState.WAITING, JobState.SUBMITTED}:
        return [_("waiting since {when}").format(when=f"<t:{int(job.created_at.timestamp())}:t>")]
    if job.state is JobState.RUNNING and job.started_at is not None:
        seconds = max(0.0, (now - job.started_at).total_seconds())
        return [_marked(line, _("running for {duration}").format(duration=duration(seconds)))]
    if job.seconds is not None:
        return [state_word(job.state), _("took {duration}").format(duration=duration(job.seconds))]
    if job.finished_at is not None:
        return [f"{state_word(job.state)} <t:{int(job.finished_at.timestamp())}:R>"]
    return [state_word(job.state)]
