"""Going on from results: whose job and whose words, one job for a click, entries of selects."""

from __future__ import annotations

from tests.mutants.guard import Guard

WHOLE = "tests/whole/test_going_on.py::test_"
PURE = "tests/pure/test_going_on.py::test_"

GUARDS: tuple[Guard, ...] = (
    Guard(
        "going-on-removed",
        "bot/ui/carrying.py",
        "if job.removed_by is not None and not (words_only and own and job.removed_by == job.place.user_id):",
        "if False:",
        (f"{WHOLE}an_older_job_is_made_as_the_workflow_is_today",),
    ),
    Guard(
        "going-on-deleted",
        "bot/ui/carrying.py",
        "own = interaction.user.id == job.place.user_id",
        "own = True",
        (f"{WHOLE}an_older_job_is_made_as_the_workflow_is_today",),
    ),
    Guard(
        "going-on-reach",
        "bot/ui/carrying.py",
        "    if not own and not public_here(interaction, job):\n"
        "        require(await presser(interaction), Action.SEE, job)\n",
        "",
        ("tests/whole/test_who_may.py",),
    ),
    Guard(
        "going-on-ancestors",
        "bot/ui/carrying.py",
        "or not _known_to(user_id, parent, job)",
        "",
        (f"{PURE}nobody_learns_what_only_others_saw",),
    ),
    Guard(
        "going-on-ancestors-removed",
        "bot/ui/carrying.py",
        "parent is None or parent.removed_by is not None or",
        "parent is None or",
        (f"{PURE}nobody_learns_what_only_others_saw",),
    ),
    Guard(
        "going-on-twice",
        "bot/ui/clicks.py",
        "        if click in self._seen:\n            return False\n",
        "",
        (f"{WHOLE}one_click_makes_one_job_and_two_people_get_theirs",),
    ),
    Guard(
        "going-on-entry",
        "bot/ui/picking.py",
        "if found is not None and chosen in self._offered:",
        "if found is not None:",
        (f"{WHOLE}only_what_a_select_offers_can_be_chosen",),
    ),
)
