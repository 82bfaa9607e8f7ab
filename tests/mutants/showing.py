"""Who sees a result, and who sets that."""

from __future__ import annotations

from tests.mutants.guard import Guard

RULES = ("tests/pure/test_rule_changes.py",)
ADULTS = "tests/whole/test_age_restricted.py::test_"
LANGUAGES = "tests/whole/test_command_languages.py::test_"
SHOWN = "tests/whole/test_visibility.py::test_"
INSTALL = "tests/whole/test_user_install.py::test_"
SETTINGS = "tests/whole/test_settings_commands.py::test_"

GUARDS: tuple[Guard, ...] = (
    Guard(
        "nsfw-channel",
        "bot/ui/visibility.py",
        "if not nsfw or restricted(interaction):",
        "if True:",
        (f"{ADULTS}an_app_that_offers_it_elsewhere_is_refused",),
    ),
    Guard(
        "nsfw-covered",
        "bot/ui/visibility.py",
        "(nsfw and not restricted(interaction))",
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
    Guard(
        "outside-token",
        "bot/ui/places.py",
        "visible=here and not shown.ephemeral",
        "visible=not shown.ephemeral",
        (f"{INSTALL}after_fifteen_minutes_the_result_comes_as_a_direct_message",),
    ),
    Guard(
        "outside-follow-ups",
        "bot/ui/message.py",
        "return None if place.visible or place.guild_id is not None else FOLLOW_UPS",
        "return None",
        (f"{INSTALL}what_has_no_room_in_five_further_messages_comes_directly",),
    ),
    Guard(
        "outside-moderators",
        "bot/ui/presence.py",
        "return guild_id if guild_id is not None and interaction.client.get_guild(guild_id) is not None else None",
        "return guild_id",
        (f"{INSTALL}where_the_bot_is_not_nobody_moderates_and_limits_hold_for_all_such_places_together",),
    ),
    Guard(
        "outside-hushed",
        "bot/ui/visibility.py",
        " or hushed(interaction)",
        "",
        (f"{INSTALL}what_the_operator_hides_is_hidden_from_others_there_and_so_is_what_a_server_hides",),
    ),
    Guard(
        "outside-private",
        "bot/ui/visibility.py",
        "(results is Visibility.EPHEMERAL and not alone(interaction))",
        "(results is Visibility.EPHEMERAL and interaction.guild_id is not None)",
        (f"{INSTALL}what_the_operator_hides_is_hidden_from_others_there_and_so_is_what_a_server_hides",),
    ),
    Guard(
        "outside-adults",
        "bot/ui/visibility.py",
        "if alone(interaction) and interaction.type",
        "if interaction.guild_id is None and interaction.type",
        (f"{INSTALL}what_is_for_adults_runs_only_where_it_is_known_who_reads_along",),
    ),
    Guard(
        "outside-menus",
        "cogs/menus.py",
        "AppInstallationType(guild=True, user=False)",
        "AppInstallationType(guild=True, user=True)",
        (f"{INSTALL}she_has_the_commands_that_make_sense_there_and_others_have_none",),
    ),
    Guard(
        "direct-owner",
        "bot/ui/moving.py",
        "if interaction.user.id != job.place.user_id:",
        "if False:",
        (f"{INSTALL}nobody_else_sends_it_and_who_takes_no_direct_messages_is_told",),
    ),
    Guard(
        "edits-ping-nobody",
        "bot/ui/message.py",
        ", allowed_mentions=nobody",
        "",
        (f"{INSTALL}a_message_that_only_she_sees_moves_too",),
    ),
    Guard(
        "pictures-described",
        "bot/ui/progress.py",
        "alt=alt_text(job), ",
        "",
        (f"{SHOWN}covered_results_are_covered_from_the_first_preview_on",),
    ),
    Guard(
        "token-dead",
        "bot/ui/removal.py",
        "if bot.clock() < place.token_expires:",
        "if True:",
        (f"{INSTALL}the_buttons_under_a_result_work_there_for_everybody",),
    ),
    Guard(
        "names-clash",
        "bot/ui/languages.py",
        "if self._forms_beside(context, locale)[translated] > 1:",
        "if False:",
        (f"{LANGUAGES}a_name_that_another_has_stays_as_it_is",),
    ),
    Guard(
        "translated-beside",
        "bot/ui/languages.py",
        "*sentences.clashes(command), catalogues]",
        "catalogues]",
        (f"{LANGUAGES}a_name_stays_as_it_is_only_while_another_has_it",),
    ),
    Guard(
        "translated-anew",
        "bot/ui/languages.py",
        "*sentences.clashes(command), catalogues]",
        "*sentences.clashes(command)]",
        ("tests/whole/test_commands.py::test_a_new_translation_is_reason_enough_to_send_them_again",),
    ),
    Guard(
        "translated-elsewhere",
        "bot/ui/languages.py",
        "list(_others(command))]",
        "[]]",
        ("tests/whole/test_manifest_words.py::test_a_line_that_changed_in_another_language_alone_reaches_discord",),
    ),
    Guard(
        "language-public",
        "bot/ui/audit.py",
        "return self._servers.get(guild_id).rules.language or own",
        "return self._servers.get(guild_id).rules.language",
        (f"{LANGUAGES}moderators_read_their_server_s_language",),
    ),
)
