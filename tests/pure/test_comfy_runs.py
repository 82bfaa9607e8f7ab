"""Events reach the prompt they are about; looks at the server decide what is lost."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.comfy.client import ServerQueue
from bot.comfy.events import (
    Ahead,
    Detached,
    Event,
    Executing,
    ExecutionError,
    ExecutionStart,
    ExecutionSuccess,
    FeatureFlags,
    NodeText,
    Preview,
    Settled,
    Status,
)
from bot.comfy.intervals import Intervals
from bot.comfy.lookup import Sighting
from bot.comfy.runs import Ended, Run, Runs

A, B = "a" * 8, "b" * 8
UNNAMED = Preview(None, None, "image/jpeg", b"x")


async def read(run: Run) -> list[Event]:
    """What lies in the inbox."""
    run.inbox.put(Status(None, -1))
    return [event async for event in _until_status(run)]


async def _until_status(run: Run) -> AsyncIterator[Event]:
    async with asyncio.timeout(5):
        while not isinstance(event := await run.inbox.get(), Status):
            yield event


@pytest.fixture
def runs() -> Runs:
    return Runs(Intervals(lost=3, marker=0))


async def test_events_go_to_their_prompt_and_to_no_other(runs: Runs) -> None:
    with runs.open(A, {}) as first, runs.open(B, {}) as second:
        for event in (ExecutionStart(A), ExecutionStart("somebody's"), Status(None, 1), NodeText(None, "1", "x")):
            runs.deliver(event)

        assert await read(first) == [ExecutionStart(A)]
        assert await read(second) == []


async def test_an_unnamed_preview_is_the_only_running_prompts(runs: Runs) -> None:
    with runs.open(A, {}) as first, runs.open(B, {}) as second:
        runs.sending(first)
        runs.sending(second)
        runs.deliver(UNNAMED)
        runs.deliver(ExecutionStart(A))
        runs.deliver(UNNAMED)

        assert await read(first) == [ExecutionStart(A), Preview(A, None, "image/jpeg", b"x")]
        assert await read(second) == []


async def test_an_unnamed_preview_is_nobodys_when_two_run(runs: Runs) -> None:
    with runs.open(A, {}) as first, runs.open(B, {}) as second:
        for run in (first, second):
            runs.sending(run)
            runs.deliver(ExecutionStart(run.prompt_id))
        runs.deliver(UNNAMED)

        assert await read(first) == [ExecutionStart(A)]


async def test_an_unnamed_preview_is_nobodys_where_previews_have_names(runs: Runs) -> None:
    """It belongs to a prompt somebody sent without a client id."""
    runs.deliver(FeatureFlags(None, {}))
    with runs.open(A, {}) as run:
        runs.sending(run)
        runs.deliver(ExecutionStart(A))
        runs.deliver(UNNAMED)

        assert await read(run) == [ExecutionStart(A)]


async def test_an_unnamed_preview_after_the_end_is_nobodys(runs: Runs) -> None:
    with runs.open(A, {}) as run:
        runs.sending(run)
        for event in (ExecutionStart(A), Executing(A, None, None), UNNAMED):
            runs.deliver(event)

        assert not any(isinstance(event, Preview) for event in await read(run))


@pytest.mark.parametrize(
    "last", [Executing(A, None, None), ExecutionSuccess(A), ExecutionError(A, "1", "X", "E", "m", False)]
)
async def test_the_last_events_of_a_prompt_end_it(runs: Runs, last: Event) -> None:
    with runs.open(A, {}) as run:
        runs.deliver(last)
        async with asyncio.timeout(5):
            assert [await run.inbox.get(), await run.inbox.get()] == [last, Ended(A)]


async def test_a_blocked_node_does_not_end_its_prompt(runs: Runs) -> None:
    with runs.open(A, {}) as run:
        runs.deliver(ExecutionError(A, "1", "X", "ExecutionBlocked", "m", blocked=True))
        await asyncio.sleep(0)

        assert not run.ended
        assert len(await read(run)) == 1


async def test_a_closed_socket_detaches_what_was_sent_over_it(runs: Runs) -> None:
    with runs.open(A, {}) as first, runs.open(B, {}) as second:
        runs.sending(first)
        runs.detach()

        assert await read(first) == [Detached(A)]
        assert await read(second) == []


async def test_unknown_once_is_not_lost(runs: Runs) -> None:
    with runs.open(A, {}) as run:
        run.sent = True
        for now, sighting in enumerate([Sighting.UNKNOWN, Sighting.UNKNOWN, Sighting.THERE, Sighting.UNKNOWN]):
            runs.see(run, sighting, now)

        assert await read(run) == []
        assert runs.missing


async def test_unknown_twice_with_time_between_is_lost(runs: Runs) -> None:
    with runs.open(A, {}) as run:
        run.sent = True
        runs.see(run, Sighting.UNKNOWN, 10)
        runs.see(run, Sighting.UNKNOWN, 13)

        assert await read(run) == [Settled(A, "lost")]
        assert runs.sent == []


async def test_an_event_between_two_looks_proves_the_prompt_is_there(runs: Runs) -> None:
    with runs.open(A, {}) as run:
        runs.see(run, Sighting.UNKNOWN, 10)
        runs.deliver(ExecutionStart(A))
        runs.see(run, Sighting.UNKNOWN, 13)

        assert await read(run) == [ExecutionStart(A)]


async def test_unknown_to_the_server_after_a_cancel_is_cancelled(runs: Runs) -> None:
    with runs.open(A, {}) as run:
        runs.stop(A)
        runs.see(run, Sighting.UNKNOWN, 10)

        assert await read(run) == [Settled(A, "cancelled")]


async def test_a_stop_asked_before_the_run_is_opened_holds(runs: Runs) -> None:
    runs.stop(A)
    with runs.open(A, {}) as run:
        assert run.stopping
    with runs.open(A, {}) as run:
        assert not run.stopping


async def test_a_place_is_told_when_it_changes(runs: Runs) -> None:
    with runs.open(A, {}) as run:
        run.sent = True
        runs.see_queue(ServerQueue(("x",), (B, A)))
        runs.see_queue(ServerQueue(("x",), (B, A)))
        assert await read(run) == [Ahead(A, 2)]
        runs.see_queue(ServerQueue((B,), (A,)))
        assert await read(run) == [Ahead(A, 1)]


async def test_a_detached_prompt_is_seen_to_start(runs: Runs) -> None:
    with runs.open(A, {}) as run:
        run.sent = True
        runs.see_queue(ServerQueue((A,), ()))
        runs.see_queue(ServerQueue((A,), ()))

        assert await read(run) == [ExecutionStart(A)]
