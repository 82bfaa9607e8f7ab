"""Stop signals reach the loop, whatever it waits for."""

from __future__ import annotations

import asyncio
import signal

from bot.signals import on_stop_signals


async def test_a_signal_wakes_a_loop_that_waits_for_nothing_else() -> None:
    stopped = asyncio.Event()

    with on_stop_signals(stopped.set):
        signal.raise_signal(signal.SIGTERM)
        async with asyncio.timeout(5):
            await stopped.wait()

    assert stopped.is_set()


async def test_every_signal_counts() -> None:
    heard: asyncio.Queue[None] = asyncio.Queue()

    with on_stop_signals(lambda: heard.put_nowait(None)):
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.raise_signal(number)
            async with asyncio.timeout(5):
                await heard.get()

    assert heard.empty()


async def test_handlers_are_as_before_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    with on_stop_signals(lambda: None):
        during = signal.getsignal(signal.SIGTERM)

    assert during is not before[1]
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before
