"""One guard: where it is, what is left without it, who notices."""

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
