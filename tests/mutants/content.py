"""What people type, what they are shown, and what they ask to be forgotten."""

from __future__ import annotations

from tests.mutants.guard import Guard

STRIKES = ("tests/pure/test_strikes.py",)
CONTENT = ("tests/pure/test_content.py",)
SAFETY = ("tests/pure/test_safety.py",)
WORDS = "tests/whole/test_content.py::test_"
JUDGED = "tests/whole/test_safety.py::test_"
FORGET = "tests/whole/test_forget.py::test_"
WHO = ("tests/whole/test_who_may.py",)

GUARDS: tuple[Guard, ...] = (
    Guard("words-found", "bot/jobs/screening.py", "        if blocked is None:", "        if True:", STRIKES),
    Guard("words-folded", "bot/content/terms.py", "folded = fold(text)", "folded = text", CONTENT),
    Guard(
        "words-prompts",
        "bot/ui/asked.py",
        "{name: typed[name] for name in typed if name in speaker.typed}",
        "{}",
        (f"{WORDS}every_text_option_is_looked_through",),
    ),
    Guard(
        "words-reasons",
        "bot/tree.py",
        "await screen_command(interaction)",
        "pass",
        (f"{WORDS}a_reason_is_looked_through_and_is_no_strike",),
    ),
    Guard(
        "words-forms",
        "bot/ui/forms.py",
        "await screen_form(interaction, self)",
        "pass",
        (f"{WORDS}a_form_is_looked_through_and_is_no_strike",),
    ),
    Guard("strikes-once", "bot/jobs/strikes.py", "count >= most and not blocked\n", "count >= most\n", STRIKES),
    Guard("strikes-day", "bot/jobs/strikes.py", "strikes.c.at <= now - DAY", "strikes.c.at is None", STRIKES),
    Guard("safety-shown", "bot/jobs/job.py", "if self.recipe.safety is None:", "if True:", SAFETY),
    Guard("safety-hidden", "bot/workflow/guarding.py", "Status.UNFIT if entry", "Status.READY if entry", SAFETY),
    Guard(
        "safety-previews",
        "bot/jobs/follower.py",
        "if isinstance(event, Preview) and run.job.recipe.safety is not None:",
        "if False:",
        (f"{JUDGED}nothing_is_previewed_that_may_be_withheld",),
    ),
    Guard(
        "safety-silent",
        "bot/jobs/judging.py",
        "        if not texts:\n            raise NoOutputs\n",
        "",
        (f"{JUDGED}a_judge_that_fails_withholds",),
    ),
    Guard(
        "safety-once",
        "bot/jobs/judging.py",
        "job.state is not JobState.DONE or job.outcome.verdicts:",
        "job.state is not JobState.DONE:",
        ("tests/wire/test_judging.py::test_a_text_of_a_primitive_decides",),
    ),
    Guard(
        "forget-own",
        "bot/ui/forgetting.py",
        "        require_own(bot, interaction, self.user_id)\n",
        "",
        (f"{FORGET}a_forged_button_forgets_nobody",),
    ),
    Guard(
        "forget-owner",
        "cogs/forget.py",
        "            require_own(self.bot, interaction, user.id)\n",
        "",
        (f"{FORGET}the_owner_of_the_bot_forgets_anybody_and_nobody_else_does",),
    ),
    Guard(
        "forget-person",
        "bot/jobs/forget.py",
        "mine = and_(jobs.c.user_id == user_id, jobs.c.created_at <= until)",
        "mine = and_(jobs.c.created_at <= until)",
        (f"{FORGET}prompts_graphs_files_and_history_are_gone_and_others_stay",),
    ),
    Guard("another's-forget", "bot/ui/forgetting.py", "if interaction.user.id != self.asker_id:", "if False:", WHO),
)
