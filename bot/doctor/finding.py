"""What the doctor found: a line each, with a mark in front."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Mark(StrEnum):
    #: all is well
    GOOD = "✓"
    #: it works, but not as it might
    DOUBTFUL = "!"
    #: it does not work
    BAD = "✗"


_PLAIN = {Mark.GOOD: "+", Mark.DOUBTFUL: "!", Mark.BAD: "x"}


@dataclass(frozen=True)
class Finding:
    """`text` says what there is and, where it is not good, what to do."""

    mark: Mark
    subject: str
    text: str


def good(subject: str, text: str) -> Finding:
    return Finding(Mark.GOOD, subject, text)


def doubtful(subject: str, text: str) -> Finding:
    return Finding(Mark.DOUBTFUL, subject, text)


def bad(subject: str, text: str) -> Finding:
    return Finding(Mark.BAD, subject, text)


def lines(findings: Iterable[Finding], alphabet: str = "utf-8") -> Iterator[str]:
    """One line for each, whatever is in its text; with plain marks where a terminal's alphabet has no others."""
    try:
        "".join(Mark).encode(alphabet)
    except UnicodeEncodeError:
        marks = _PLAIN
    else:
        marks = {mark: str(mark) for mark in Mark}
    yield from (f"{marks[found.mark]} {found.subject}: {' '.join(found.text.split())}" for found in findings)
