"""What was measured against what was promised: medians, 95th percentiles, verdicts and the table of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Literal

COLUMNS = ("figure", "target", "median", "p95", "verdict")


@dataclass(frozen=True)
class Target:
    """A bound and what must keep it: the median, or every run."""

    sign: Literal["<=", ">="]
    bound: float
    by: Literal["median", "every run"] = "median"

    def met(self, values: Sequence[float]) -> bool:
        """Whether these runs keep it."""
        seen = [median(values)] if self.by == "median" else list(values)
        return all(value <= self.bound if self.sign == "<=" else value >= self.bound for value in seen)


@dataclass(frozen=True)
class Figure:
    """One row. `values` holds one number per run; without a target the row only informs."""

    name: str
    values: Sequence[float]
    target: Target | None = None
    digits: int = 0

    @property
    def missed(self) -> bool:
        return self.target is not None and not self.target.met(self.values)

    def row(self) -> tuple[str, ...]:
        """The cells, as `COLUMNS` names them."""
        target, verdict = "", ""
        if self.target is not None:
            every = ", every run" if self.target.by == "every run" else ""
            target = f"{self.target.sign} {self._text(self.target.bound)}{every}"
            verdict = "MISSED" if self.missed else "ok"
        many = len(self.values) > 1
        p95 = self._text(percentile(self.values, 95, best="high" if self._high else "low")) if many else ""
        return (self.name, target, self._text(median(self.values)), p95, verdict)

    @property
    def _high(self) -> bool:
        return self.target is not None and self.target.sign == ">="

    def _text(self, value: float) -> str:
        return f"{value:,.{self.digits}f}"


def percentile(values: Sequence[float], percent: float, *, best: Literal["low", "high"] = "low") -> float:
    """What that share of the runs kept to or bettered (nearest rank, so of ten runs the 95th is the worst)."""
    ordered = sorted(values, reverse=best == "high")
    return ordered[max(1, ceil(percent / 100 * len(ordered))) - 1]


def table(figures: Sequence[Figure]) -> str:
    """All rows under their headings."""
    rows = [COLUMNS, *(figure.row() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join("  ".join(_cells(row, widths)).rstrip() for row in rows)


def _cells(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    numbers = {2, 3}
    return [
        cell.rjust(width) if column in numbers else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
