"""No words reach people but through the catalogues."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.catalogues.extracting import ROOT
from tests.catalogues.literals import found, packages

#: whose words are not ours to translate, or are nobody's to read in Discord
ELSEWHERE = {
    "bot/__main__.py": "the command line, before anybody's language is known",
    "bot/settings.py": "the command line, before anybody's language is known",
    "bot/addresses.py": "the command line, before anybody's language is known",
    "bot/backends_file.py": "what is the matter with the operator's file, for the log",
    "bot/cloud": "what servers and sockets say, in their words; the sentences around it are in bot/errors.py",
    "bot/fleet": "what processes of the operator's say of each other, for the log, and names of tasks",
    "bot/comfy": "what servers and sockets say, in their words; the sentences around it are in bot/errors.py",
    "bot/asking.py": "what servers and sockets say, in their words",
    "bot/media": "why a file's bytes were left alone, for the log",
    "bot/content": "what is the matter with the operator's files, for the log",
    "bot/helper.py": "what a language model is asked for",
    "bot/jobs/postgres.py": "what a PostgreSQL says, in its words; the sentences are in the catalogues",
    "bot/metrics/names.py": "what metrics mean, which a Prometheus shows in English",
    "bot/metrics/health.py": "for whoever runs the bot, beside those",
    "bot/metrics/monitor.py": "the name of a task",
    "bot/metrics/watched.py": "the name of a task",
    "bot/playground": "the stand-in for Discord, whose errors are in English",
    "bot/jobs/migrations": "SQL",
    "bot/workflow/core.py": "the inputs of ComfyUI's nodes",
}
#: single ones, by file and how they begin
ALLOWED = {
    ("bot/jobs/absence.py", "strays of"): "the name of a task",
    ("bot/jobs/changes.py", "job "): "a mistake of ours",
    ("bot/jobs/changes.py", "upload slots"): "the name of a lock",
    ("bot/jobs/hurry.py", "answer until"): "the name of a variable",
    ("bot/jobs/hurry.py", "somebody asked"): "the name of a variable",
    ("bot/jobs/judging.py", "it is to judge"): "for the log",
    ("bot/jobs/rows.py", "a job has no"): "a mistake of ours",
    ("bot/jobs/store.py", "only {} say"): "a mistake of ours",
    ("bot/jobs/store.py", "job {} is"): "a mistake of ours",
    ("bot/jobs/tables.py", " has no time zone"): "a mistake of ours",
    ("bot/jobs/transactions.py", "in progress"): "what PostgreSQL says of a transaction",
    ("bot/jobs/wording.py", "style suffix"): "a key in the database",
    ("bot/keeper.py", "workflow switches"): "a key in the database",
    ("bot/ui/answering.py", "a form that"): "for the log",
    ("bot/ui/answering.py", "an unknown button"): "for the log",
    ("bot/ui/audit.py", "it is gone"): "for the log",
    ("bot/ui/buttons.py", "the button "): "for the log",
    ("bot/ui/forms.py", "the form "): "for the log",
    ("bot/workflow/entry.py", "left out"): "a state, which `bot/ui/workflows.py` has words for",
    ("bot/workflow/json_members.py", "Extra data"): "what Python's own reader says",
}


def test_no_words_bypass_the_catalogues() -> None:
    """When this fails: write `_("…")`, or `N_("…")` where nobody is asking yet, then `make messages`."""
    bypassing = [
        f"{name}:{line}: {text!r}"
        for path in packages("bot", "cogs")
        if not (name := path.relative_to(ROOT).as_posix()).startswith(tuple(ELSEWHERE))
        for line, text in found(path)
        if not any(name == where and text.startswith(beginning) for where, beginning in ALLOWED)
    ]

    assert not bypassing


def test_nothing_is_allowed_that_is_not_there() -> None:
    there = [
        (path.relative_to(ROOT).as_posix(), text)
        for path in packages(*{name for name, _beginning in ALLOWED})
        for _line, text in found(path)
    ]

    for name, beginning in ALLOWED:
        assert any(name == where and text.startswith(beginning) for where, text in there), (name, beginning)


@pytest.mark.parametrize(
    ("line", "caught"),
    [
        ('tell(interaction, "Hello")', True),
        ('tell(interaction, f"Hello {name}")', True),
        ('ui.TextDisplay("Hello " + name)', True),
        ('ui.Button(label="Stop")', True),
        ('ui.Button(label=_("Stop"))', False),
        ('ui.Button(label=f"{count} Stop")', True),
        ('ui.TextInput(custom_id="the reason why", placeholder="Why")', True),
        ('return "Nothing is left."', True),
        ('return _("Nothing is left.")', False),
        ('return f"{count} are left"', True),
        ('return f"<@{user}> · `/{name}`"', False),
        ('raise ValueError("It is too large")', True),
        ('raise TypeError("It is too large")', False),
        ('log.info("it went well, %s", name)', False),
        ('label = "stop" if stopping else N_("Go on")', False),
        ('label = "Stop it" if stopping else N_("Go on")', True),
        ('@app_commands.describe(job="Which")\nasync def cancel(): ...', True),
        ('"""What it does."""', False),
    ],
)
def test_words_in_quotes_are_found(line: str, caught: bool, tmp_path: Path) -> None:
    path = tmp_path / "code.py"
    path.write_text(line, encoding="utf-8")

    assert bool(list(found(path))) is caught
