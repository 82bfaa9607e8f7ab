"""A folder is read when it has come to rest."""

from __future__ import annotations

from contextlib import aclosing
from itertools import count

from bot.watching import PATIENCE, changes, settled


async def test_what_still_moves_is_waited_for() -> None:
    states = iter(["one file", "two files", "three files", "three files", "later"])

    assert await settled(lambda: next(states), quiet=0) == "three files"
    assert next(states) == "later"


async def test_what_never_rests_is_read_all_the_same() -> None:
    states = count()

    assert await settled(lambda: next(states), quiet=0) == PATIENCE


async def test_what_was_read_already_is_no_change() -> None:
    """Whoever read it: what is found is compared with what is known at that moment."""
    states = iter([*["new"] * 3, *["new"] * 3, *["new"] * 4, *["newer"] * 3])
    read = ["old"]
    async with aclosing(changes(lambda: next(states), lambda: read[-1], every=0, quiet=0)) as found:
        unread = [await anext(found) for _time in range(2)]
        read.append("new")
        later = await anext(found)

    assert unread == ["new", "new"]
    assert later == "newer"
