"""Whose turn it is, where it is kept, and how much Discord is asked while people wait."""

from __future__ import annotations

from tests.mutants.guard import Guard

TURNS = "tests/pure/test_turns.py::test_"
MANY = "tests/whole/test_waiting_many.py::test_a_thousand_who_wait_are_told_in_time_and_no_more_than_discord_takes"

GUARDS: tuple[Guard, ...] = (
    Guard(
        "first-behind-what-runs",
        "bot/jobs/queue.py",
        "seen = {job.user_id for job in self._begun.values()} - {user_id}",
        "seen: set[int] = set()",
        (f"{TURNS}what_somebody_has_on_a_backend_counts_as_the_one_that_comes_before_anothers_first",),
    ),
    Guard(
        "warm-past-firsts",
        "bot/jobs/dispatcher.py",
        "return not any(again) and (job.first or not any(other.first for other in passed))",
        "return True",
        ("tests/pure/test_dispatch_fair.py::test_warm_models_let_no_further_job_pass_somebodys_first",),
    ),
    Guard(
        "cancel-moves-nobody-up",
        "bot/jobs/changes.py",
        "        await _close_up(connection, job)\n",
        "",
        ("tests/pure/test_store.py::test_cancelling_a_waiting_job_moves_its_persons_later_ones_up",),
    ),
    Guard(
        "waiting-edits-unpaced",
        "bot/jobs/refresh.py",
        "return 0.0 if self._saved >= 1 else (1 - self._saved) / self._rate",
        "return 0.0",
        (MANY,),
    ),
)
