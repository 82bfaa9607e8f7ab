"""Everything a test printed or logged, exceptions too, is searched for what nobody may read there."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from bot.logs import TOKENS

#: the token of every bot on the loopback Discord
TOKEN = "playground-token"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """After a test's own verdict: it fails at its end where something secret was told."""
    report = yield
    if call.when == "teardown" and report.passed and (told := list(secrets_in(report.sections))):
        report.outcome = "failed"
        report.longrepr = "\n".join(("something secret was told:", *told))
    return report


def secrets_in(sections: list[tuple[str, str]]) -> Iterator[str]:
    """The lines, each behind what it was captured from, that hold a token of the bot's or of an interaction."""
    for name, text in sections:
        for line in text.splitlines():
            if TOKEN in line or TOKENS.search(line):
                yield f"{name}: {line}"
