"""Guards of what several processes do on one PostgreSQL: nothing lost, nothing twice, nothing shown."""

from __future__ import annotations

from tests.mutants.guard import Guard

LOST = "tests/wire/test_postgres_lost.py::test_"
SHARED = "tests/wire/test_postgres_shared.py::test_"
SIGNALS = "tests/wire/test_postgres_signals.py::test_"
OPENING = "tests/wire/test_postgres_opening.py::test_"
ADMISSION = "tests/pure/test_admission.py::test_"

GUARDS: tuple[Guard, ...] = (
    Guard(
        "commit-once",
        "bot/jobs/transactions.py",
        "if number is None or await self._happened(number, until, lost):",
        "if number is None:",
        (f"{LOST}a_write_whose_commit_went_unanswered_happens_once_and_is_not_fenced",),
    ),
    Guard(
        "commit-happened",
        "bot/jobs/transactions.py",
        'return bool(fate == "committed")',
        "return True",
        (f"{LOST}a_write_whose_commit_went_unanswered_happens_once_and_is_not_fenced",),
    ),
    Guard(
        "lost-again",
        "bot/jobs/transactions.py",
        "if not (is_lost(error) or is_beaten(error)) or",
        "if not is_beaten(error) or",
        (f"{LOST}connections_that_the_server_ended_are_made_anew",),
    ),
    Guard(
        "beaten-again",
        "bot/jobs/transactions.py",
        "if not (is_lost(error) or is_beaten(error)) or",
        "if not is_lost(error) or",
        (f"{LOST}of_two_that_got_in_each_others_way_both_come_through",),
    ),
    Guard(
        "stopped-again",
        "bot/jobs/postgres.py",
        'BEATEN = ("40001", "40P01", "57014")',
        'BEATEN = ("40001", "40P01")',
        (f"{LOST}what_was_stopped_in_place_of_something_else_is_done_again",),
    ),
    Guard(
        "slots-alone",
        "bot/jobs/changes.py",
        'await alone(connection, "upload slots", backend)',
        "pass",
        (f"{SHARED}of_claims_at_once_one_wins_and_no_two_jobs_have_the_same_slot",),
    ),
    Guard(
        "admission-alone",
        "bot/jobs/admission.py",
        'await alone(connection, "admission", job.place.user_id)',
        "pass",
        (f"{ADMISSION}of_many_at_once_in_two_processes_as_many_are_let_in_as_the_limit_says",),
    ),
    Guard(
        "budget-alone",
        "bot/jobs/admission.py",
        'await alone(connection, "budget", job.place.guild_id or 0)',
        "pass",
        (f"{ADMISSION}a_hundred_people_at_once_share_one_budget",),
    ),
    Guard(
        "strikes-alone",
        "bot/jobs/strikes.py",
        'await alone(connection, "strikes", user_id)',
        "pass",
        (f"{SHARED}strikes_of_two_processes_add_up_and_block_once",),
    ),
    Guard(
        "rules-alone",
        "bot/jobs/servers.py",
        'await alone(connection, "server", guild_id)',
        "pass",
        (f"{SHARED}what_is_read_and_written_back_loses_nothing",),
    ),
    Guard(
        "preferences-alone",
        "bot/jobs/preferences.py",
        'await alone(connection, "preferences", user_id)',
        "pass",
        (f"{SHARED}what_is_read_and_written_back_loses_nothing",),
    ),
    Guard(
        "reports-alone",
        "bot/jobs/reports.py",
        'await alone(connection, "reports", person)',
        "pass",
        (f"{SHARED}a_person_reports_a_job_once_from_wherever",),
    ),
    Guard(
        "migrations-alone",
        "bot/jobs/database.py",
        'alone_sync(connection, "migrations")',
        "pass",
        (f"{OPENING}several_processes_may_start_at_once_on_a_new_database",),
    ),
    Guard(
        "pauses-told",
        "bot/jobs/servers.py",
        "await tell(connection, Kind.RULES, guild_id)",
        "pass",
        (f"{SIGNALS}pauses_rules_and_blocks_hold_in_every_process",),
    ),
    Guard(
        "gap-reread",
        "bot/jobs/signals.py",
        "await on_reconnect()",
        "pass",
        (f"{SIGNALS}after_a_gap_all_may_have_changed",),
    ),
    Guard(
        "forgotten-elsewhere",
        "bot/jobs/forget.py",
        "await self._sweep(known, until)",
        "pass",
        (f"{SHARED}a_job_delivered_by_another_process_is_forgotten_too",),
    ),
    Guard(
        "values-hidden",
        "bot/jobs/postgres.py",
        "hide_parameters=True",
        "hide_parameters=False",
        (f"{OPENING}an_error_of_a_statement_shows_no_values",),
    ),
    Guard(
        "password-stray",
        "bot/jobs/address.py",
        'if "@" in (url.host or ""):',
        "if False:",
        (f"{OPENING}an_address_that_is_none_says_how_to_write_it",),
    ),
)
