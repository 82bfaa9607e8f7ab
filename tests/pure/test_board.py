"""Positions, expected ends, and what a message should show."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import pytest

from bot.comfy.events import Ahead, ExecutionStart
from bot.comfy.pool import Pool
from bot.errors import BackendUnreachable
from bot.jobs.board import Board
from bot.jobs.delivery import Note
from bot.jobs.estimates import Estimates
from bot.jobs.holds import Holds
from bot.jobs.job import Job, JobState
from bot.jobs.queue import JobQueue
from bot.jobs.refresh import Refresh
from bot.jobs.waiting import waiting
from tests.pure.jobs import Clock, make_job, make_place
from tests.pure.servers import Screen, Server


class Nothing:
    async def durations(self, workflow: str, limit: int = 20) -> list[float]:
        return []


class Room:
    """A board with one server."""

    def __init__(self) -> None:
        self.server = Server()
        self.screen = Screen()
        self.paused: set[int] = set()
        self.holds = Holds(lambda: self.paused)
        self.queue = JobQueue(self.holds.of)
        self.estimates = Estimates(Nothing())
        self.jobs: dict[str, Job] = {}
        self.pool = Pool([self.server])
        self.board = Board(self.queue, self.pool, self.screen, self.estimates, self)
        self.clock = Clock()
        self.refresh = Refresh(self.board, self.queue, self.pool, self.clock)

    async def get(self, job_id: str) -> Job | None:
        return self.jobs.get(job_id)

    def wait(self, tag: float, **fields: object) -> Job:
        job = replace(make_job(tag=tag), **fields)  # type: ignore[arg-type]  # a job's own fields
        self.jobs[job.id] = job
        self.queue.put(waiting(job))
        return job

    def run(self, **fields: object) -> Job:
        job = replace(make_job(state=JobState.SUBMITTED, submits=1), **fields)  # type: ignore[arg-type]  # as above
        self.board.begin(job, self.server)
        return job

    def pause(self, *guilds: int) -> None:
        self.paused = set(guilds)
        self.holds.forget()
        self.queue.release()

    @asynccontextmanager
    async def drawing(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.refresh.serve())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
async def room() -> Room:
    return Room()


def test_a_waiting_job_comes_after_the_queue_and_everybodys_on_the_server(room: Room) -> None:
    first, second = room.wait(1), room.wait(2)
    room.server.count(3)

    assert [room.board.position(job.id) for job in (first, second)] == [3, 4]
    assert room.board.position("nobody") is None


def test_a_job_just_sent_counts_before_the_server_reports_it(room: Room) -> None:
    room.run()
    waits = room.wait(1)

    assert room.board.position(waits.id) == 1


def test_a_job_on_the_server_has_the_servers_position(room: Room) -> None:
    job = room.run()
    room.board.runs[job.id].follow(Ahead(job.id, 5))

    assert room.board.position(job.id) == 5


def test_a_job_on_its_way_is_behind_what_the_server_has(room: Room) -> None:
    first, second = room.run(), room.run()

    assert [room.board.position(job.id) for job in (first, second)] == [0, 1]


def test_where_a_job_of_an_earlier_process_stands_is_not_guessed(room: Room) -> None:
    job = make_job(state=JobState.SUBMITTED, submits=1)
    room.board.begin(job, room.server, known=True)

    assert room.board.position(job.id) is None


def test_no_end_is_promised_where_nothing_was_learned(room: Room) -> None:
    job = room.wait(1)

    assert room.board.eta(job.id) is None


def test_a_waiting_jobs_end_counts_all_before_it(room: Room) -> None:
    for seconds in (4.0, 6.0, 5.0):
        room.estimates.learn("imagine", seconds)
    first, second = room.wait(1), room.wait(2)

    assert room.board.eta(first.id) == 5.0
    assert room.board.eta(second.id) == 10.0


def test_a_waiting_jobs_end_comes_after_what_runs(room: Room) -> None:
    room.estimates.learn("imagine", 5.0)
    run = room.run()
    room.board.runs[run.id].follow(Ahead(run.id, 1))
    waits = room.wait(1)

    assert room.board.eta(run.id) == 10.0
    assert room.board.eta(waits.id) == 15.0


def test_one_unknown_workflow_hides_the_ends_behind_it(room: Room) -> None:
    room.estimates.learn("imagine", 5.0)
    first, _unknown, last = room.wait(1), room.wait(2, workflow="upscale"), room.wait(3)

    assert room.board.eta(first.id) == 5.0
    assert room.board.eta(last.id) is None


async def test_everybody_behind_a_job_that_leaves_moves_up_and_nobody_else_is_edited(room: Room) -> None:
    first, second, third = room.wait(1), room.wait(2), room.wait(3)

    async with room.drawing():
        await room.screen.until(lambda: len(room.screen.shown) == 3)
        room.queue.remove(second.id)
        await room.screen.until(lambda: len(room.screen.shown) == 4)

    assert [showing.position for showing in room.screen.of(first)] == [0]
    assert [showing.position for showing in room.screen.of(third)] == [2, 1]


async def test_a_pause_is_said_in_place_of_a_position_and_who_is_behind_moves_up(room: Room) -> None:
    room.estimates.learn("imagine", 5.0)
    here, elsewhere = room.wait(1), room.wait(2, place=make_place(guild_id=31))

    async with room.drawing():
        await room.screen.until(lambda: len(room.screen.shown) == 2)
        room.pause(30)
        await room.screen.until(lambda: len(room.screen.shown) == 4)
        room.server.fail(BackendUnreachable("http://one"))
        await room.screen.until(lambda: room.screen.of(elsewhere)[-1].note is Note.OFFLINE)
        offline = room.screen.of(here)[-1]
        room.server.come_back()
        room.pause()
        await room.screen.until(lambda: room.screen.of(here)[-1].position == 0)
        await room.screen.until(lambda: room.screen.of(elsewhere)[-1].position == 1)

    first, paused = room.screen.of(here)[:2]
    assert (first.position, first.eta, first.note) == (0, 5.0, None)
    assert (paused.position, paused.eta, paused.note) == (None, None, Note.PAUSED)
    assert offline.note is Note.PAUSED
    assert [(showing.position, showing.eta) for showing in room.screen.of(elsewhere)[:2]] == [(1, 10.0), (0, 5.0)]


async def test_a_server_that_goes_away_is_said_to_all_and_its_return_too(room: Room) -> None:
    waits, run = room.wait(1), room.run()

    async with room.drawing():
        await room.screen.until(lambda: bool(room.screen.of(waits)))
        room.server.fail(BackendUnreachable("http://one"))
        await room.screen.until(lambda: room.screen.of(run)[-1].note is Note.OFFLINE)
        offline = room.screen.of(waits)[-1]
        room.server.come_back()
        await room.screen.until(lambda: room.screen.of(run)[-1].note is None)

    assert offline.note is Note.OFFLINE
    assert isinstance(offline.trouble, BackendUnreachable)
    assert room.screen.of(waits)[-1].note is None


async def test_a_job_sent_before_says_that_it_is_sent_again(room: Room) -> None:
    waits, run = room.wait(1, submits=1), room.run(submits=2)

    async with room.drawing():
        await room.screen.until(lambda: bool(room.screen.of(waits)))

    assert room.screen.of(waits)[-1].note is Note.AGAIN
    assert room.screen.of(run)[-1].note is Note.AGAIN


def test_a_job_somebody_wants_stopped_says_so_whatever_else_there_is(room: Room) -> None:
    room.server.fail(BackendUnreachable("http://one"))
    run = room.run(cancelled_by=40)

    assert room.screen.of(run)[-1].note is Note.CANCELLING


async def test_while_stopping_those_who_wait_are_told_and_those_who_run_not_yet(room: Room) -> None:
    waits, run = room.wait(1), room.run()

    async with room.drawing():
        await room.screen.until(lambda: bool(room.screen.of(waits)))
        room.board.stopping = True
        room.board.touch()
        await room.screen.until(lambda: len(room.screen.of(waits)) == 2)
    room.board.show_run(room.board.runs[run.id])

    assert room.screen.of(waits)[-1].note is Note.STOPPING
    assert room.screen.of(run)[-1].note is None


async def test_a_farewell_reaches_everybody_whose_job_is_not_done(room: Room) -> None:
    waits, run = room.wait(1), room.run()

    await room.board.farewell()

    assert room.screen.of(waits)[-1].note is Note.STOPPING
    assert room.screen.of(run)[-1].note is Note.STOPPING
    assert sorted(room.screen.flushed) == sorted([waits.id, run.id])


def test_the_clock_of_a_run_starts_when_the_server_starts_it(room: Room) -> None:
    job = room.run()
    run = room.board.runs[job.id]
    run.began = 0.0

    run.follow(Ahead(job.id, 1))
    waited = run.began
    run.follow(ExecutionStart(job.id))

    assert waited == 0.0
    assert run.began > 0.0


def test_a_job_that_left_the_server_is_nowhere(room: Room) -> None:
    job = room.run()

    room.board.end(job.id)
    room.board.end(job.id)

    assert room.board.position(job.id) is None
    assert room.board.eta(job.id) is None


def test_a_job_that_was_sent_is_ready_after_the_one_that_runs(room: Room) -> None:
    room.estimates.learn("imagine", 10.0)
    running, sent = room.run(), room.run()
    room.board.runs[running.id].follow(ExecutionStart(running.id))
    waits = room.wait(1)

    ends = [room.board.eta(job.id) for job in (running, sent, waits)]
    assert [round(end or 0) for end in ends] == [10, 20, 30]


def test_no_end_is_promised_while_the_server_is_away(room: Room) -> None:
    room.estimates.learn("imagine", 10.0)
    jobs = room.run(), room.wait(1)
    before = [room.board.eta(job.id) for job in jobs]
    room.server.fail(BackendUnreachable("http://one"))

    assert None not in before
    assert [room.board.eta(job.id) for job in jobs] == [None, None]


def test_other_peoples_prompts_on_the_server_count_as_long_as_ours(room: Room) -> None:
    room.estimates.learn("imagine", 10.0)
    sent = room.run()
    room.board.runs[sent.id].follow(Ahead(sent.id, 2))

    assert room.board.eta(sent.id) == 30.0
