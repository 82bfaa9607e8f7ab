"""Whoever waits sees where they stand: the nearest first, so many edits a second, and none once a token is dead."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic

from bot.comfy.pool import Pool
from bot.errors import BackendError
from bot.jobs.board import Board
from bot.jobs.delivery import Note
from bot.jobs.forecast import Standing
from bot.jobs.queue import JobQueue
from bot.jobs.waiting import Waiting
from bot.tasks import survive

RATE = 8.0  # edits a second for those who wait, all together; running jobs and results have theirs besides
BURST = 6  # of them at once
NEAR = 100  # of the order that are looked at whenever something changed
LOOK = 2.0  # seconds until they are looked at again though nothing changed: tokens grow old
FAR = 5.0  # seconds between two looks at all the others
CHUNK = 250  # of those without giving others a turn
EXACT = 20  # places that are counted one by one; further behind a tenth of the way is worth an edit
CALM = 30.0  # seconds after which any difference is
DRIFT = 5.0  # seconds by which an expected end may be off before a message is edited for that alone
DEAD = timedelta(seconds=20)  # before its end a token is taken for dead: an edit must not be under way then
LAST = timedelta(seconds=100)  # before that everybody is told for the last time


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody's message says. `at` and `end`, when their job should have ended, are on the monotonic clock."""

    at: float
    position: int | None
    end: float | None
    note: Note | None
    trouble: type[BackendError] | None


