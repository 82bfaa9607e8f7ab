"""The prompts somebody follows: each one's inbox, and what the server was heard to say about it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from bot.comfy.client import ServerQueue
from bot.comfy.events import (
    Ahead,
    Detached,
    Event,
    Executing,
    ExecutionCached,
    ExecutionError,
    ExecutionInterrupted,
    ExecutionStart,
    ExecutionSuccess,
    FeatureFlags,
    Preview,
    ProgressState,
    Settled,
)
from bot.comfy.inbox import Inbox
from bot.comfy.intervals import Intervals
from bot.comfy.lookup import Sighting

Graph = Mapping[str, Any]

STARTED = (ExecutionStart, ExecutionCached, Executing, ProgressState)


@dataclass(frozen=True)
class Ended(Event):
    """Between the loops and `run` only: history has the prompt, or soon will."""


@dataclass
class Run:
    """One prompt.

    `sent` from when the server is known to have it, `here` while its events come over the open socket, `settled` when
    its reader was told the end. `missed_at` is when the server first did not know it.
    """

    prompt_id: str
    graph: Graph
    inbox: Inbox = field(default_factory=Inbox)
    sent: bool = False
    here: bool = False
    started: bool = False
    ended: bool = False
    settled: bool = False
    stopping: bool = False
    ahead: int | None = None
    missed_at: float | None = None


class Runs:
    """Open runs by prompt id; events reach the one they name. Nothing here waits."""

    def __init__(self, intervals: Intervals) -> None:
        self._intervals = intervals
        self._open: dict[str, Run] = {}
        #: prompts sent over the socket that is open now
        self._here: set[str] = set()
        self._stopping: set[str] = set()
        #: whether previews name their prompt: the server answered our feature flags
        self._previews_named = False

    @contextmanager
    def open(self, prompt_id: str, graph: Graph) -> Iterator[Run]:
        """Take in events for this prompt, from before it is sent."""
        stopping, here = prompt_id in self._stopping, prompt_id in self._here
        run = self._open[prompt_id] = Run(prompt_id, graph, here=here, stopping=stopping)
        try:
            yield run
        finally:
            if self._open.get(prompt_id) is run:
                del self._open[prompt_id]
            self._stopping.discard(prompt_id)
            if run.settled or not run.sent:
                self._here.discard(prompt_id)

    @property
    def sent(self) -> list[Run]:
        """Those the server has, as far as anybody knows."""
        return [run for run in self._open.values() if run.sent and not run.settled]

    @property
    def detached(self) -> bool:
        """Whether one of them reports to a socket that is gone."""
        return any(not run.here for run in self.sent)

    @property
    def missing(self) -> bool:
        """Whether one of them was not found at the last look."""
        return any(run.missed_at is not None for run in self.sent)

    @property
    def waiting(self) -> bool:
        """Whether one of them has not begun."""
        return any(not run.started for run in self.sent)

    @property
    def stopping(self) -> list[Run]:
        """Those somebody wants stopped and the server may still have."""
        return [run for run in self.sent if run.stopping]

    def stop(self, prompt_id: str) -> Run | None:
        """Remember the wish, also for a run that is opened later."""
        self._stopping.add(prompt_id)
        run = self._open.get(prompt_id)
        if run is not None:
            run.stopping = True
        return run

    def sending(self, run: Run) -> None:
        """It is about to be posted; its events will come over the open socket."""
        run.here = True
        self._here.add(run.prompt_id)

    def detach(self) -> None:
        """The socket closed: prompts sent over it get no more events."""
        self._here.clear()
        self._previews_named = False
        for run in self._open.values():
            if run.here:
                run.here = False
                run.inbox.put(Detached(run.prompt_id))

    def deliver(self, event: Event) -> None:
        """Hand an event to the run it is about, if there is one."""
        if isinstance(event, FeatureFlags):
            self._previews_named = True
        run = self._open.get(event.prompt_id) if event.prompt_id is not None else None
        if run is None and isinstance(event, Preview) and event.prompt_id is None:
            run = self._only_running()
            event = event if run is None else replace(event, prompt_id=run.prompt_id)
        if run is not None:
            self._put(run, event)

    def see(self, run: Run, sighting: Sighting, now: float) -> None:
        """What a look at the server says: unknown twice, a while apart, is lost; or cancelled, if that was wanted."""
        if sighting is Sighting.ENDED:
            run.inbox.put(Ended(run.prompt_id))
        if sighting is not Sighting.UNKNOWN:
            run.missed_at = None
        elif run.stopping:
            self._settle(run, "cancelled")
        elif run.missed_at is None:
            run.missed_at = now
        elif now - run.missed_at >= self._intervals.lost:
            self._settle(run, "lost")

    def see_queue(self, queue: ServerQueue) -> None:
        """Positions of those that wait; the start of those whose socket is gone."""
        for run in self.sent:
            if run.started:
                continue
            ahead = queue.ahead_of(run.prompt_id)
            if ahead is not None and ahead != run.ahead:
                run.ahead = ahead
                run.inbox.put(Ahead(run.prompt_id, ahead))
            elif run.prompt_id in queue.running and not run.here:
                self._put(run, ExecutionStart(run.prompt_id))

    def _settle(self, run: Run, result: str) -> None:
        run.settled = True
        run.inbox.put(Settled(run.prompt_id, result))

    def _put(self, run: Run, event: Event) -> None:
        run.missed_at = None
        run.started = run.started or isinstance(event, STARTED)
        run.inbox.put(event)
        if _is_marker(event):
            run.ended = True
            run.inbox.put(Ended(run.prompt_id))
        elif _is_last(event):
            run.ended = True
            loop = asyncio.get_running_loop()
            loop.call_later(self._intervals.marker, run.inbox.put, Ended(run.prompt_id))

    def _only_running(self) -> Run | None:
        """Whose an unnamed preview is: the one prompt of ours that runs, on a server without preview metadata."""
        running = [run for run in self._open.values() if run.here and run.started and not run.ended]
        return running[0] if len(running) == 1 and not self._previews_named else None


def _is_marker(event: Event) -> bool:
    """Sent when history is written, after success, error and interrupt alike."""
    return isinstance(event, Executing) and event.node is None


def _is_last(event: Event) -> bool:
    if isinstance(event, ExecutionError):
        return not event.blocked
    return isinstance(event, ExecutionSuccess | ExecutionInterrupted)
