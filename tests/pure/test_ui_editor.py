"""One message's edits: the latest state, one at a time, none lost."""

from __future__ import annotations

import asyncio

from bot.ui.editor import Editor
from bot.ui.page import Page


class Screen:
    """Takes pages as Discord would; `open` lets them arrive, `fails` that many do not."""

    def __init__(self, *, fails: int = 0) -> None:
        self.shown: list[str] = []
        self.busy = asyncio.Event()
        self.open = asyncio.Event()
        self.open.set()
        self.fails = fails

    async def send(self, page: Page) -> bool:
        self.busy.set()
        await self.open.wait()
        if self.fails:
            self.fails -= 1
            return False
        self.shown.append(page.header)
        return True


async def test_states_that_come_while_one_is_sent_are_one() -> None:
    screen = Screen()
    screen.open.clear()
    editor = Editor(screen.send, pace=0.0)

    editor.update(lambda: Page("first"))
    await screen.busy.wait()
    for number in range(50):
        editor.update(lambda number=number: Page(f"{number}"))  # type: ignore[misc]  # a default makes each its own
    screen.open.set()
    await editor.flush()

    assert screen.shown[-1] == "49"
    assert len(screen.shown) <= 2


async def test_the_same_state_is_sent_once() -> None:
    screen = Screen()
    editor = Editor(screen.send, pace=0.0)

    for _turn in range(3):
        editor.update(lambda: Page("same"))
        await editor.flush()

    assert screen.shown == ["same"]


async def test_a_flush_shows_what_rests() -> None:
    screen = Screen()
    editor = Editor(screen.send, pace=3600.0)
    editor.update(lambda: Page("first"))
    await screen.busy.wait()
    editor.update(lambda: Page("second"))

    await editor.flush()

    assert screen.shown == ["first", "second"]


async def test_a_state_that_did_not_arrive_is_not_taken_for_shown() -> None:
    screen = Screen(fails=1)
    editor = Editor(screen.send, pace=0.0)
    editor.update(lambda: Page("state"))
    await screen.busy.wait()

    await editor.flush()
    await editor.flush()

    assert screen.shown == ["state"]


async def test_nothing_is_sent_once_it_is_closed() -> None:
    screen = Screen()
    editor = Editor(screen.send, pace=3600.0)
    editor.update(lambda: Page("first"))
    await screen.busy.wait()
    editor.update(lambda: Page("resting"))

    await editor.close()
    editor.update(lambda: Page("late"))

    assert screen.shown == ["first"]


async def test_closing_lets_an_edit_under_way_arrive_first() -> None:
    screen = Screen()
    screen.open.clear()
    editor = Editor(screen.send, pace=0.0)
    editor.update(lambda: Page("first"))
    await screen.busy.wait()
    closing = asyncio.create_task(editor.close())
    await asyncio.sleep(0)

    screen.open.set()
    await closing

    assert screen.shown == ["first"]
