"""Amounts, shares, sizes and spans of time as the current language writes them.

Not for what is typed back or names something: options, seeds, ids. English needs no locale data, so a bot that speaks
nothing else does not load any.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from bot.text import _, language

if TYPE_CHECKING:
    from babel import Locale

MIB = 2**20


def number(value: float, digits: int = 3) -> str:
    """`1,234.5`: grouped, rounded to at most so many decimals."""
    if language() == "en":
        written = f"{value:,.{digits}f}"
        return written.rstrip("0").rstrip(".") if digits else written
    return _decimal(value, f"#,##0.{'#' * digits}" if digits else "#,##0")


def percent(fraction: float) -> str:
    """`50%`; 100% only for all of it."""
    share = int(fraction * 100)
    if language() == "en":
        return f"{share}%"
    from babel.numbers import format_percent

    return format_percent(share / 100, locale=_locale(language()))


def mebibytes(size: float) -> str:
    """`9.5`: of so many bytes, the number alone; sentences have the unit."""
    return number(size / MIB, 1)


def duration(seconds: float) -> str:
    """`4.2 s`, `1 min 5 s`, `1 h 2 min`."""
    if seconds < 10:
        return _("{seconds} s").format(seconds=_tenths(seconds))
    whole = round(seconds)
    if whole < 60:
        return _("{seconds} s").format(seconds=whole)
    if whole < 3600:
        return _("{minutes} min {seconds} s").format(minutes=whole // 60, seconds=whole % 60)
    return _("{hours} h {minutes} min").format(hours=number(whole // 3600), minutes=whole % 3600 // 60)


def _tenths(value: float) -> str:
    return f"{value:.1f}" if language() == "en" else _decimal(value, "0.0")


def _decimal(value: float, pattern: str) -> str:
    from babel.numbers import format_decimal

    return format_decimal(value, format=pattern, locale=_locale(language()))


@cache
def _locale(name: str) -> Locale:
    from babel import Locale

    return Locale.parse(name, sep="-")
