"""A database that fails for longer than anybody is patient: the bot stays, and goes on when it is back."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

from bot.comfy.simulator import Simulator
from bot.jobs.job import JobState
from bot.playground import DiscordServer
from tests.whole.conftest import Easel, finished, listed


class Trouble(logging.Handler):
    """`heard` is set once something went wrong that is tried again."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.heard = asyncio.Event()

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.set()


@contextmanager
def trouble() -> Iterator[asyncio.Event]:
    """Set when the bot says that it had some."""
    handler = Trouble()
    logging.getLogger("bot.tasks").addHandler(handler)
    try:
        yield handler.heard
    finally:
        logging.getLogger("bot.tasks").removeHandler(handler)


@contextmanager
def gone(easel: Easel) -> Iterator[None]:
    """Every question about a job is an error, as of a disk that is full or a server that does not come back."""
    path = easel.folder / "easel.db"

    def rename(old: str, new: str) -> None:
        with closing(sqlite3.connect(path, timeout=10)) as database, database:
            database.execute("PRAGMA legacy_alter_table = ON")
            database.execute(f"ALTER TABLE {old} RENAME TO {new}")

    rename("jobs", "elsewhere")
    try:
        yield
    finally:
        rename("elsewhere", "jobs")


async def test_showing_who_waits_survives_it(easel: Easel, discord_server: DiscordServer, comfyui: Simulator) -> None:
    comfyui.hold()
    async with easel.running() as bot:
        await listed(bot)
        alice = discord_server.person("alice")
        messages = [(await alice.slash("imagine", prompt=f"fox {number}")).message for number in range(4)]
        with gone(easel), trouble() as heard:
            comfyui.faults.down = True
            comfyui.drop_sockets()
            await asyncio.wait_for(heard.wait(), 10)
        comfyui.faults.down = False
        comfyui.release()
        for message in messages:
            await message.wait(finished, timeout=30)

    assert [job.state for job in await easel.jobs()] == [JobState.DONE] * 4
