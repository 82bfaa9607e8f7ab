"""Stop signals on every system: Windows has no `add_signal_handler`."""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

NAMES = ("SIGINT", "SIGTERM", "SIGBREAK")


@contextmanager
def on_stop_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call `stop` in the running loop for Ctrl+C, SIGTERM and Windows' Ctrl+Break; must be used in the main thread."""
    loop = asyncio.get_running_loop()
    numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
    with _waking(loop):
        before = {number: signal.getsignal(number) for number in numbers}
        for number in numbers:
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def _waking(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Python runs a handler between two steps of ours, and an idle selector on Windows takes none: a signal writes
    into a socket that the loop reads."""
    ours, signals = socket.socketpair()
    with ours, signals:
        ours.setblocking(False)
        signals.setblocking(False)
        before = signal.set_wakeup_fd(signals.fileno(), warn_on_full_buffer=False)
        loop.add_reader(ours, ours.recv, 4096)
        try:
            yield
        finally:
            loop.remove_reader(ours)
            signal.set_wakeup_fd(before)
