"""Several servers: no job is lost, done twice or given somebody else's files when one goes and comes."""

from __future__ import annotations

from tests.mutants.guard import Guard

AWAY = "tests/whole/test_backends_away.py::test_"
MOVING = "tests/pure/test_moving.py::test_"
DISPATCHER = "tests/pure/test_dispatcher.py::test_"
WAYS = "tests/pure/test_ways.py::test_"
MOVES = (f"{AWAY}a_job_moves_to_another_server_and_its_first_run_is_stopped",)
FOLLOWED = (f"{AWAY}a_job_that_nobody_took_up_is_followed_where_it_was",)

GUARDS: tuple[Guard, ...] = (
    Guard(
        "moved-fence",
        "bot/jobs/moving.py",
        ' | {"fence": jobs.c.fence + 1}',
        "",
        (f"{MOVING}who_followed_a_moved_job_is_out_and_it_waits_in_its_place",),
    ),
    Guard(
        "moved-stray",
        "bot/jobs/moving.py",
        "    await leave(connection, Stray(backend, job.id, job.remote_id, job.upload_slot), now)\n",
        "",
        (f"{MOVING}names_of_uploads_are_nobody_elses_while_a_stray_may_read_them",),
    ),
    Guard(
        "stray-names",
        "bot/jobs/changes.py",
        "    taken |= await slots_of(connection, backend)\n",
        "",
        (f"{MOVING}names_of_uploads_are_nobody_elses_while_a_stray_may_read_them",),
    ),
    Guard(
        "forgotten-waiting",
        "bot/jobs/follower.py",
        "        if job.state is JobState.RUNNING:\n            return True\n",
        "        return True\n",
        ("tests/whole/test_restart_comfyui.py::test_who_only_waits_behind_it_is_not_lost_with_it",),
    ),
    Guard(
        "database-of-no-job",
        "bot/jobs/follower.py",
        "UNKNOWN = (SettingsError, DatabaseAway, OperationalError, InterfaceError, InternalError)",
        "UNKNOWN = (SettingsError, DatabaseAway)",
        ("tests/pure/test_salvage.py::test_a_database_that_is_locked_while_a_job_runs_fails_nothing",),
    ),
    Guard(
        "forgotten-without-end",
        "bot/jobs/follower.py",
        "return self._unseen[job.id] > UNSEEN",
        "return False",
        (
            "tests/whole/test_restart_comfyui.py::test_what_stops_comfyui_before_anybody_sees_it_run_is_not_tried_without_end",
        ),
    ),
    Guard(
        "stray-followed",
        "bot/jobs/follower.py",
        "known = job.remote_id is not None",
        "known = False",
        FOLLOWED,
    ),
    Guard(
        "stray-forgotten",
        "bot/jobs/absence.py",
        "            await backend.forget([stray.job_id])\n",
        "",
        MOVES,
    ),
    Guard(
        "stray-wish",
        "bot/jobs/absence.py",
        "while not following.done():  # a wish",
        "for _once in range(1):  # a wish",
        ("tests/wire/cloud/test_cloud_strays.py::test_a_job_whose_first_run_nobody_heard_of_can_run_there_again",),
    ),
    Guard(
        "stray-barred",
        "bot/jobs/dispatcher.py",
        "barred = (job.id, backend.name) in self.barred",
        "barred = False",
        (f"{DISPATCHER}a_job_does_not_go_where_its_earlier_run_is_being_stopped",),
    ),
    Guard(
        "moved-where-it-fits",
        "bot/jobs/absence.py",
        "return any(self._hands.suits(job, other) for other in others)",
        "return True",
        (f"{AWAY}without_another_server_a_job_waits_for_its_own",),
    ),
    Guard(
        "stopped-where-given-up",
        "bot/jobs/runner.py",
        "self.pool.touch()  # a job that is stopped leaves a backend that was given up\n            await",
        "await",
        (f"{AWAY}a_job_is_stopped_at_once_though_its_server_was_given_up_before",),
    ),
    Guard(
        "paused-server",
        "bot/comfy/pool.py",
        "backend.name not in self.paused | self.leaving",
        "True",
        (f"{DISPATCHER}a_server_that_is_paused_or_to_go_gets_nothing_new",),
    ),
    Guard(
        "servers-owner",
        "cogs/backends.py",
        "if not self.bot.is_owner_id(interaction.user.id):\n            raise",
        "if False:\n            raise",
        ("tests/whole/test_who_may.py",),
    ),
    Guard(
        "only-server-lost",
        "bot/jobs/dispatcher.py",
        "return all(self._how_well(needs, other) is Fitness.UNFIT for other in self._pool.staying)",
        "return all(self._how_well(needs, other) is Fitness.UNFIT for other in self._pool.present)",
        (f"{DISPATCHER}a_job_waits_for_the_only_server_that_can_run_it_while_that_is_paused_or_lost",),
    ),
    Guard(
        "told-own-away",
        "bot/jobs/ways.py",
        "for number in own or found if",
        "for number in found if",
        (f"{WAYS}a_cloud_that_is_up_takes_nothing_away_from_what_is_said_of_ones_own",),
    ),
    Guard(
        "told-paused",
        "bot/jobs/ways.py",
        "if backend.name in self._pool.paused:",
        "if False:",
        (f"{WAYS}whoever_waits_for_the_only_server_that_can_run_their_job_is_told_how_that_one_is",),
    ),
    Guard(
        "told-runs",
        "bot/jobs/refresh.py",
        "if known.get(job_id, type(None)) is not trouble:",
        "if False:",
        ("tests/pure/test_board.py::test_a_server_that_goes_away_is_said_to_all_and_its_return_too",),
    ),
    Guard(
        "told-cloud-by-now",
        "bot/jobs/ways.py",
        "None if way.later and self.may_pay(job) else way.trouble",
        "way.trouble",
        (f"{WAYS}a_job_that_a_cloud_may_have_by_now_is_kept_by_nothing",),
    ),
    Guard(
        "told-budget",
        "bot/jobs/ways.py",
        "return self.dear(job) if way.paid else None",
        "return None",
        (f"{WAYS}what_only_a_paid_server_can_run_is_kept_by_its_pause_and_by_the_budget",),
    ),
    Guard(
        "servers-secrets",
        "bot/backends_file.py",
        "    hide(secret for entry in entries",
        "    list(secret for entry in entries",
        ("tests/pure/test_backends_file.py::test_passwords_and_headers_of_the_file_are_in_no_log",),
    ),
    Guard(
        "servers-cannot-be-made",
        "bot/machines.py",
        '        except (SettingsError, ValueError) as mistake:\n            log.error("%s The servers',
        '        except SettingsError as mistake:\n            log.error("%s The servers',
        ("tests/pure/test_backends_file.py::test_a_server_that_cannot_be_made_leaves_the_others_as_they_were",),
    ),
    Guard(
        "given-up-once",
        "bot/ui/backends.py",
        "if trouble is not None and (_says_more(trouble) or not _is_given_up(pool, backend)):",
        "if trouble is not None:",
        (
            "tests/whole/test_backends_command.py::test_a_server_that_was_given_up_is_said_so_and_amounts_are_as_in_the_language",
        ),
    ),
    Guard(
        "listed-by-database",
        "bot/ui/backends.py",
        "held.get(backend.name, 0)) for backend",
        "bot.runner.dispatcher.crew(backend).held) for backend",
        ("tests/fleet/test_roles.py::test_a_gateway_lists_what_workers_say_and_counts_jobs_by_the_database",),
    ),
)
