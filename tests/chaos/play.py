"""One run: people ask, things break, and in the end everybody has what they asked for, once."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from itertools import count

from bot.jobs.hurry import ANSWER_SECONDS
from bot.jobs.job import JobState
from bot.playground import Answer
from bot.playground.discord_knobs import DiscordKnobs
from bot.playground.ratelimits import RateLimits
from tests.chaos.comfyui import ComfyUI
from tests.chaos.stage import Stage
from tests.chaos.strikes import Blow, Strike
from tests.chaos.watching import Watch, name_of

PEOPLE = ("alice", "bob", "mona", "olivia")
OPEN = 6  # jobs at a time
TRIES = 10  # for a command that nobody took
BURST = 3  # who ask at once in the moment the database goes
#: seconds that it stays away: for longer than anybody waits for an answer; at most, where a gateway must start first
IMPATIENT, PATIENT = ANSWER_SECONDS + 0.5, 6.0
WHILE = 1.0  # seconds that what is away stays away
END = 90.0  # seconds until all is delivered, once nothing strikes any more


@dataclass
class Record:
    """What happened: the answers by the number of the job, and how often what struck."""

    answers: dict[int, Answer] = field(default_factory=dict)
    #: how many commands were sent for it: whoever got no answer asks again, and each command is one job at most
    asked: Counter[int] = field(default_factory=Counter)
    #: ids of the commands whose person was told that they do not work now
    refused: set[int] = field(default_factory=set)
    #: by `MOMENTS`' names, as the database had it then
    kills: Counter[str] = field(default_factory=Counter)
    strikes: Counter[Strike] = field(default_factory=Counter)


class Play:
    """`run()` once."""

    def __init__(self, stage: Stage, blows: Sequence[Blow | None]) -> None:
        self.stage = stage
        self.record = Record()
        self._blows = blows
        self._watch = Watch(stage.discord, stage.servers, blows, self._strike)
        self._numbers = count(len(blows))  # of those who ask while the database is away
        self._refused: set[int] = set()  # numbers whose person was told so the last time
        self._ending: set[asyncio.Task[None]] = set()
        self._knobs = DiscordKnobs(stage.discord)

    async def run(self) -> Record:
        """Until every job that was taken in is delivered, or it has taken too long."""
        for number in range(len(self._blows)):
            await self._room(OPEN)
            await self._ask_on(number)
        while self._ending:
            await asyncio.gather(*self._ending)
        self._calm()
        await self._room(0, END)
        return self.record

    async def _ask_on(self, number: int) -> None:
        """Until it is answered, or stored at least; whoever is refused asks again."""
        for _attempt in range(TRIES):
            taken = number not in self._refused and await self.stage.stored(name_of(number))
            if taken or number in self.record.answers:
                return
            await self._ask(number)

    async def _ask(self, number: int) -> None:
        await self.stage.ready()
        self._refused.discard(number)
        person = self.stage.discord.person(PEOPLE[number % len(PEOPLE)])
        self.record.asked[number] += 1
        prompt = f"{name_of(number)}, try {self.record.asked[number]:02}"
        options = {"prompt": prompt, "count": 1 + number % 2, "size": "256x256", "steps": 2}
        asking = asyncio.create_task(person.slash("imagine", timeout=20, values=options))
        going = asyncio.create_task(self._gone())
        await asyncio.wait([asking, going], return_when=asyncio.FIRST_COMPLETED)
        going.cancel()
        if not asking.done():
            await asyncio.wait([asking], timeout=0.3)  # answered in the last moment, or never
        if not asking.done():
            asking.cancel()
        elif not asking.result().failed:
            self._answered(number, asking.result())

    def _answered(self, number: int, answer: Answer) -> None:
        if answer.ephemeral:
            self.record.refused.add(answer.interaction.id)
            self._refused.add(number)
        else:
            self.record.answers[number] = answer
            self._watch.learn(number, answer)

    async def _gone(self) -> None:
        """Until whoever takes commands is not there."""
        gateway = self.stage.discord.gateway
        while gateway.online:
            await gateway.changed.wait()

    async def _room(self, most: int, seconds: float = 60.0) -> None:
        """Until so few are undelivered."""
        end = asyncio.get_running_loop().time() + seconds
        while await self.stage.undelivered() > most and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110
            await asyncio.sleep(0.05)  # no event tells of it: the database belongs to other processes

    async def _strike(self, number: int, blow: Blow, server: ComfyUI | None) -> bool:
        """Whether the request that was the moment must not arrive."""
        self.record.strikes[blow.strike] += 1
        job_id = self._watch.ids.get(number)
        match blow.strike:
            case Strike.KILL:
                await self._kill(blow, job_id)
                return True
            case Strike.FREEZE:
                await self.stage.freeze(await self.stage.process_of(job_id))
            case Strike.DATABASE | Strike.HANG:
                away = asyncio.Event()
                self._soon(self._without_database(away, hangs=blow.strike is Strike.HANG))
                await away.wait()
            case Strike.LIMITED | Strike.TROUBLE | Strike.EXPIRE:
                await self._trouble_discord(blow.strike)
            case _:
                for each in [server] if server is not None else self.stage.servers:
                    self._trouble_server(blow.strike, each)
        return False

    async def _without_database(self, away: asyncio.Event, *, hangs: bool) -> None:
        """Some ask in the moment it goes, and wait for as long as anybody waits; who was refused asks again."""
        numbers = [next(self._numbers) for _ in range(BURST)]
        asking = [asyncio.create_task(self._ask(number)) for number in numbers]
        async with self.stage.database_away(hangs=hangs):
            away.set()
            await asyncio.sleep(IMPATIENT)
            await asyncio.wait(asking, timeout=PATIENT - IMPATIENT)
        await asyncio.gather(*asking)
        for number in numbers:
            await self._ask_on(number)

    async def _kill(self, blow: Blow, job_id: str | None) -> None:
        if job_id is not None and blow.where in set(JobState):
            await self._wait(lambda: self._is(job_id, JobState(blow.where)), 8.0)  # the database may be away
        await self.stage.kill(await self.stage.process_of(job_id))
        state = await self.stage.state(job_id) if job_id is not None else JobState.WAITING
        self.record.kills[blow.where if blow.where == "posted" else str(state)] += 1

    async def _is(self, job_id: str, state: JobState) -> bool:
        return await self.stage.state(job_id) is state

    async def _no_message_missing(self) -> bool:
        return await self.stage.unplaced() == 0

    async def _wait(self, holds: Callable[[], Awaitable[bool]], seconds: float = 2.0) -> None:
        """What the moment means may not be written down yet; the server waits meanwhile."""
        end = asyncio.get_running_loop().time() + seconds
        while not await holds() and asyncio.get_running_loop().time() < end:  # noqa: ASYNC110
            await asyncio.sleep(0.02)  # as in `_room`

    async def _trouble_discord(self, strike: Strike) -> None:
        parts = self.stage.discord.parts
        if strike is Strike.LIMITED:
            limits, parts.buckets.limits = parts.buckets.limits, RateLimits(1, WHILE)
            self._later(lambda: setattr(parts.buckets, "limits", limits))
        elif strike is Strike.TROUBLE:
            self._knobs.trouble = "503"
            self._later(lambda: setattr(self._knobs, "trouble", ""))
        else:
            await self._wait(self._no_message_missing, 20.0)
            self.stage.discord.advance(16 * 60)  # within which a bot that runs has noted where its messages are

    def _trouble_server(self, strike: Strike, server: ComfyUI) -> None:
        match strike:
            case Strike.DROP:
                server.order("drop")
            case Strike.DEAF:
                server.order("deaf", True)
                self._later(lambda: server.order("deaf", False))
            case Strike.AWAY:
                server.order("down", True)
                server.order("drop")
                self._later(lambda: server.order("down", False))
            case Strike.STILL:
                server.freeze(WHILE)
            case Strike.ERRORS:
                server.order("fail_next", [500, 502])
            case Strike.UNANSWERED:
                server.order("lose_answers", 1)
            case Strike.TORN:
                server.order("torn_views", 1)
            case Strike.DIES:
                server.kill()
            case _:
                raise AssertionError(strike)

    def _calm(self) -> None:
        for server in self.stage.servers:
            server.order("down", False)
            server.order("deaf", False)

    def _later(self, undo: object) -> None:
        async def wait() -> None:
            await asyncio.sleep(WHILE)
            undo()  # type: ignore[operator]  # a function without arguments

        self._soon(wait())

    def _soon(self, work: object) -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]  # a coroutine of ours
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
