"""Which buttons a result has, and in which rows.

One more button is an `EaselButton` (in BUTTONS of bot/app.py too) and one line here: `_tools` has those about the job,
`_others` those about one of its pictures, which are buttons under one picture and entries of a select under several.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.jobs.job import Job
from bot.ui.buttons import Control, Rows

ROW = 5  # buttons, at most


def job_rows(bot: Any, job: Job, names: Sequence[str], *, first: bool = True) -> Rows:
    """Below a job's message; `names` are the files in it, and a follow-up is not the `first`."""
    return in_rows(_tools(bot, job)) if first else ()


def in_rows(controls: Iterable[Control]) -> Rows:
    """Buttons in rows that are full, but for the last."""
    every = tuple(controls)
    return tuple(every[at : at + ROW] for at in range(0, len(every), ROW))


def _tools(bot: Any, job: Job) -> Iterator[Control]:
    """About the job, whatever its end: the last row."""
    yield from ()


def _others(bot: Any, job: Job, number: int) -> Iterator[Control]:
    """About its file of that number, which is a picture, besides the workflow's own actions."""
    yield from ()
