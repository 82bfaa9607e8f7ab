"""Amounts as each language writes them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.numerals import MIB, duration, mebibytes, number, percent
from bot.text import speaking

SPACE = "\N{NO-BREAK SPACE}"
NARROW = "\N{NARROW NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en-US", ["1,234,567", "0.125", "2", "50%", "4.0 s", "9.5"]),
        ("it", ["1,234,567", "0.125", "2", "50%", "4.0 s", "9.5"]),
        ("de", ["1.234.567", "0,125", "2", f"50{SPACE}%", "4,0 s", "9,5"]),
        ("fr", [f"1{NARROW}234{NARROW}567", "0,125", "2", f"50{SPACE}%", "4,0 s", "9,5"]),
    ],
)
def test_amounts_are_written_as_the_sentence_s_language_does(locale: str, said: list[str]) -> None:
    """Those without a catalogue are in English, as their sentences are."""
    with speaking(locale):
        written = [number(1234567), number(0.125), number(2.0), percent(0.509), duration(4), mebibytes(9.5 * MIB)]

    assert written == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (10, "10 s"), (59.4, "59 s"), (65, "1 min 5 s"), (3725, "1 h 2 min")],
)
def test_a_span_of_time_has_two_units_at_most(seconds: float, said: str) -> None:
    assert duration(seconds) == said


@pytest.mark.parametrize(("fraction", "said"), [(0, "0%"), (0.999, "99%"), (1, "100%")])
def test_only_all_of_it_is_a_hundred_percent(fraction: float, said: str) -> None:
    assert percent(fraction) == said


def test_english_loads_no_locale_data() -> None:
    code = (
        "import sys; from bot.numerals import *; number(1234.5), percent(0.5), duration(4); "
        "sys.exit(any(name.startswith('babel') for name in sys.modules))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
