"""Whose turn it is, where it is kept, and how much Discord is asked while people wait."""

from __future__ import annotations

from tests.mutants.guard import Guard

TURNS = "tests/pure/test_turns.py::test_"
MEMORY = "tests/pure/test_store_turns.py::test_the_order_in_the_database_is_the_one_in_memory"
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
        "return not any(again) and (job.first or not any(other.first for other in others))",
        "return True",
        ("tests/pure/test_dispatch_fair.py::test_fifty_jobs_delay_anothers_first_by_one_on_each_backend_at_most",),
    ),
    Guard(
        "cancel-moves-in-memory-only",
        "bot/jobs/changes.py",
        "        await _close_up(connection, job)\n",
        "",
        (MEMORY,),
    ),
    Guard(
        "waiting-edits-unpaced",
        "bot/jobs/refresh.py",
        "return 0.0 if self._saved >= 1 else (1 - self._saved) / self._rate",
        "return 0.0",
        (MANY,),
    ),
)
