"""What prompts become, repeating, preferences, presets of one's own, and the prompt helper."""

from __future__ import annotations

from tests.mutants.guard import Guard

WILDCARDS = ("tests/pure/test_wildcards.py",)
PREFERENCES = "tests/pure/test_preferences.py::test_"
PRESETS = ("tests/pure/test_presets.py",)
HELPER = ("tests/wire/test_helper.py",)
PROMPTS = "tests/whole/test_prompts.py::test_"
MEMBERS = "tests/whole/test_preferences.py::test_"
IMPROVING = "tests/whole/test_improving.py::test_"
WHO = ("tests/whole/test_who_may.py",)

GUARDS: tuple[Guard, ...] = (
    Guard(
        "wildcards-inside",
        "bot/content/wildcard_files.py",
        "if not path.resolve(strict=True).is_relative_to(root):",
        "if False:",
        WILDCARDS,
    ),
    Guard("wildcards-small", "bot/content/wildcard_files.py", "if facts.st_size > LARGEST:", "if False:", WILDCARDS),
    Guard("wildcards-length", "bot/content/wildcards.py", "if length > LONGEST:", "if False:", WILDCARDS),
    Guard("wildcards-depth", "bot/content/wildcards.py", "if depth >= DEEPEST:", "if False:", WILDCARDS),
    Guard("wildcards-draws", "bot/content/wildcards.py", "if self._draws > DRAWS:", "if False:", WILDCARDS),
    Guard(
        "words-expanded",
        "bot/jobs/wording.py",
        "await self._screening.check({name: became.text}, **who, strike=False)",
        "pass",
        (f"{PREFERENCES}a_strike_is_for_what_the_person_put_together_alone",),
    ),
    Guard(
        "words-own-strike",
        "bot/jobs/wording.py",
        "{name: became.own}",
        "{name: became.text}",
        (f"{PREFERENCES}a_strike_is_for_what_the_person_put_together_alone",),
    ),
    Guard(
        "preferred-words",
        "bot/ui/asked.py",
        "{name: value} if kind is OptionType.TEXT else {}",
        "{}",
        (f"{MEMBERS}a_preference_is_never_why_a_job_is_refused_and_is_looked_through",),
    ),
    Guard(
        "preferred-alone",
        "bot/ui/asked.py",
        "if wanted.ephemeral and",
        "if False and",
        (f"{MEMBERS}who_wants_to_see_results_alone_does_where_others_read_along",),
    ),
    Guard(
        "preferred-graph",
        "bot/workflow/preferred.py",
        'variants if name == "model" else (found[0],)',
        "variants",
        PRESETS,
    ),
    Guard(
        "preferred-forgotten",
        "bot/jobs/forget.py",
        "lambda connection: forget_preferences(connection, user_id)",
        "lambda connection: has_preferences(connection, user_id)",
        (f"{MEMBERS}forgetting_takes_preferences_and_presets_along",),
    ),
    Guard(
        "presets-own",
        "bot/ui/preferring.py",
        "if job is None or job.place.user_id != user_id:",
        "if job is None:",
        (f"{MEMBERS}a_preset_of_ones_own_is_saved_offered_used_and_deleted",),
    ),
    Guard(
        "presets-few",
        "bot/jobs/preferences.py",
        "if len(presets) > MOST_PRESETS:",
        "if False:",
        (f"{PREFERENCES}of_changes_at_once_none_is_lost_and_presets_have_an_end",),
    ),
    Guard(
        "repeat-own-message",
        "bot/ui/repeating.py",
        'replace(job.place, token="", token_expires=job.created_at, message_id=None)',
        "job.place",
        (f"{PROMPTS}what_was_stored_is_made_though_the_bot_dies_before_its_message",),
    ),
    Guard(
        "repeat-outside",
        "bot/ui/repeating.py",
        "times if reached(self._interaction) else min(times, MOST_OUTSIDE)",
        "times",
        (f"{PROMPTS}where_the_bot_is_not_only_a_few_are_made",),
    ),
    Guard(
        "improve-forged",
        "bot/ui/improving.py",
        "if message is not None and ours else None",
        "if message is not None else None",
        (f"{IMPROVING}a_forged_press_finds_no_suggestion",),
    ),
    Guard(
        "improve-words",
        "bot/ui/improving.py",
        "        await _look_through(interaction, bot, suggestion)\n",
        "",
        (f"{IMPROVING}whatever_the_model_says_or_does_not_is_one_sentence",),
    ),
    Guard(
        "improve-person",
        "bot/ui/improving.py",
        "    bot.admitting.check_person(actor, channels_of(interaction), manifest)\n",
        "",
        WHO,
    ),
    Guard("helper-redirects", "bot/helper.py", "allow_redirects=False", "allow_redirects=True", HELPER),
    Guard("helper-size", "bot/helper.py", "if len(data) > ANSWER:", "if False:", HELPER),
    Guard("helper-one", "bot/helper.py", " or asker in self._askers", "", HELPER),
)
