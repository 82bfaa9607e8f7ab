"""Guards of what was answered: its job is made and shown, and who was told to try again gets none."""

from __future__ import annotations

from tests.mutants.guard import Guard

LOST = "tests/wire/test_postgres_lost.py::test_"
AWAY = "tests/fleet/test_away.py::test_"
TAKEN_IN = "tests/whole/test_taken_in.py::test_"
REFUSED = "tests/whole/test_refused.py::test_"

GUARDS: tuple[Guard, ...] = (
    Guard(
        "patience-once-answered",
        "bot/ui/first_answer.py",
        "    finally:\n        answered()",
        "    finally:\n        pass",
        (f"{AWAY}who_was_answered_gets_a_result_though_the_database_hangs_for_longer_than_anybody_waits",),
    ),
    Guard(
        "patience-for-a-job",
        "bot/jobs/underway.py",
        "answered()  # it outlives who asked for it",
        "pass",
        ("tests/pure/test_underway.py",),
    ),
    Guard(
        "no-error-once-taken-in",
        "bot/ui/first_answer.py",
        'log.exception("job %s is taken in all the same", job.id)',
        'log.exception("job %s is taken in all the same", job.id)\n        raise',
        (f"{TAKEN_IN}a_message_that_cannot_be_noted_still_shows_its_result",),
    ),
    Guard(
        "several-those-that-are-stored",
        "bot/ui/repeating.py",
        "return jobs, EaselError()",
        "raise",
        (f"{TAKEN_IN}of_several_those_are_made_that_could_be_stored",),
    ),
    Guard(
        "several-messages-of-their-own",
        "bot/ui/repeating.py",
        "taken = sent.id == self._first.place.message_id",
        "taken = False",
        (f"{TAKEN_IN}of_several_each_has_a_message_of_its_own_though_the_first_could_not_be_shown_at_once",),
    ),
    Guard(
        "answer-taken-back",
        "bot/ui/making.py",
        "        except Exception:\n            await take_back(interaction, job)",
        "        except Exception:",
        (f"{TAKEN_IN}an_answer_without_a_job_is_taken_back_and_why_is_told_to_who_asked_alone",),
    ),
    Guard(
        "answer-though-it-hangs",
        "bot/jobs/transactions.py",
        "await asyncio.wait([task], timeout=answer - asyncio.get_running_loop().time())",
        "await asyncio.wait([task], timeout=30)",
        (f"{LOST}a_commit_that_hangs_may_have_happened",),
    ),
    Guard(
        "nothing-once-late",
        "bot/jobs/transactions.py",
        "            if attempt.late:\n                raise DatabaseAway\n",
        "",
        (f"{LOST}a_server_that_hangs_keeps_nobody_waiting_and_does_nothing_of_it_afterwards",),
    ),
    Guard(
        "refused-has-no-job",
        "bot/jobs/runner.py",
        "if isinstance(error, DatabaseAway) and error.perhaps:",
        "if False:",
        (f"{AWAY}who_is_told_to_try_again_gets_no_job_though_it_was_stored",),
    ),
    Guard(
        "refused-once-settled",
        "bot/jobs/runner.py",
        "        await self.store.settled()\n",
        "",
        (f"{AWAY}who_is_told_to_try_again_gets_no_job_though_it_was_stored",),
    ),
    Guard(
        "plain-words-in-the-way",
        "bot/ui/message.py",
        "if error.code == BAD_FORM:",
        "if False:",
        (f"{REFUSED}a_message_that_holds_plain_words_becomes_the_job_s_all_the_same",),
    ),
    Guard(
        "refusal-is-no-delivery",
        "bot/ui/message.py",
        "    return Refused()",
        "    return NoWay()",
        (f"{REFUSED}an_outcome_that_discord_refuses_is_tried_in_a_new_message_and_directly",),
    ),
    Guard(
        "new-message-is-the-bot-s",
        "bot/ui/message.py",
        "if error.code not in TOKEN_DEAD and not (error.code in GONE and place.visible):",
        "if error.code not in TOKEN_DEAD:",
        (f"{REFUSED}what_became_a_new_message_stays_one_when_its_delivery_is_tried_again",),
    ),
    Guard(
        "limit-broken-off",
        "bot/ui/message.py",
        "        mend_locks()\n",
        "",
        (
            "tests/whole/test_limited.py::test_a_result_comes_though_an_edit_was_broken_off_that_waited_for_the_end_of_the_limit",
        ),
    ),
)
