"""Jobs and limits: whose they are, and what moderators may do with them."""

from __future__ import annotations

from tests.mutants.guard import Guard

ACCESS = ("tests/pure/test_access.py",)
ADMISSION = ("tests/pure/test_admission.py",)
ADMITTING = ("tests/whole/test_admitting.py",)
STORE = ("tests/pure/test_store.py",)
LISTS = "tests/whole/test_moderation.py::test_"
BULK = "tests/whole/test_moderation_bulk.py::test_"
BLOCKING = "tests/whole/test_blocking.py::test_"

GUARDS: tuple[Guard, ...] = (
    Guard(
        "question-asker",
        "bot/ui/confirm.py",
        "if interaction.user.id != self.moderator_id:",
        "if False:",
        (f"{BULK}only_who_asked_can_answer",),
    ),
    Guard(
        "question-right",
        "bot/ui/confirm.py",
        "        require(actor, Action.INTERRUPT)\n",
        "",
        (f"{BULK}who_may_no_longer_moderate_cannot_answer",),
    ),
    Guard(
        "question-server",
        "bot/ui/confirm.py",
        "require(actor, Action.INTERRUPT, await find_job(bot.runner, self.target))",
        "await find_job(bot.runner, self.target)",
        (f"{BULK}a_moderator_of_another_server_stops_nothing_here",),
    ),
    Guard(
        "question-age",
        "bot/ui/confirm.py",
        "if bot.clock() - question.created_at > LIFE:",
        "if False:",
        (f"{BULK}a_question_is_too_old_after_a_quarter_of_an_hour",),
    ),
    Guard(
        "question-once",
        "bot/ui/confirm.py",
        "if not bot.questions.take(question.id):",
        "if False:",
        (f"{BULK}a_second_yes_does_not_stop_what_came_after_the_first",),
    ),
    Guard(
        "stop-server",
        "bot/ui/stopping.py",
        "select(guild_id=guild_id, user_id=user_id, states=only)",
        "select(user_id=user_id, states=only)",
        (f"{BULK}cancel_stops_all_of_one_person_s_jobs_here_once_it_is_confirmed",),
    ),
    Guard(
        "stop-one-server",
        "cogs/moderation.py",
        "            require(actor, Action.INTERRUPT, wanted)\n",
        "",
        (f"{LISTS}another_server_s_job_is_neither_offered_nor_stopped",),
    ),
    Guard(
        "list-right",
        "bot/ui/job_pages.py",
        "    require(actor, Action.LIST)\n",
        "",
        (f"{LISTS}a_page_turned_after_a_restart_asks_again_who_turns_it",),
    ),
    Guard(
        "list-server",
        "bot/ui/job_pages.py",
        "        guild_id=guild_id,\n        user_id",
        "        user_id",
        (f"{LISTS}pages_are_turned_and_counted_anew",),
    ),
    Guard("stop-waiting", "bot/jobs/changes.py", " or job.state not in only:", ":", STORE),
    Guard(
        "stop-stands",
        "bot/jobs/changes.py",
        "if job.cancelled_by not in {None, job.place.user_id}:",
        "if job.cancelled_by is not None:",
        STORE,
    ),
    Guard("paused", "bot/jobs/holds.py", "job.guild_id in self._paused_now", "False", ("tests/pure/test_holds.py",)),
    Guard(
        "blocked",
        "bot/jobs/blocks.py",
        "if block is not None and block.holds(now)",
        "if block is None",
        (f"{BLOCKING}who_is_blocked_is_told_until_when_and_why",),
    ),
    Guard(
        "blocked-reason",
        "bot/ui/blocking.py",
        "reason=plain(reason, REASON)",
        "reason=reason",
        (f"{BLOCKING}who_is_blocked_is_told_until_when_and_why",),
    ),
    Guard("own-job", "bot/jobs/access.py", "return actor.user_id == job.place.user_id", "return True", ACCESS),
    Guard(
        "own-server",
        "bot/jobs/access.py",
        "return actor.moderator and actor.guild_id is not None and (job is None or _here(actor, job))",
        "return actor.moderator",
        ACCESS,
    ),
    Guard(
        "channels-roles",
        "bot/ui/admitting.py",
        "refuse_place(actor, channels, rules)\n        require_role",
        "require_role",
        ADMITTING,
    ),
    Guard("limits", "bot/jobs/admission.py", "if used >= most:", "if used > most:", ADMISSION),
    Guard("limits-in-time", "bot/jobs/admission.py", "if len(times) >= most:", "if len(times) > most:", ADMISSION),
)
