"""Buttons, menus, forms, reports and the audit."""

from __future__ import annotations

from tests.mutants.guard import Guard

OVERRIDES = "tests/whole/test_overrides.py::test_"
MENUS = "tests/whole/test_menus.py::test_"
REPORTS = "tests/whole/test_reports.py::test_"
AUDITED = "tests/whole/test_audit_channel.py::test_"
OFFERED = f"{OVERRIDES}a_button_asks_for_what_discord_asks_for"

GUARDS: tuple[Guard, ...] = (
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
        'text=f"||{prompt}||"',
        'text=str(job.values.get("prompt"))',
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
)
