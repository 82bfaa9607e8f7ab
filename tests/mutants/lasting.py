"""Who may look back at what, and what stays away."""

from __future__ import annotations

from tests.mutants.guard import Guard

HISTORY = "tests/whole/test_history.py::test_"
SHOW = "tests/whole/test_show.py::test_"
DELETING = "tests/whole/test_deleting.py::test_"
KEEPING = "tests/whole/test_keeping.py::test_"
OTHERS = f"{SHOW}others_see_what_was_public_where_they_ask_and_moderators_what_is_on_their_server"
ADULTS = f"{SHOW}what_is_for_adults_stays_where_they_are_and_covered_stays_covered"
FOR_GOOD = f"{DELETING}a_moderator_deletes_for_good_tells_the_person_and_it_is_written_down"

GUARDS: tuple[Guard, ...] = (
    Guard(
        "showing-survives",
        "bot/jobs/refresh.py",
        'await survive("showing who waits", self._show_all(changes))',
        "await self._show_all(changes)",
        ("tests/whole/test_database_gone.py::test_showing_who_waits_survives_it",),
    ),
    Guard(
        "history-others",
        "bot/ui/history.py",
        "    require(actor, Action.LIST)\n",
        "",
        (f"{HISTORY}others_jobs_are_for_the_moderators_of_their_server_and_for_the_owner_of_the_bot",),
    ),
    Guard(
        "history-one-server",
        "bot/ui/history.py",
        "None if actor.owner else guild_of(actor)",
        "None",
        (f"{HISTORY}others_jobs_are_for_the_moderators_of_their_server_and_for_the_owner_of_the_bot",),
    ),
    Guard(
        "history-adults",
        "bot/ui/history.py",
        "job.removed_by is None and (not is_nsfw(bot.library, job) or restricted(interaction))",
        "job.removed_by is None",
        (f"{HISTORY}what_is_for_adults_has_no_picture_elsewhere_and_what_was_taken_away_has_none_at_all",),
    ),
    Guard(
        "show-channel",
        "bot/ui/showing.py",
        "if job.place.channel_id != interaction.channel_id:",
        "if False:",
        (OTHERS,),
    ),
    Guard(
        "show-adults",
        "bot/ui/showing.py",
        "    require_nsfw_channel(interaction, nsfw=is_nsfw(bot.library, job))\n",
        "",
        (ADULTS,),
    ),
    Guard(
        "show-covered",
        "bot/ui/returning.py",
        "job.spoiler or (is_nsfw(library, job) and not restricted(interaction))",
        "job.spoiler",
        (ADULTS,),
    ),
    Guard(
        "show-deleted",
        "bot/ui/posted.py",
        "raise MessageDeleted from error",
        "return None",
        (f"{SHOW}what_somebody_took_away_in_discord_does_not_come_back",),
    ),
    Guard("show-removed", "bot/ui/returning.py", "if job.removed_by is None:", "if True:", (FOR_GOOD,)),
    Guard(
        "delete-who",
        "bot/ui/deleting.py",
        "    require(await presser(interaction), Action.DELETE, job)\n",
        "",
        (f"{DELETING}others_are_refused_and_a_question_is_answered_once_by_who_was_asked",),
    ),
    Guard(
        "delete-late",
        "bot/ui/deleting.py",
        "bot.clock() - question.created_at > LIFE",
        "False",
        (f"{DELETING}an_old_question_deletes_nothing",),
    ),
    Guard(
        "delete-stands",
        "bot/jobs/changes.py",
        "job.removed_by if job.removed_by not in {None, job.place.user_id} else by",
        "by",
        (FOR_GOOD,),
    ),
    Guard(
        "warn-for-good",
        "bot/ui/removal.py",
        "    removed = await take_away(bot, job, by)\n",
        "    removed = await remove_messages(bot, job)\n",
        (f"{DELETING}remove_and_warn_is_for_good_too",),
    ),
    Guard(
        "thumbnails-forgotten",
        "bot/jobs/forget.py",
        "*map(thumbnail_path, gone.job_ids)",
        "",
        (f"{HISTORY}a_result_leaves_a_small_picture_and_forgetting_takes_it",),
    ),
    Guard(
        "save-covered",
        "bot/ui/saving.py",
        "spoiler=file.spoiler or covered",
        "spoiler=file.spoiler",
        (f"{KEEPING}what_direct_messages_do_not_take_is_said_and_covered_stays_covered",),
    ),
    Guard(
        "save-once",
        "bot/ui/saving.py",
        "async with bot.clicks.once(interaction, self.custom_id) as first:",
        "for first in (True,):",
        (f"{KEEPING}everybody_who_sees_a_result_may_have_it_in_their_direct_messages",),
    ),
)
