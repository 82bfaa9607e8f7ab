"""The guards between people and what is not theirs: where each is, what is left without it, who notices."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Guard:
    """`guard` occurs once in `file`; with `gone` in its place, one of `tests` (files or test ids) has to fail."""

    name: str
    file: str
    guard: str
    gone: str
    tests: tuple[str, ...]


CDN = ("tests/wire/test_cdn.py",)
ARRIVALS = ("tests/pure/test_media_arrivals.py",)
STRIKES = ("tests/pure/test_strikes.py",)
CONTENT = ("tests/pure/test_content.py",)
SAFETY = ("tests/pure/test_safety.py",)
WORDS = "tests/whole/test_content.py::test_"
JUDGED = "tests/whole/test_safety.py::test_"
FORGET = "tests/whole/test_forget.py::test_"
ACCESS = ("tests/pure/test_access.py",)
LOGS = ("tests/pure/test_logs.py",)
WHO = ("tests/whole/test_who_may.py",)
ADMISSION = ("tests/pure/test_admission.py",)
ADMITTING = ("tests/whole/test_admitting.py",)
STORE = ("tests/pure/test_store.py",)
LISTS = "tests/whole/test_moderation.py::test_"
BULK = "tests/whole/test_moderation_bulk.py::test_"
BLOCKING = "tests/whole/test_blocking.py::test_"
RULES = ("tests/pure/test_rule_changes.py",)
ADULTS = "tests/whole/test_age_restricted.py::test_"
SHOWN = "tests/whole/test_visibility.py::test_"
SETTINGS = "tests/whole/test_settings_commands.py::test_"
OVERRIDES = "tests/whole/test_overrides.py::test_"
MENUS = "tests/whole/test_menus.py::test_"
REPORTS = "tests/whole/test_reports.py::test_"
AUDITED = "tests/whole/test_audit_channel.py::test_"
OFFERED = f"{OVERRIDES}a_button_asks_for_what_discord_asks_for"

GUARDS: tuple[Guard, ...] = (
    Guard("cdn-host", "bot/cdn.py", "if not self._is_discords(url):", "if not url:", CDN),
    Guard("cdn-redirect", "bot/cdn.py", "allow_redirects=False", "allow_redirects=True", CDN),
    Guard("cdn-size", "bot/cdn.py", "if len(data) > ceiling:", "if len(data) < 0:", CDN),
    Guard("picture-bomb", "bot/media/arrivals.py", "                _refuse_large(picture)\n", "", ARRIVALS),
    Guard("picture-exif", "bot/media/arrivals.py", "return _turned(picture)", "return data", ARRIVALS),
    Guard(
        "upload-kind",
        "bot/ui/uploads.py",
        "if kind.category is not wanted:",
        "if kind.category is None:",
        ("tests/whole/test_uploads_kinds.py",),
    ),
    Guard(
        "upload-length",
        "bot/ui/uploads.py",
        "            _refuse_long(data)\n",
        "",
        ("tests/whole/test_uploads_kinds.py",),
    ),
    Guard("logs-secrets", "bot/logs.py", 'line = line.replace(secret, "***")', "line = line", LOGS),
    Guard(
        "logs-tokens",
        "bot/logs.py",
        'TOKENS.sub(r"\\1***", self._lines.format(record))',
        "self._lines.format(record)",
        LOGS,
    ),
    Guard(
        "page-origin",
        "bot/playground/page_guard.py",
        'return origins == [f"http://{request.host}"]',
        "return True",
        ("tests/whole/test_page_guard.py",),
    ),
    Guard(
        "page-host",
        "bot/playground/page_guard.py",
        'return len(hosts) == 1 and URL(f"http://{hosts[0]}").host in LOOPBACK and "@" not in hosts[0]',
        "return True",
        ("tests/whole/test_page_guard.py",),
    ),
    Guard(
        "discord-address",
        "bot/settings.py",
        "if url is not None and urlsplit(url).hostname not in LOOPBACK:",
        "if url is None:",
        ("tests/pure/test_settings.py",),
    ),
    Guard("words-found", "bot/jobs/screening.py", "        if blocked is None:", "        if True:", STRIKES),
    Guard("words-folded", "bot/content/terms.py", "folded = fold(text)", "folded = text", CONTENT),
    Guard(
        "words-prompts",
        "cogs/generate.py",
        "await self.bot.screening.check(typed, ",
        "await self.bot.screening.check({}, ",
        (f"{WORDS}every_text_option_is_looked_through",),
    ),
    Guard(
        "words-reasons",
        "bot/app.py",
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
    Guard("strikes-once", "bot/jobs/strikes.py", "count >= most and not blocked:", "count >= most:", STRIKES),
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
    Guard(
        "given-choices",
        "bot/ui/given.py",
        "if parameter.choices and value not in",
        "if not parameter.choices and value in",
        ("tests/whole/test_hostile.py",),
    ),
    Guard(
        "text-names-file",
        "bot/workflow/placing.py",
        'if catalogue.choices(node["class_type"], target.input) is not None:',
        "if False:",
        ("tests/pure/test_binding_choices.py", "tests/pure/test_binding_place.py"),
    ),
    Guard(
        "others-uploads",
        "bot/workflow/workflow.py",
        "    refuse_others_files(option",
        "    print(option",
        ("tests/pure/test_server_files.py",),
    ),
    Guard(
        "own-prefix",
        "bot/workflow/placing.py",
        'graph[target.node]["inputs"][target.input] = facts.prefix',
        "pass",
        ("tests/pure/test_binding_place.py",),
    ),
    Guard(
        "server-paths",
        "bot/comfy/paths.py",
        "shown = without_paths(line[: 4 * LENGTH])",
        "shown = line",
        ("tests/pure/test_comfy_errors.py",),
    ),
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
    Guard("stop-stands", "bot/jobs/changes.py", "not in {None, job.place.user_id}", "is not None", STORE),
    Guard(
        "paused", "bot/jobs/holds.py", "job.place.guild_id in self._paused_now", "False", ("tests/pure/test_holds.py",)
    ),
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
        "cogs/generate.py",
        "defer(thinking=True, ephemeral=not job.place.visible)",
        "defer(thinking=True)",
        (f"{SHOWN}only_who_asked_sees_previews_results_and_follow_ups",),
    ),
    Guard(
        "follow-ups-private",
        "bot/ui/message.py",
        "ephemeral=not place.visible, ",
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
        "overrides-shut",
        "bot/ui/permissions.py",
        "        if own is not None:\n            return own\n",
        "        if own:\n            return own\n",
        (f"{OFFERED}[a person is shut out]",),
    ),
    Guard(
        "overrides-bot-shut",
        "bot/ui/permissions.py",
        "return held.manage_messages and not forbidden",
        "return held.manage_messages",
        (f"{OFFERED}[the whole bot is shut]",),
    ),
    Guard(
        "overrides-change",
        "bot/app.py",
        "        self.permissions.forget(change.guild.id)\n",
        "        pass\n",
        (f"{OVERRIDES}a_change_holds_at_once",),
    ),
    Guard(
        "button-stop",
        "bot/ui/buttons.py",
        "require(await presser(interaction), Action.INTERRUPT, job)",
        "await presser(interaction)",
        (f"{OFFERED}[nothing is set: a member]",),
    ),
    Guard(
        "button-forged",
        "bot/ui/answering.py",
        "_known(custom_id, items) and interaction.message is not None and _holds(interaction.message, custom_id)",
        "True",
        (f"{REPORTS}a_forged_button_is_answered",),
    ),
    Guard(
        "form-outdated",
        "bot/ui/answering.py",
        "modal_submit and custom_id not in forms:",
        "modal_submit and False:",
        (f"{MENUS}a_form_from_before_a_restart_is_answered_with_a_sentence",),
    ),
    Guard(
        "form-foreign",
        "bot/ui/forms.py",
        "if interaction.user.id != self._person:",
        "if False:",
        (f"{MENUS}a_form_put_to_a_moderator_is_nobody_else_s_to_send",),
    ),
    Guard(
        "form-right-lost",
        "bot/ui/report.py",
        "require(await presser(interaction, *self._commands), Action.WARN, job)",
        "await presser(interaction)",
        (f"{MENUS}who_lost_the_right_meanwhile_cannot_send_the_form",),
    ),
    *(
        Guard(
            f"report-{verb}",
            "bot/ui/report.py",
            f"require(actor, Action.{action}, job)",
            "pass",
            (
                f"{REPORTS}members_cannot_use_a_report_s_buttons",
                f"{REPORTS}moderators_of_another_server_cannot_use_a_forged_one",
            ),
        )
        for verb, action in (("stop", "INTERRUPT"), ("remove", "WARN"), ("dismiss", "DISMISS"))
    ),
    Guard(
        "report-once",
        "bot/jobs/reports.py",
        "    if same > counted:",
        "    if False:",
        (f"{REPORTS}a_message_is_reported_once_by_each_person",),
    ),
    Guard(
        "report-hour",
        "bot/jobs/reports.py",
        "    if late >= MOST + counted:",
        "    if False:",
        (f"{REPORTS}a_person_reports_at_most_five_messages_within_an_hour",),
    ),
    Guard(
        "report-covered",
        "bot/ui/report.py",
        'lines.append(f"||{prompt}||")',
        'lines.append(str(job.values.get("prompt")))',
        (f"{REPORTS}a_report_reaches_the_moderators_with_what_they_need",),
    ),
    Guard(
        "audit-elsewhere",
        "bot/ui/audit.py",
        "found = guild.get_channel_or_thread(wanted) if guild is not None and wanted is not None else None",
        "found = self._client.get_channel(wanted) if wanted else None",
        (f"{AUDITED}another_server_s_channel_is_never_written_to",),
    ),
    Guard(
        "audit-markup",
        "bot/ui/audit.py",
        "plain(entry.reason, REASON)",
        "entry.reason",
        ("tests/pure/test_audit.py",),
    ),
    Guard(
        "menus-moderators",
        "cogs/menus.py",
        "            menu.default_permissions = MODERATORS\n",
        "            pass\n",
        (f"{MENUS}members_are_not_offered_what_is_for_moderators",),
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
        "bot-owner",
        "cogs/admin.py",
        "if not self.bot.is_owner_id(interaction.user.id):\n            raise",
        "if False:\n            raise",
        WHO,
    ),
    Guard("draft-owner", "bot/ui/drafts.py", "if not bot.is_owner_id(interaction.user.id):", "if False:", WHO),
    Guard("another's-forget", "bot/ui/forgetting.py", "if interaction.user.id != self.asker_id:", "if False:", WHO),
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
