"""What comes in from outside and what goes out: files, logs, addresses, graphs."""

from __future__ import annotations

from tests.mutants.guard import Guard

CDN = ("tests/wire/test_cdn.py",)
ARRIVALS = ("tests/pure/test_media_arrivals.py",)
LOGS = ("tests/pure/test_logs.py",)
NAMES = ("tests/whole/test_upload_names.py",)
WHO = ("tests/whole/test_who_may.py",)

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
    Guard("upload-cached", "bot/workflow/placing.py", '["inputs"][_OWNER] =', "[_OWNER] =", NAMES),
    Guard("upload-slot", "bot/jobs/changes.py", "if slot not in taken", "if slot not in ()", NAMES),
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
        "bot-owner",
        "cogs/admin.py",
        "if not self.bot.is_owner_id(interaction.user.id):\n            raise",
        "if False:\n            raise",
        WHO,
    ),
    Guard("draft-owner", "bot/ui/drafts.py", "if not bot.is_owner_id(interaction.user.id):", "if False:", WHO),
)
