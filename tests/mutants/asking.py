"""Edit, Use as input, Details and the menus for pictures: what is asked, and what is told to whom."""

from __future__ import annotations

from tests.mutants.guard import Guard

EDITING = "tests/whole/test_editing.py::test_"
DETAILS = "tests/whole/test_details.py::test_"
PICTURES = "tests/whole/test_menus_pictures.py::test_"
PROVENANCE = ("tests/pure/test_provenance.py",)

GUARDS: tuple[Guard, ...] = (
    Guard(
        "reach-forged",
        "bot/ui/reaching.py",
        "        require(await presser(interaction), Action.SEE, job)\n",
        "        pass\n",
        (f"{DETAILS}details_are_for_whom_the_result_is",),
    ),
    Guard(
        "reach-ephemeral",
        "bot/ui/reaching.py",
        "not job.place.ephemeral and job.removed_by",
        "job.removed_by",
        (f"{DETAILS}details_are_for_whom_the_result_is",),
    ),
    Guard(
        "reach-removed",
        "bot/ui/reaching.py",
        "and job.removed_by is None and",
        "and",
        (f"{DETAILS}details_are_for_whom_the_result_is",),
    ),
    Guard(
        "reach-elsewhere",
        "bot/ui/reaching.py",
        " and job.place.channel_id == interaction.channel_id",
        "",
        (f"{DETAILS}details_are_for_whom_the_result_is",),
    ),
    Guard(
        "details-server",
        "bot/ui/details.py",
        "if whole and job.backend is not None and",
        "if job.backend is not None and",
        (f"{DETAILS}details_tell_everything_to_whom_it_belongs_and_less_to_others",),
    ),
    Guard(
        "details-block",
        "bot/ui/details.py",
        "command.replace('```', 'ˋˋˋ')",
        "command",
        (f"{DETAILS}details_tell_everything_to_whom_it_belongs_and_less_to_others",),
    ),
    Guard(
        "details-escaped",
        "bot/ui/details.py",
        "{plain(shown(shown_value), VALUE)}",
        "{shown_value}",
        (f"{DETAILS}details_tell_everything_to_whom_it_belongs_and_less_to_others",),
    ),
    Guard(
        "form-twice",
        "bot/ui/filling.py",
        "        if self._sent:\n",
        "        if False:\n",
        (f"{EDITING}a_form_makes_one_job_and_only_for_whom_it_was_put_up",),
    ),
    Guard(
        "form-blocked",
        "bot/ui/filling.py",
        "    bot.admitting.check_person(actor, channels_of(interaction), manifest)\n",
        "",
        (f"{EDITING}what_cannot_be_used_is_said_with_what_was_typed",),
    ),
    Guard(
        "form-strike",
        "bot/ui/filling.py",
        '        """Whoever makes the job looks through the texts, and counts what is blocked."""\n',
        "        await super().screen(interaction)\n",
        (f"{EDITING}what_cannot_be_used_is_said_with_what_was_typed",),
    ),
    Guard(
        "form-copy",
        "bot/ui/filling.py",
        '    block = kept.replace("```", "\'\'\'")\n',
        "    block = kept\n",
        (f"{EDITING}what_cannot_be_used_is_said_with_what_was_typed",),
    ),
    Guard(
        "use-allowed",
        "bot/ui/using.py",
        "            bot.admitting.check_person(actor, channels_of(interaction), manifest)\n",
        "",
        (f"{DETAILS}a_picture_goes_into_any_command_that_its_person_may_use",),
    ),
    Guard(
        "use-forged",
        "bot/ui/using.py",
        "        await reachable(interaction, bot.store, self.job_id)\n        entries",
        "        entries",
        (f"{DETAILS}a_picture_is_used_by_whom_it_is_for",),
    ),
    Guard(
        "origin-who",
        "bot/ui/origins.py",
        "    if actor.owner or (actor.moderator and actor.guild_id == job.place.guild_id):\n",
        "    if True:\n",
        (f"{PICTURES}what_made_a_picture_is_told_of_our_own_jobs_before_and_after_a_restart",),
    ),
    Guard(
        "origin-escaped",
        "bot/ui/origins.py",
        "text=plain(found.prompt, PROMPT)",
        "text=found.prompt",
        (f"{PICTURES}what_made_a_picture_is_told_by_its_metadata",),
    ),
    Guard(
        "origin-long",
        "bot/media/remarks.py",
        "return found[:LONGEST] if found",
        "return found if found",
        PROVENANCE,
    ),
)
