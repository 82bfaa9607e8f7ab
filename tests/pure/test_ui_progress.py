"""The message of a job that has not ended."""

from __future__ import annotations

import pytest

from bot.jobs.delivery import Note, Showing
from bot.jobs.job import JobState
from bot.jobs.progress import Progress
from bot.ui.progress import progress_page
from tests.pure.jobs import NOON, make_job


@pytest.mark.parametrize("state", [JobState.WAITING, JobState.RUNNING])
def test_no_end_is_promised_while_the_bot_is_restarted(state: JobState) -> None:
    progress = Progress({}, {}, started=True) if state is JobState.RUNNING else None
    before, stopping = (
        "\n".join(progress_page(make_job(state=state), Showing(progress, 1, 30.0, note), NOON).body)
        for note in (None, Note.STOPPING)
    )

    assert "ready <t:" in before
    assert "ready <t:" not in stopping
