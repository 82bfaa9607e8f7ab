"""Who sees a result, and who sets that."""

from __future__ import annotations

from tests.mutants.guard import Guard

RULES = ("tests/pure/test_rule_changes.py",)
ADULTS = "tests/whole/test_age_restricted.py::test_"
SHOWN = "tests/whole/test_visibility.py::test_"
SETTINGS = "tests/whole/test_settings_commands.py::test_"

GUARDS: tuple[Guard, ...] = (
    Guard(
        "nsfw-channel",
        "bot/ui/visibility.py",
        "if not nsfw or _restricted(interaction):",
        "if True:",
        (f"{ADULTS}an_app_that_offers_it_elsewhere_is_refused",),
    ),
    Guard(
        "nsfw-covered",
        "bot/ui/visibility.py",
        "(nsfw and not _restricted(interaction))",
        "False",
        (f"{ADULTS}in_direct_messages_discord_s_word_stands_and_results_are_covered",),
    ),
    Guard(
        "results-private",
        "bot/ui/first_answer.py",
        "defer(thinking=True, ephemeral=job.place.ephemeral)",
        "defer(thinking=True)",
        (f"{SHOWN}only_who_asked_sees_previews_results_and_follow_ups",),
    ),
    Guard(
        "follow-ups-private",
        "bot/ui/message.py",
        "ephemeral=place.ephemeral, ",
        "",
        (f"{SHOWN}only_who_asked_sees_previews_results_and_follow_ups",),
    ),
    Guard(
        "results-covered",
        "bot/ui/page.py",
        "description=file.alt, spoiler=file.spoiler",
        "description=file.alt",
        (f"{SHOWN}covered_results_are_covered_in_direct_messages",),
    ),
    Guard(
        "previews-covered",
        "bot/ui/progress.py",
        "alt=alt_text(job), spoiler=job.spoiler",
        "alt=alt_text(job)",
        (f"{SHOWN}covered_results_are_covered_from_the_first_preview_on",),
    ),
    Guard("rules-last", "bot/jobs/rule_changes.py", "if ids == {changed} and not allow:", "if False:", RULES),
    Guard(
        "settings-words-audit",
        "bot/ui/setting.py",
        "'…' if name in secret else _shown(value)",
        "_shown(value)",
        (f"{SETTINGS}changes_are_written_down_and_blocked_words_are_not",),
    ),
    Guard(
        "settings-admins",
        "cogs/settings.py",
        "@app_commands.default_permissions(manage_guild=True)\n",
        "",
        (f"{SETTINGS}it_is_for_those_who_manage_the_server",),
    ),
)
