"""A server's settings in words, and what of them cannot work."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.jobs.rules import Limits, Rules, Visibility, WorkflowRule
from bot.jobs.servers import Server
from bot.ui.people import CONTENT
from bot.ui.rules import in_parts, limits_text, limits_words, rules_lines, words_lines
from bot.ui.warnings import limit_warnings, word_warnings
from bot.workflow.library import Library

SHIPPED = Path(__file__).parents[2] / "workflows"


def test_every_rule_is_told() -> None:
    rules = Rules(
        channels=frozenset({1, 2}),
        roles=frozenset({3}),
        limits=Limits(hour=5, pixels=2**20),
        by_role={3: Limits(hour=0, weight=2.5), 4: Limits()},
        workflows={"imagine": WorkflowRule(roles=frozenset({3}), cooldown=30), "remix": WorkflowRule(cooldown=0)},
        budget=4.5,
        results=Visibility.EPHEMERAL,
        audit_channel=7,
        language="de",
        words=("b*d", "two words"),
        strikes=3,
        strike_minutes=10,
    )
    lines = list(rules_lines(Server(rules, paused_by=9), Rules(limits=Limits(waiting=10, hour=1, day=0))))

    assert lines == [
        "⏸️ Paused by <@9>: jobs wait until `/jobs resume`.",
        "Jobs may be asked for in: <#1>, <#2>",
        "Only these may ask for jobs: <@&3>",
        "Limits for everybody: `hour` 5, `size` 1024x1024 (whoever runs the bot set: `waiting` 10)",
        "Limits for <@&3>: `hour` without limit, `weight` 2.5",
        "Limits for <@&4>: as for everybody",
        "`/imagine` for <@&3>, once in 30 s",
        "`/remix` for everybody",
        "Paid workflows may cost 4.5 within 24 hours.",
        "Only who asked sees a result.",
        "What moderators do is written into <#7>.",
        "Public messages are in this language: `de`",
        "2 terms are blocked here: ||b\\*d|| ||two words||",
        "3 texts with blocked terms within 24 hours block a person for 10 minutes.",
    ]


def test_what_is_not_set_here_is_told_as_the_operator_s() -> None:
    defaults = Rules(budget=2, results=Visibility.SPOILER, strikes=1, strike_minutes=60)
    lines = list(rules_lines(Server(), defaults))

    assert "Paid workflows may cost 2 within 24 hours. (not set here)" in lines
    assert "Everybody in the channel sees results, covered until they click. (not set here)" in lines
    assert "A blocked term within 24 hours blocks a person for 60 minutes. (not set here)" in lines
    assert limits_text(None, Rules(), Rules()) == "Limits for everybody: none set here"


def test_a_size_that_is_no_square_is_told_in_pixels() -> None:
    assert limits_words(Limits(pixels=768 * 512)) == "`size` 393,216 pixels"


def test_two_hundred_long_terms_come_in_messages_that_discord_takes() -> None:
    words = tuple(f"{number:03}{'*' * 97}" for number in range(20)) + tuple(map(str, range(180)))
    lines = list(words_lines(Rules(words=words)))
    parts = in_parts(lines)

    assert max(map(len, parts)) <= CONTENT
    assert "\n".join(parts) == "\n".join(lines)
    assert sum(line.count(" ||") for line in lines) == 200


def test_what_does_not_fit_is_said_and_long_lines_are_cut() -> None:
    parts = in_parts(["x" * 3000] * 7)

    assert [len(part) for part in parts[:-1]] == [CONTENT] * 4
    assert parts[-1].startswith("… and more")
    assert in_parts([]) == []


def test_terms_cannot_break_out_of_their_cover_or_ping() -> None:
    (line,) = words_lines(Rules(words=("||@everyone", "<@1>\u202e")))

    assert line == "2 terms are blocked here: ||\\|\\|\\@everyone|| ||\\<\\@1\\>||"


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(day=5), ["The limit per day is lower"]),
        (Limits(hour=30), ["The limit per day is lower"]),
        (Limits(waiting=1), ["`waiting` counts running jobs too"]),
        (Limits(day=0), []),
        (Limits(steps=5), []),
    ],
)
def test_limits_that_never_count_are_warned_of(limits: Limits, said: list[str]) -> None:
    defaults = Limits(hour=10, day=20, running=2, waiting=3)
    found = list(limit_warnings(limits, defaults, []))

    assert len(found) == len(said)
    assert all(part in warning for part, warning in zip(said, found, strict=True))


def test_limits_below_what_a_workflow_takes_by_itself_are_warned_of() -> None:
    library = Library(SHIPPED)
    library.load()
    shipped = [entry.variants[0] for entry in library.entries.values()]
    steps = list(limit_warnings(Limits(steps=2), Limits(), shipped))
    size = list(limit_warnings(Limits(pixels=512 * 512), Limits(), shipped))

    assert len(steps) == 1
    assert steps[0].startswith("⚠️ These take more by themselves")
    assert "`steps`" in steps[0]
    assert "`/imagine`" in steps[0]
    assert "`size`" in size[0]
    assert list(limit_warnings(Limits(steps=10_000, pixels=10**9, count=100), Limits(), shipped)) == []
    assert list(limit_warnings(Limits(steps=0, pixels=0), Limits(), shipped)) == []


def test_terms_that_block_nothing_or_everything_are_warned_of() -> None:
    assert [warning.split()[1] for warning in word_warnings(["bad", "***", "a*", "*a*", "b*d"])] == [
        "`***`",
        "`a*`",
        "`*a*`",
    ]
