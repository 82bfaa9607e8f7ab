"""Jobs in a list: one line each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.jobs.job import Job, JobState
from bot.text import _
from bot.ui.words import before, plain

LABEL = 100  # Discord's ceiling for the name of a choice
MESSAGE = 1900  # characters, a little below Discord's 2,000


@dataclass(frozen=True)
class Line:
    """A job, how many come before it, when it should be ready, and whether it is the reader's own."""

    job: Job
    position: int | None
    ready: datetime | None
    mine: bool


def job_lines(lines: Sequence[Line]) -> list[str]:
    """Running ones first, then by place; as many as fit into one message."""
    ordered = sorted(lines, key=lambda line: (line.job.state is JobState.WAITING, line.position or 0, line.job.tag))
    texts: list[str] = []
    for line in ordered:
        text = _text(line)
        if sum(map(len, texts)) + len(text) > MESSAGE:
            break
        texts.append(text)
    return texts


def job_label(job: Job) -> str:
    """`/imagine a fox in the snow (running)`: for choosing one."""
    prompt = " ".join(str(job.values.get("prompt", "")).split())
    ending = f" ({state_word(job.state)})"
    start = f"/{job.workflow} {prompt}".strip()
    room = LABEL - len(ending)
    return f"{start if len(start) <= room else f'{start[: room - 1]}…'}{ending}"


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


def _text(line: Line) -> str:
    job = line.job
    where = state_word(job.state)
    if job.state is JobState.WAITING and line.position is not None:
        where = before(line.position)
    ready = " · " + _("ready {when}").format(when=f"<t:{int(line.ready.timestamp())}:R>") if line.ready else ""
    who = _("**yours**") if line.mine else f"<@{job.place.user_id}>"
    prompt = plain(str(job.values.get("prompt", "")), 80)
    return f"• {who} · `/{job.workflow}` {prompt} · {where}{ready}"
