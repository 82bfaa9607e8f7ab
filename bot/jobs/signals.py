"""What processes with one database tell each other, in the transaction of the change itself."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Self

from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.comfy.backoff import backoff
from bot.jobs.outage import Outage
from bot.jobs.postgres import conninfo

log = logging.getLogger(__name__)

CHANNEL = "easel"
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds between two tries to listen

_NOTIFY = text("SELECT pg_notify(:channel, said) FROM unnest(CAST(:payloads AS text[])) AS said")


class Kind(StrEnum):
    #: a job came, changed its state or its place in the order, or went; its id
    JOB = "job"
    #: somebody wants a job stopped that is on a backend; its id
    STOP = "stop"
    #: a Discord server's rules changed, or whether it is paused; its id
    RULES = "rules"
    #: somebody was blocked, or is no longer; no id
    BLOCKS = "blocks"
    #: who holds a backend, whether it is paused, or what is known of it; its name
    BACKENDS = "backends"
    #: workflows were turned on or off; no id
    SWITCHES = "switches"
    #: somebody wants to be forgotten; their id
    FORGET = "forget"
    #: a job's message may show what is past, so whoever shows it draws it again; its id
    DRAW = "draw"
    #: somebody asks for what only the holder of a backend can get; the errand's id
    ERRAND = "errand"
    #: something was noted by a process that cannot write it into the audit channel; its number
    AUDIT = "audit"
    #: it was got, or cannot be had; the errand's id
    ANSWER = "answer"


@dataclass(frozen=True)
class Signal:
    """Which of its kind changed: what it is now stands in the database."""

    kind: Kind
    id: str = ""

    @property
    def payload(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def read(cls, payload: str) -> Self | None:
        """None for what is none: a newer Easel's, say."""
        kind, _colon, changed = payload.partition(":")
        return cls(Kind(kind), changed) if kind in list(Kind) else None


#: the id that a signal came with; None: any may have changed
Reread = Callable[[str | None], Awaitable[None]]
OnSignal = Callable[[Signal], Awaitable[None]]
OnReconnect = Callable[[], Awaitable[None]]


async def tell(connection: AsyncConnection, kind: Kind, *changed: object) -> None:
    """All processes, this one too, as soon as the transaction holds, and never where it does not."""
    if connection.dialect.name == "postgresql":
        payloads = [Signal(kind, str(each)).payload for each in changed or ("",)]
        await connection.execute(_NOTIFY, {"channel": CHANNEL, "payloads": payloads})


class Signals:
    """What others tell. `address` is that of the database; None where nobody else is at it."""

    def __init__(self, address: URL | None) -> None:
        self._address = address
        self._readers: dict[Kind, list[Reread]] = defaultdict(list)

    def when(self, kind: Kind, reread: Reread) -> None:
        """`follow` calls it for each signal of that kind, one at a time, and whenever some may have been missed."""
        self._readers[kind].append(reread)

    async def follow(self) -> None:
        """Call whoever said `when`, until cancelled."""
        await self.serve(self._pass_on, self._reread_all)

    async def _pass_on(self, signal: Signal) -> None:
        for reread in self._readers[signal.kind]:
            await reread(signal.id)

    async def _reread_all(self) -> None:
        for readers in list(self._readers.values()):
            for reread in readers:
                await reread(None)

    async def serve(self, on_signal: OnSignal, on_reconnect: OnReconnect) -> None:
        """Until cancelled. `on_reconnect` is called before the first signal and after each gap in which some may have
        been missed: all may have changed. Where one of the two raises, there is such a gap."""
        if self._address is None:
            await asyncio.get_running_loop().create_future()
            return
        pauses = backoff(Random(), first=FIRST_PAUSE, ceiling=LONGEST_PAUSE)  # noqa: S311 - not a secret

        outage = Outage("what other processes say")

        def heard() -> None:
            nonlocal pauses
            outage.over(asyncio.get_running_loop().time())
            pauses = backoff(Random(), first=FIRST_PAUSE, ceiling=LONGEST_PAUSE)  # noqa: S311 - not a secret

        while True:
            try:
                await self._listen(self._address, on_signal, on_reconnect, heard)
            except Exception as error:  # a reader's fault, too, must not end what all others hear
                outage.lost(type(error).__name__)
                log.debug("the reason", exc_info=True)
            await asyncio.sleep(next(pauses))

    async def _listen(
        self, address: URL, on_signal: OnSignal, on_reconnect: OnReconnect, heard: Callable[[], None]
    ) -> None:
        import psycopg

        async with await psycopg.AsyncConnection.connect(**conninfo(address), autocommit=True) as connection:
            await connection.execute(f"LISTEN {CHANNEL}".encode())
            await on_reconnect()  # after LISTEN: what changes meanwhile is told
            heard()
            async with aclosing(connection.notifies()) as notes:
                async for note in notes:
                    if (signal := Signal.read(note.payload)) is not None:
                        await on_signal(signal)
