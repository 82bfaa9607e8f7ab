"""A folder is read when it has come to rest."""

from __future__ import annotations

from itertools import count

from bot.watching import PATIENCE, settled


async def test_what_still_moves_is_waited_for() -> None:
    states = iter(["one file", "two files", "three files", "three files", "later"])

    assert await settled(lambda: next(states), quiet=0) == "three files"
    assert next(states) == "later"


async def test_what_never_rests_is_read_all_the_same() -> None:
    states = count()

    assert await settled(lambda: next(states), quiet=0) == PATIENCE
