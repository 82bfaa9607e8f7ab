"""SIGKILL at named moments of a job's life: after the next start there is one result each, never two.

Each case kills a real process from inside a hook of one of the two servers, while several jobs are under way. A seed,
shown with a failure, chooses which of them the moment is about; CRASH_SEED tries another.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from bot.comfy.simulator import Simulator
from bot.jobs.job import Job, JobState
from bot.jobs.store import Store
from bot.playground import Answer, DiscordServer, Message
from tests.whole.conftest import stoppable
from tests.whole.crashes import DELIVERED, POINTS, Happening, Point, watch
from tests.whole.processes import PATIENCE, WarmBot, offline, settings

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")

SEED = int(os.environ.get("CRASH_SEED", "2026"))
PEOPLE = ("alice", "bob", "mona", "olivia")
MANY = 12  # pictures: two more than one message holds


class Crash:
    """Each person asks for a picture; the bot dies at the point, and is started again."""

    def __init__(self, server: DiscordServer, comfyui: Simulator, folder: Path, point: Point, seed: int) -> None:
        self.server = server
        self.comfyui = comfyui
        self.point = point
        self.target = random.Random(seed).choice(point.among)
        self.answers: list[Answer | None] = []
        self._database = f"sqlite+aiosqlite:///{folder / 'data' / 'easel.db'}"
        self._bot = WarmBot(settings(server, comfyui.url, folder / "data"), folder)
        self._dead = asyncio.Event()
        self._marks = {self._prompt(self.target)}
        self._id: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._left = self.target + 1 if point.in_turn else point.nth
        watch(server, comfyui, self._look)

    async def run(self) -> None:
        """Until the bot is dead."""
        self.comfyui.hold()
        await self._bot.start(self.server)
        for number in range(len(PEOPLE)):
            if not self._dead.is_set():
                self.answers.append(await self._ask(number))
        if self.point.cancels:
            await self._cancel()
        else:
            self.comfyui.release()
        if not self.point.what:
            await self._bot.output.wait(self.point.after.format(id=await self._id))
            self._kill()
        async with asyncio.timeout(PATIENCE):
            await self._dead.wait()
        await self._bot.end()
        await offline(self.server)

    async def recover(self) -> None:
        """Started again, until every job is delivered."""
        if self.point.forgets:
            await self.comfyui.restart()
        left = [f"job {job.id} delivered" for job in (await self.jobs()).values() if not job.delivered]
        await self._bot.start(self.server)
        if self.point.cancels:
            async with asyncio.timeout(PATIENCE):
                await self.comfyui.wait_for("interrupted")
        self.comfyui.release()
        await self._bot.output.wait(*left)
        self._bot.kill()
        await self._bot.end()

    def close(self) -> None:
        """Nothing of it runs on."""
        self._bot.kill()

    async def jobs(self) -> dict[int, Job]:
        """What is stored while no bot runs, by the number of who asked."""
        store = await Store.open(self._database)
        try:
            found = await store.select(states=JobState)
        finally:
            await store.close()
        return {int(str(job.values["prompt"])[-1]): job for job in found}

    async def _ask(self, number: int) -> Answer | None:
        """None where the bot died without an answer."""
        count = MANY if self.point.many and number == self.target else 1
        options = {"prompt": self._prompt(number), "count": count, "size": "256x256", "steps": 2}
        asking = asyncio.create_task(
            self.server.person(PEOPLE[number]).slash("imagine", timeout=PATIENCE, values=options)
        )
        dying = asyncio.create_task(self._dead.wait())
        await asyncio.wait([asking, dying], return_when=asyncio.FIRST_COMPLETED)
        dying.cancel()
        if self._dead.is_set():
            await asyncio.wait([asking], timeout=0.2)  # answered in the last moment, or never
        if not asking.done() or asking.result().failed:
            asking.cancel()
            return None
        answer = asking.result()
        if number == self.target:
            self._marks |= {answer.interaction.token, str(answer.message.id)}
        return answer

    async def _cancel(self) -> None:
        answer = self.answers[self.target]
        assert answer is not None
        message = await answer.message.wait(lambda message: bool(message.buttons))
        await self.server.person(PEOPLE[self.target]).click(message, "Cancel")

    async def _look(self, seen: Happening) -> None:
        self._learn(seen)
        if self._dead.is_set() or not self._is_it(seen):
            return
        if self.point.after:
            await self._bot.output.wait(self.point.after.format(id=await self._id))
        self._left -= 1
        if self._left <= 0 and not self._dead.is_set():
            self._kill()
            if " request " in seen.what or " http " in seen.what:
                raise ConnectionError  # it never arrived

    def _kill(self) -> None:
        self._bot.kill()
        self._dead.set()

    def _is_it(self, seen: Happening) -> bool:
        about = self.point.in_turn or any(mark in seen.about for mark in self._marks)
        return seen.what == self.point.what and about

    def _learn(self, seen: Happening) -> None:
        """The prompt names the job where it is sent; from then on it is known by its id."""
        if seen.what == "comfyui http prompt" and self._prompt(self.target) in seen.about:
            found = re.search(r"'prompt_id': '([0-9a-f-]{36})'", seen.about)
            assert found is not None
            self._marks.add(found[1])
            if not self._id.done():
                self._id.set_result(found[1])

    def _prompt(self, number: int) -> str:
        return f"fox number {number}"


@pytest.mark.parametrize("name", POINTS)
async def test_a_kill_leaves_one_result_each(
    name: str, discord_server: DiscordServer, comfyui: Simulator, tmp_path: Path
) -> None:
    seed = SEED + list(POINTS).index(name)
    crash = Crash(discord_server, comfyui, tmp_path, POINTS[name], seed)

    try:
        await crash.run()
        killed = await crash.jobs()
        await crash.recover()
        jobs = await crash.jobs()
    finally:
        crash.close()

    note = f"seed {seed}, job {crash.target}"
    assert killed[crash.target].state is crash.point.state, note
    assert killed[crash.target].delivered is (crash.point.after == DELIVERED), note
    assert jobs.keys() == killed.keys() >= {n for n, answer in enumerate(crash.answers) if answer is not None}, note
    assert all(job.delivered for job in jobs.values()), note
    for number, job in jobs.items():
        _check(crash, number, job)
    messages = discord_server.messages("general")
    expected = sum(2 if job.values["count"] == MANY else 1 for job in jobs.values())
    assert len(messages) == expected, [message.text for message in messages]
    assert not [message.text for message in messages if message.loading or stoppable(message)], note


def _check(crash: Crash, number: int, job: Job) -> None:
    """One result in the right message for the right person, and one run."""
    answer = crash.answers[number]
    messages = crash.server.messages("general")
    mine = [message for message in messages if _files(message, job)]
    cancelled = crash.point.cancels and number == crash.target
    files = Counter(name for message in mine for name in _files(message, job))
    shown = [message for message in messages if str(job.values["prompt"]) in message.text]
    runs = crash.comfyui.executed.count(job.id)

    assert job.state is (JobState.CANCELLED if cancelled else JobState.DONE)
    assert len(files) == (0 if cancelled else job.values["count"])
    assert set(files.values()) <= {1}, files
    assert len(shown) == 1
    assert f"<@{crash.server.person(PEOPLE[number]).id}>" in shown[0].text
    assert answer is None or shown == [answer.message]
    assert runs == 1 or (crash.point.forgets and runs == 2)


def _files(message: Message, job: Job) -> list[str]:
    return [file.name for file in message.files if file.name.startswith(f"easel-{job.id[:8]}-")]