class Refresh:
    """Runs over the queue again and again. `rate` is edits a second, and `burst` how many of them at once."""

    def __init__(
        self,
        board: Board,
        queue: JobQueue,
        pool: Pool,
        clock: Callable[[], datetime],
        *,
        rate: float = RATE,
        burst: int = BURST,
    ) -> None:
        self._board = board
        self._queue = queue
        self._pool = pool
        self._clock = clock
        self._rate = rate
        self._burst = burst
        self._told: dict[str, Told] = {}
        self._over: set[str] = set()
        #: who is due, each in the order in which they are told
        self._near: deque[Standing] = deque()
        self._far: deque[Standing] = deque()
        self._leaving: deque[Standing] = deque()
        self._longest: deque[Standing] = deque()
        self._new: deque[Standing] = deque()
        self._looked = -FAR
        self._saved, self._spent_at = float(burst), monotonic()
        self._turns = deque((self._near, self._new, self._near, self._leaving, self._near, self._longest))
        self._left = False
        self._troubles: dict[str, object] = {}
        board.on_begin = self.again

    def welcome(self, job: Waiting) -> None:
        """It waits from now on, and its person sees nothing yet but a bot that thinks."""
        if len(self._queue) > NEAR:
            self._new.append(Standing(job, None, None))

    def again(self, job_id: str) -> None:
        """Its message says something else by now."""
        self._told.pop(job_id, None)
        self._queue.touch()

    async def serve(self) -> None:
        """Whenever the order or a server changes, whoever it concerns sees it in time; until cancelled."""
        while True:
            changes = [self._queue.changed(), self._pool.changed()]  # before looking: nothing is missed
            try:
                await survive("showing who waits", self._show_all(changes))
            finally:
                for change in changes:
                    change.cancel()

    async def _show_all(self, changes: list[asyncio.Future[None]]) -> None:
        """Until something changes, or it is time to look again."""
        await self._look()
        await self._show_due(changes)
        if not self._left:
            await _first(changes, LOOK if len(self._queue) else None)

    async def _show_due(self, changes: list[asyncio.Future[None]]) -> None:
        """One after the other, until it is time to look again."""
        self._left, until = True, monotonic() + LOOK
        while not any(change.done() for change in changes) and monotonic() < until:
            pause = await self._show_next()
            self._left = pause is not None
            if pause is None:
                return
            if pause:
                await _first(changes, pause)

    async def _look(self) -> None:
        self._look_at_runs()
        _fill(self._near, self._look_near())
        if len(self._queue) > NEAR and monotonic() >= self._looked + FAR:
            due = await self._look_far()
            _fill(self._far, due)
            leaving = [standing for standing in due if self._leaves(standing.job)]
            _fill(self._leaving, sorted(leaving, key=lambda standing: standing.job.token_expires))
            _fill(self._longest, sorted(due, key=self._since))
            self._looked = monotonic()
        self._forget()

    def _look_at_runs(self) -> None:
        """Their servers may have gone away, or be back."""
        known, runs = self._troubles, self._board.runs
        self._troubles = {job_id: type(run.backend.problem) for job_id, run in runs.items()}
        for job_id, trouble in self._troubles.items():
            if known.get(job_id, type(None)) is not trouble:
                self._board.show_run(runs[job_id])

    def _look_near(self) -> Iterator[Standing]:
        free = 0
        for standing in self._board.standings():
            if self._is_due(standing):
                yield standing
            free += standing.hold is None
            if free >= NEAR:
                break

    async def _look_far(self) -> list[Standing]:
        """A while later than the order that it goes by."""
        due: list[Standing] = []
        for number, standing in enumerate(self._board.standings(list(self._queue))):
            if number % CHUNK == CHUNK - 1:
                await asyncio.sleep(0)
            if self._is_due(standing):
                due.append(standing)
        return due

    def _forget(self) -> None:
        self._told = {job_id: told for job_id, told in self._told.items() if job_id in self._queue}
        self._over = {job_id for job_id in self._over if job_id in self._queue}

    async def _show_next(self) -> float | None:
        """Show one, if there is one: the seconds until the next one may be; None where nobody has to be told."""
        pause = self._budget()
        found = self._next()
        if found is None:
            return None
        source, standing = found
        if pause > 0:
            source.appendleft(standing)
            return pause
        self._saved -= 1
        self._turns.rotate(-1)
        await self._show(standing)
        return 0.0

    async def _show(self, standing: Standing) -> None:
        job, now = standing.job, monotonic()
        if standing.hold is None:  # looked at a while ago
            standing = replace(
                standing,
                position=self._board.position(job.id),
                hold=self._queue.hold(job),
                trouble=self._board.trouble(job.id),
            )
        if self._leaves(job):
            self._over.add(job.id)
            self._told.pop(job.id, None)
            await self._board.show_waiting(standing, last=True)
            return
        end = None if standing.eta is None else now + standing.eta
        self._told[job.id] = Told(now, standing.position, end, self._board.note(standing), _kind(standing.trouble))
        await self._board.show_waiting(standing)

    def _next(self) -> tuple[deque[Standing], Standing] | None:
        """The nearest; in turn with who just came, who leaves first, and who has been told nothing for the longest."""
        for source in (self._turns[0], self._near, self._new, self._leaving, self._far):
            while source:
                standing = source.popleft()
                if self._is_due(standing):
                    return source, standing
        return None

    def _since(self, standing: Standing) -> float:
        told = self._told.get(standing.job.id)
        return 0.0 if told is None else told.at

    def _is_due(self, standing: Standing) -> bool:
        job, told = standing.job, self._told.get(standing.job.id)
        if job.id not in self._queue or job.id in self._over or not self._board.shows(job):
            return False
        if self._clock() >= job.token_expires - DEAD:
            return False
        if told is None or self._leaves(job):
            return True
        if (told.note, told.trouble) != (self._board.note(standing), _kind(standing.trouble)):
            return True
        return self._moved(told, standing) or self._drifted(told, standing)

    def _leaves(self, job: Waiting) -> bool:
        """Whether it can soon be edited by the bot's own token only, which is for what comes of it."""
        return self._clock() >= job.token_expires - DEAD - LAST

    def _moved(self, told: Told, standing: Standing) -> bool:
        if told.position is None or standing.position is None:
            return told.position != standing.position
        off = abs(told.position - standing.position)
        return off > 0 and (standing.position <= EXACT or off * 10 >= told.position or monotonic() > told.at + CALM)

    def _drifted(self, told: Told, standing: Standing) -> bool:
        """Whether its end is by now expected at quite another time than it was told."""
        if told.end is None or standing.eta is None:
            return (told.end is None) is not (standing.eta is None)
        off = abs(monotonic() + standing.eta - told.end)
        return off > max(DRIFT, standing.eta / 4) and (off > standing.eta or monotonic() > told.at + DRIFT)

    def _budget(self) -> float:
        """Seconds until one more edit may be made; 0 where it may be now."""
        now = monotonic()
        self._saved = min(float(self._burst), self._saved + (now - self._spent_at) * self._rate)
        self._spent_at = now
        return 0.0 if self._saved >= 1 else (1 - self._saved) / self._rate


def _kind(trouble: BackendError | None) -> type[BackendError] | None:
    return None if trouble is None else type(trouble)


def _fill(due: deque[Standing], standings: Iterable[Standing]) -> None:
    due.clear()
    due.extend(standings)


async def _first(changes: list[asyncio.Future[None]], seconds: float | None) -> None:
    """Until one of them comes, so many seconds at most."""
    await asyncio.wait(changes, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
